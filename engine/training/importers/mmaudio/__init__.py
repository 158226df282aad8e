"""MMAudio's weights (Cheng et al. 2025, arXiv:2412.15322) as packs; the networks are our own."""
