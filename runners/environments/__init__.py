"""Environments of the systems under test: interpreters, locks, overrides, stages, and the venvs."""
