from __future__ import annotations

from collections.abc import Callable

import pytest

from runners.errors import LoadError
from runners.experiments.capacity import Capacities, CapacityPass
from runners.experiments.progress import Watcher
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
