"""Lumiphone in the editors that people use: the links, the panel, the hosts."""
