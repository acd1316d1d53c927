"""A metric that is declared in one place is read, summarised, shown and compared everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report.analysis import frames, metrics
from report.analysis.metric_types import Effects, FromTrial, Metric, Shown, TwoSides
from report.analysis.summary import summarise
from report.analysis.two_sides.comparison import compare_sides
from report.page.build import build
from report.views import comparison, terminal
from results.model import Load
from tests.support.synthetic import make_run
from tests.support.synthetic_gate import make_gate

RECEIVED = Metric(
    name="received_bytes_per_request",
    source=FromTrial(read=lambda trial: (trial.bytes_received + 200) / trial.requests),
    title="Bytes received per request",
    noun="bytes received",
    unit="bytes",
    best="smallest",
    absent="nothing was received",
    shown=Shown(
        unit="KB",
        factor=1e-3,
        heading="Received",
        columns={Load.CLOSED: 9},
        section="consume",
        extremes=("An answer takes", "on the wire"),
    ),
    two_sides=TwoSides(effects=Effects(least=0.05, must_not_pass=0.10)),
)


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(metrics.QUANTITIES, RECEIVED.name, RECEIVED)


def test_trials_have_it_as_a_column() -> None:
    run = make_run(blocks=2, scenarios=("json",))
    assert frames.tabulate_trials(run)[RECEIVED.name].tolist() == [
        (trial.bytes_received + 200) / trial.requests for trial in run.trials
    ]


def test_cells_are_summarised_by_it() -> None:
    assert all(
        summary.level(RECEIVED) or summary.reason(RECEIVED)
        for summary in summarise(make_run(blocks=2, scenarios=("json",)))
    )


def test_the_terminal_and_its_json_show_it(tmp_path: Path) -> None:
    run = make_run(blocks=2, scenarios=("json",), troubles=False)
    assert "Received, KB" in terminal.as_text(run, tmp_path, None)
    cells = json.loads(terminal.as_json(run, tmp_path, None))["cells"]
    assert all(cell[RECEIVED.name]["level"]["value"] > 0 for cell in cells)


def test_the_page_has_it_in_a_table_and_in_the_answer_of_its_section(tmp_path: Path) -> None:
    page = build([make_run(blocks=2, scenarios=("json",), troubles=False)], tmp_path).read_text("utf-8")
    assert "Bytes received per request" in page
    assert "KB (95% interval)" in page
    assert "An answer takes from " in page
    assert RECEIVED.name in (tmp_path / "trials.csv").read_text("utf-8").splitlines()[0]


def test_two_sides_are_compared_by_it_and_it_decides_nothing() -> None:
    compared = compare_sides(make_gate(cpu_change=0.3))
    rows = [row for row in compared.rows if row.change.metric is RECEIVED]
    assert rows
    assert all(row.change.estimate and not row.decides for row in rows)
    assert "Received (informs)" in comparison.as_text(compared)
    assert RECEIVED.name in {row["metric"] for row in json.loads(comparison.as_json(compared))["rows"]}
