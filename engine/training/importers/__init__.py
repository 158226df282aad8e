"""Weights of other families as packs, one package per family."""
