"""What the panel knows and can do, before anything is drawn."""
