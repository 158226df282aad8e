"""From trained stages to the pack that ships."""
