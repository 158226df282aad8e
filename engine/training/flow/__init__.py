"""Training of the flow network on text, cue curves and latents."""
