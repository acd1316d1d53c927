"""What a request costs: means over repeats, spread, and a reason wherever a count is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.costs import FIRST, holds_costs, summarise_costs
from results.model import IN_PROCESS, InstructionCounter, Interval, PlanKind, Run, SideName
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import exact, make_cost_run


@pytest.fixture(scope="module")
def run() -> Run:
    return make_cost_run()


def test_each_cell_has_what_was_counted_within_its_noise(run: Run) -> None:
    found = summarise_costs(run)
    assert {each.cell for each in found.counts} > {record.cell for record in run.costs}
    for each in found.counts:
        if each.level:
            assert each.level.value == pytest.approx(exact(each.cell), rel=0.005)
            assert each.level.n == len(each.by_repeat) == 2
            assert each.level.low is not None
            assert each.level.high is not None
            assert each.level.low < each.level.value < each.level.high
            assert each.spread is not None
            assert 0 < each.spread < 0.01


def test_one_repeat_has_no_interval_but_its_own_spread() -> None:
    for each in summarise_costs(make_cost_run(repeats=1, troubles=False)).counts:
        assert each.level is not None
        assert each.level.low is None
        assert each.spread is not None


def test_what_is_missing_has_its_reason_and_no_number(run: Run) -> None:
    missing = {
        each.cell.stack + each.cell.scenario: each for each in summarise_costs(run).counts if not each.level
    }
    assert missing["django--gunicorn-gthreadorders"].reason == (
        "not measured (cost): intervals 2.1% apart, twice"
    )
    assert missing[f"rsgi--{IN_PROCESS}json"].reason == "not applicable: RSGI needs granian's objects"
    assert all(each.by_repeat == () and each.spread is None for each in missing.values())


def test_an_interrupted_run_says_that_it_ended(run: Run) -> None:
    cell = run.costs[0].cell
    cut = replace(run, costs=tuple(each for each in run.costs if each.cell != cell))
    (found,) = (each for each in summarise_costs(cut).counts if each.cell == cell)
    assert found.reason == "not measured: the run ended before it"


def test_a_count_that_cannot_be_is_left_out_and_named(run: Run) -> None:
    cell = run.costs[0].cell
    broken = tuple(
        replace(each, intervals=(Interval(instructions=1, seconds=1.0, requests=0),))
        if each.cell == cell
        else each
        for each in run.costs
    )
    found = summarise_costs(replace(run, costs=broken))
    (count,) = (each for each in found.counts if each.cell == cell)
    assert count.reason.startswith("not measured: repeat 2 was left out")
    assert [each for each in found.problems if cell.slug in each]


def test_counts_of_two_tools_are_not_added_up(run: Run) -> None:
    first, *rest = run.costs
    mixed = replace(run, costs=(replace(first, counter=InstructionCounter.PERF, tool="perf 6.1"), *rest))
    (count,) = (each for each in summarise_costs(mixed).counts if each.cell == first.cell)
    assert count.reason == "not compared: counted by perf 6.1 and valgrind 3.19.0"


def test_plaintext_comes_first_whatever_the_plan_says(run: Run) -> None:
    assert run.plan.cells[0].scenario != FIRST
    assert summarise_costs(run).scenarios[0] == FIRST


def test_the_same_app_without_a_server_is_found(run: Run) -> None:
    found = summarise_costs(run)
    flask = next(each for each in found.counts if each.cell.server == "granian-wsgi")
    inside = found.in_process(flask.cell)
    assert inside is not None
    assert (inside.cell.server, inside.cell.framework, inside.cell.scenario) == (
        IN_PROCESS,
        "flask",
        flask.cell.scenario,
    )


def test_sides_of_a_comparison_are_not_levels(run: Run) -> None:
    sided = replace(
        run,
        plan=replace(run.plan, kind=PlanKind.GATE, cells=()),
        costs=tuple(replace(each, side=SideName.BASE) for each in run.costs),
        failures=(),
    )
    assert not holds_costs(sided)
    assert not any(each.level for each in summarise_costs(sided).counts)


def test_a_run_that_only_timed_holds_no_costs(run: Run) -> None:
    assert not holds_costs(make_run(blocks=1))
    assert holds_costs(run)
