"""Repeats come to medians with intervals, answers side by side, series to slopes; a gap keeps its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.lifecycles import QUANTITIES, quantity, scaled, summarise_lifecycles
from report.stats.levels import Level
from results.model import Run
from tests.support.synthetic_lifecycles import REPEATS, cell, record, run


def test_ten_repeats_have_a_median_with_its_interval() -> None:
    start = next(s for s in summarise_lifecycles(run()) if s.cell == cell("fastapi", "cold-start"))
    first = start.values["first_answer_s"]
    assert start.n == first.n == REPEATS
    assert first.low is not None
    assert first.high is not None
    assert 0.8 <= first.low < first.value < first.high <= 1.0
    assert start.absent == {"pss_bytes": "the kernel does not show it"}


def test_a_cell_that_failed_has_no_summary_and_no_zero() -> None:
    assert cell("fastapi", "soak") not in {summary.cell for summary in summarise_lifecycles(run())}


def test_what_was_read_again_and_again_has_a_slope() -> None:
    soak = next(s for s in summarise_lifecycles(run()) if s.cell == cell("starlette", "soak"))
    assert soak.values["pss_slope_bytes_per_s"].value == pytest.approx(2048)
    assert soak.values["descriptors_slope_per_s"].value == pytest.approx(0)


def test_answers_that_repeats_differ_in_stand_side_by_side() -> None:
    looked_at = cell("starlette", "lifespan")
    records = tuple(record(looked_at, repeat=n, answers={"stop hook": said}) for n, said in enumerate("aab"))
    plan = replace(run().plan, cells=(looked_at,))
    (summary,) = summarise_lifecycles(Run(plan=plan, lifecycles=records))
    assert summary.answers == {"stop hook": "a / b"}
    assert summary.n == 3


def test_values_are_said_in_their_unit_and_unknown_ones_as_recorded() -> None:
    assert scaled("pss_bytes", Level(value=2.0**21, low=2.0**20, high=2.0**22, n=9)).low == 1
    assert quantity("pss_bytes").unit == "MiB"
    assert quantity("moons").title == "moons"


def test_no_two_values_of_a_table_have_one_head() -> None:
    heads = [(said.title, said.unit) for said in QUANTITIES.values()]
    assert len(heads) - len(set(heads)) <= 1  # of those lost, in flight and sent after
