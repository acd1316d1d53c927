"""Notebooks of the documents run, and hold what their cells print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.notebooks import NOTEBOOKS, executed
from tests.support.paths import ROOT


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_run_and_print_what_stands_in_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    remedy = "run: python -m tests.support.notebooks"
    assert executed(path) == path.read_text(encoding="utf-8"), remedy


def test_there_is_a_notebook() -> None:
    assert [path.name for path in NOTEBOOKS] == ["analyse_a_run.ipynb"]
