"""The command line's commands, one per module: its arguments and what it does.

Each has ``add(commands)``, which declares the arguments and must stay cheap, and ``run``, which
imports what it needs: ``lumiphone --help`` answers at once.
"""
