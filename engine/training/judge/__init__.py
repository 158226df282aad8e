"""The judge: how well a latent matches words; drafts of a take are ranked by it."""
