"""Many clips as one job: planned, stopped and taken up again, with an index of its results."""
