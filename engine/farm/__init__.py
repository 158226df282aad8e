"""Jobs for render farms, in the form of Open Job Description."""
