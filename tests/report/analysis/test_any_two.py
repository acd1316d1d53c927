"""Any two stacks: on one server by what lived on it, any others by all that lived together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.any_two import StackFits, are_on_one_server, fit_stacks
from report.analysis.conclusions import conclude
from report.analysis.contenders import Group
from report.analysis.metrics import CPU, MEDIAN, MEMORY, P99, THROUGHPUT
from results.model import Cell, Load
from tests.support.synthetic import make_run


def fits_of(**recipe: object) -> tuple[StackFits, ...]:
    return fit_stacks(conclude(make_run(**recipe)).summaries)


def test_closed_load_is_compared_by_what_it_tells_and_open_load_by_waits() -> None:
    fits = fits_of(blocks=6, scenarios=("json",), rates=(500.0,), troubles=False)
    metrics = {load: [fit.metric for fit in fits if fit.workload.load == load] for load in Load}
    assert metrics[Load.CLOSED] == [THROUGHPUT, CPU, MEMORY]
    assert metrics[Load.OPEN] == [CPU, MEDIAN, P99, MEMORY]


@pytest.fixture(scope="module")
def compared() -> tuple[StackFits, tuple[Group, ...], tuple[Group, ...]]:
    conclusions = conclude(make_run(blocks=8, scenarios=("json",), troubles=False))
    (fits,) = [fit for fit in fit_stacks(conclusions.summaries) if fit.metric is THROUGHPUT]
    return fits, conclusions.groups, conclusions.stacks


def test_frameworks_on_one_server_have_the_ratio_that_the_run_shows(
    compared: tuple[StackFits, tuple[Group, ...], tuple[Group, ...]],
) -> None:
    fits, groups, _ = compared
    for group in groups:
        for contender in group.contenders[1:]:
            assert fits.ratio(contender.cell, group.contenders[0].cell) == contender.ratio


def test_unlike_servers_have_the_ratio_of_stack_against_stack(
    compared: tuple[StackFits, tuple[Group, ...], tuple[Group, ...]],
) -> None:
    fits, _, (group,) = compared
    best = group.contenders[0].cell
    unlike = [contender for contender in group.contenders if not are_on_one_server(contender.cell, best)]
    assert unlike
    for contender in unlike:
        assert fits.ratio(contender.cell, best) == contender.ratio


def test_the_control_is_no_stack_and_a_stranger_has_no_ratio(
    compared: tuple[StackFits, tuple[Group, ...], tuple[Group, ...]],
) -> None:
    fits, *_ = compared
    cells: list[Cell] = [summary.cell for summary in fits.summaries]
    assert not any(cell.control for cell in cells)
    assert fits.ratio(cells[0], replace(cells[1], framework="stranger")) is None


@pytest.mark.parametrize(
    "recipe", [{"blocks": 0}, {"stacks": (("flask", "granian-wsgi"),), "control": False}]
)
def test_nothing_is_fitted_where_there_are_not_two(recipe: dict[str, object]) -> None:
    assert fits_of(scenarios=("json",), troubles=False, **recipe) == ()
