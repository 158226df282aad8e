"""Training of the autoencoder with its inverse-STFT vocoder head."""
