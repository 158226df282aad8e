"""From pictures and words to sound: condition stages, diffusion sampling, decoding."""
