"""How busy a database was stands beside what the servers did."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from report.views.terminal import as_json, as_text
from results.model import Run
from tests.support.synthetic import make_run


@pytest.fixture(scope="module")
def run() -> Run:
    plain = make_run()
    return replace(
        plain,
        trials=tuple(
            replace(trial, service_cpu_ns={"database": round(trial.window_s * 0.9e9)})
            if trial.cell.scenario == plain.trials[0].cell.scenario
            else trial
            for trial in plain.trials
        ),
    )


def test_the_terminal_says_how_busy_it_was_and_that_it_was_measured(run: Run) -> None:
    text = " ".join(as_text(run, Path("a"), None).split())
    assert f"{run.trials[0].cell.scenario}: the database was busy for 90%" in text
    assert "the database was measured" in text


def test_json_has_it_by_cell(run: Run) -> None:
    cells = {cell["slug"]: cell for cell in json.loads(as_json(run, Path("a"), None))["cells"]}
    used = cells[run.trials[0].cell.slug]["services"]["database"]
    assert used["busy"] == pytest.approx(0.9)
    assert used["cpu_us_per_request"] > 0
    others = [cell for slug, cell in cells.items() if f"--{run.trials[0].cell.scenario}--" not in slug]
    assert others
    assert not any("services" in cell for cell in others)
