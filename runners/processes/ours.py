"""Processes of our own code: how a module of ours is run, and with which variables."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import runners

_FOREIGN = ("PYTHON", "LOCUST", "GEVENT")
"""Variables of the caller that would change how our processes work."""


def python_m(*words: str) -> list[str]:
    """Command line that runs a module of ours."""
    return [sys.executable, "-P", "-m", *words]


def environment_of_ours() -> dict[str, str]:
    """The caller's variables, without those that would change how our processes work."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    root = Path(runners.__file__).parents[1]
    return {**kept, "PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
