from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from results.model import NotApplicable
from runners.errors import LoadError
from runners.experiments.capacity import Capacities, CapacityPass
from runners.experiments.open_rates import with_rates
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.selection.matrix import Selection
from runners.selection.rates import parse
from tests.support.fake_run import FakeGenerator, FakeLauncher, plan
from tests.support.small_matrix import parts


def measured(*, act: Callable[[int], None] = lambda _count: None, broken: str = "") -> Capacities:
    return CapacityPass(
        plan=plan(),
        scenarios=parts().scenarios,
        launcher=FakeLauncher(parts().scenarios, broken),
        generator=FakeGenerator(act),
        watcher=Watcher(),
    ).run()


def options(*rates: str) -> RunOptions:
    return RunOptions(selection=Selection(), timing=QUICK, rates=parse(rates))


def test_every_cell_but_the_controls_is_measured_once() -> None:
    capacities = measured()
    assert list(capacities.by_cell) == [cell for cell in plan().cells if not cell.control]
    assert all(3800 <= value <= 4200 for value in capacities.by_cell.values())
    for cell, windows in capacities.windows.items():
        assert len(set(windows)) == 3
        assert capacities.by_cell[cell] == sorted(windows)[1]
    assert not capacities.failures


def test_a_cell_that_cannot_be_measured_is_a_failure_and_the_others_go_on() -> None:
    def second_fails(count: int) -> None:
        if count == 5:  # the second window of the second cell
            raise LoadError("no right answer came", remedy="look at the log")

    capacities = measured(act=second_fails)
    (failure,) = capacities.failures
    assert failure.cell == plan().cells[1]
    assert failure.message == "capacity could not be measured: no right answer came"
    assert failure.log_tail == "the last line"
    assert len(capacities.by_cell) == len([cell for cell in plan().cells if not cell.control]) - 1


def test_a_stack_that_does_not_start_is_a_failure_of_it() -> None:
    (failure,) = measured(broken="flask--gunicorn-gthread").failures
    assert (failure.stack, failure.cell) == ("flask--gunicorn-gthread", None)


def test_without_any_capacity_the_run_cannot_begin() -> None:
    def fails(_count: int) -> None:
        raise LoadError("no right answer came")

    with pytest.raises(LoadError, match="no rate can be a share of it"):
        measured(act=fails)


def test_a_plan_is_opened_with_its_capacities_and_a_new_order() -> None:
    capacities = measured().by_cell
    result = with_rates(plan(), options("equal"), parts(), capacities)
    assert {cell.load for cell in result.cells} == {"open"}
    assert any(cell.control for cell in result.cells)
    assert result.capacities_rps == {cell.slug: value for cell, value in capacities.items()}
    assert {key for order in result.order for key in order} == {
        f"{cell.stack}@default" for cell in result.cells
    }


def test_a_plan_loses_what_has_no_capacity() -> None:
    capacities = {cell: value for cell, value in measured().by_cell.items() if cell.framework == "flask"}
    result = with_rates(plan(), options("50%"), parts(), capacities)
    assert {cell.framework for cell in result.cells} == {"flask"}
    assert {key for order in result.order for key in order} == {"flask--gunicorn-gthread@default"}


def test_what_is_not_applicable_is_so_under_every_load_of_its_scenario() -> None:
    base = plan()
    absent = NotApplicable(cell=replace(base.cells[0], framework="asgi"), reason="a floor")
    result = with_rates(replace(base, not_applicable=(absent,)), options("closed", "500"), parts(), {})
    assert [(each.cell.load, each.cell.rate_rps) for each in result.not_applicable] == [
        ("closed", None),
        ("open", 500),
    ]
