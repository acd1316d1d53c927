"""``hotlap report``: the site, and the answers beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import call
from tests.support.records import RECORDS


def test_answers_are_written_as_markdown_where_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answers.md"
    site = tmp_path / "site"
    assert call(monkeypatch, "report", RECORDS / "run", "--output", site, "--markdown", path) == 0
    assert path.read_text(encoding="utf-8").startswith("### ")
    assert (site / "index.html").exists()
