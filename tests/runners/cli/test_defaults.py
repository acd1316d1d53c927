"""Defaults of pyproject.toml beside what is asked for, which wins; what does not apply is left aside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from runners.errors import PlanError
from runners.experiments import run, serving, sweep
from runners.experiments.options import RunOptions
from tests.support.command_line import call
from tests.support.paths import ROOT

DOCUMENTED = re.findall(
    r"```toml\n(.*?)```",
    (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8"),
    re.DOTALL,
)[0]
"""The file exactly as the documentation shows it."""
ONE_STACK = ("--framework", "fastapi", "--server", "uvicorn-standard")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    """What was asked of whoever measures, which nobody does here."""
    (tmp_path / "pyproject.toml").write_text(DOCUMENTED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    seen: list[RunOptions] = []

    def take(options: RunOptions, *_: object, **__: object) -> NoReturn:
        seen.append(options)
        raise PlanError("asked and not measured")

    monkeypatch.setattr(run, "new_run", take)
    monkeypatch.setattr(sweep, "sweep_selection", take)
    monkeypatch.setattr(serving, "serve_stack", take)
    return seen


@pytest.mark.parametrize(
    ("arguments", "timing", "rates"),
    [
        (["run"], {"blocks": 8, "precision_percent": 2.0}, 2),
        (["run", "--slo", "p99=50ms"], {"precision_percent": None}, 0),
        (["run", "--blocks", "4"], {"blocks": 4, "precision_percent": None}, 2),
        (["run", "--reuse", "1"], {"precision_percent": 2.0}, 0),
        (["run", *ONE_STACK], {"blocks": 8, "precision_percent": None}, 2),
        (["serve", *ONE_STACK], {}, 0),
    ],
)
def test_a_default_that_does_not_apply_is_left_aside(
    arguments: list[str],
    timing: Mapping[str, Any],
    rates: int,
    asked: list[RunOptions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert call(monkeypatch, *arguments) == 2
    (options,) = asked
    assert {name: getattr(options.timing, name) for name in timing} == timing
    assert len(options.rates) == rates


def test_what_is_given_is_never_left_aside(
    asked: list[RunOptions], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--slo", "p99=50ms", "--rate", "500") == 2
    assert "it takes no --rate" in capsys.readouterr().err
    assert not asked


def test_arrivals_and_blocks_of_the_file_are_left_aside_where_they_do_not_fit(
    asked: list[RunOptions], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[tool.hotlap]\narrivals = "constant"\nblocks = 4\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert call(monkeypatch, "run") == 2
    assert call(monkeypatch, "run", "--precision", "1") == 2
    assert [options.timing.blocks for options in asked] == [4, 64]
