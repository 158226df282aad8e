"""The parts of the prompt panel's window, each usable by itself."""
