"""The command line called within the process of a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runners.cli import main


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Exit code of ``hotlap`` with ``arguments``."""
    monkeypatch.setattr(sys, "argv", ["hotlap", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)
