"""Patterns in the numbers of a run that have a known cause: the evidence, what it means and what to do."""
