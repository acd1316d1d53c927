"""The reference stack: in what the selection asks, and nowhere unless it is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.errors import PlanError
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.run_plan import expand_all, has_ratios, planned
from runners.selection.discovery import discover
from runners.selection.matrix import Selection, expand
from runners.selection.reference import FRAMEWORK, SERVER, STACK, is_reference, reference_cells
from tests.support.small_matrix import parts

PARTS = discover()


def test_it_exists_frozen_and_is_measured_when_it_is_asked_for_alone() -> None:
    framework = PARTS.frameworks[FRAMEWORK]
    assert framework.frozen
    assert not framework.default
    assert framework.lock.is_file()
    assert SERVER in PARTS.servers
    for selection in (Selection(), Selection(quick=True), Selection(frameworks=("starlette*",))):
        assert not any(map(is_reference, expand(selection, PARTS).cells))


def test_it_is_asked_what_the_others_are() -> None:
    selection = Selection(scenarios=("json", "orders"), connections=(8,), pythons=("3.12", "3.13"))
    cells = reference_cells(selection, PARTS)
    assert {(cell.scenario, cell.connections, cell.python) for cell in cells} == {
        (scenario, 8, python) for scenario in ("json", "orders") for python in ("3.12", "3.13")
    }
    assert all(map(is_reference, cells))
    assert not any(is_reference(replace(cell, control=True)) for cell in cells)
    assert not any(is_reference(cell, "") for cell in cells)


def test_a_scenario_that_it_has_not_is_measured_without_it() -> None:
    assert reference_cells(Selection(scenarios=("routing-first",)), PARTS) == ()
    options = RunOptions(
        selection=Selection(scenarios=("routing-first",)), timing=QUICK, seed=0, reference=True
    )
    matrix = expand_all(options, PARTS, ())
    assert planned(options, PARTS, cells=matrix.cells, not_applicable=()).setup.reference == ""


def test_apps_that_have_none_say_so() -> None:
    with pytest.raises(PlanError, match="there is no starlette-frozen among these apps"):
        reference_cells(Selection(), parts())


def test_a_plan_has_it_in_every_heat_and_says_so() -> None:
    options = RunOptions(selection=Selection(quick=True), timing=QUICK, seed=0, reference=True)
    matrix = expand_all(options, PARTS, ())
    assert len(matrix.cells) == len(expand(Selection(quick=True), PARTS).cells) + 3
    plan = planned(options, PARTS, cells=matrix.cells, not_applicable=matrix.not_applicable)
    assert plan.setup.reference == STACK
    assert all(order.count(f"{STACK}@default") >= 1 for order in plan.order)
    assert not any(cell.framework == FRAMEWORK for cell in plan.cells if cell.control)
    plain = planned(replace(options, reference=False), PARTS, cells=matrix.cells, not_applicable=())
    assert plain.setup.reference == ""


def test_it_is_no_other_side_of_a_ratio() -> None:
    cells = reference_cells(Selection(scenarios=("json",)), PARTS)
    alone = expand(Selection(frameworks=("starlette",), servers=(SERVER,), scenarios=("json",)), PARTS).cells
    assert not has_ratios((*cells, *alone))
