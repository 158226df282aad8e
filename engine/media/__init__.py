"""Reading pictures from any clip, and writing finished sound."""
