"""The motion encoder: low-resolution pictures to a cue sheet."""
