"""Recorded visits: a file in, and the visits of one line and week."""
