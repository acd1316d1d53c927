"""Flame graphs: a file that shows where the time of one cell goes, or what differs between two sides."""
