from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from results.model import NotApplicable
from runners.experiments.capacity import Capacities, CapacityPass
from runners.experiments.open_rates import with_quick_rates, with_rates
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


def test_the_quick_matrix_offers_one_rate_to_all_stacks_of_a_scenario_beside_the_closed_load() -> None:
    known = parts()
    scenarios = {**known.scenarios, "json": replace(known.scenarios["json"], quick_rate_rps=500.0)}
    base = plan()
    result = with_quick_rates(base, replace(known, scenarios=scenarios))
    offered = [cell for cell in result.cells if cell.load == "open"]
    assert result.cells[: len(base.cells)] == base.cells
    assert {cell.stack for cell in offered} == {cell.stack for cell in base.cells if cell.scenario == "json"}
    assert {(cell.scenario, cell.rate_rps, cell.connections) for cell in offered} == {("json", 500.0, 64)}
    assert result.order == base.order
