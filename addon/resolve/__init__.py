"""Lumiphone in DaVinci Resolve: menu scripts, and what they do with the timeline.

A menu script runs in a Python process that Resolve starts beside itself; only the standard library
and the add-on's own plain modules run there. Panel and engine are processes of their own. Which
calls Resolve has, and where they mislead, is told in docs/resolve.md.
"""
