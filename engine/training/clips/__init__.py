"""Training clips: sounds from the bank arranged in time, with captions and exact cue sheets."""
