"""Rendered scenes with exact contact times: what the motion encoder learns from."""
