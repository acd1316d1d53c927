"""The command line, and the composition root: the only package that sees both ``runners`` and ``report``."""

from runners.cli.commands import app, main

__all__ = ["app", "main"]
