"""The command line, and the composition root: the only package that sees both ``runners`` and ``report``.

Everything heavy is imported inside the command that needs it, so that ``hotlap --help`` answers at once.
"""

from runners.cli.app import app, main

__all__ = ["app", "main"]
