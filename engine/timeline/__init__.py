"""Timelines as files: edits read, their clips sounded, and edits with sound written."""
