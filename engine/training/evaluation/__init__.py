"""What a pack can do, measured: words, cues, variety, realism, levels and cost."""
