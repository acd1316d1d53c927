"""What one thing costs: differences of scenarios that were counted of one stack."""

from __future__ import annotations

from itertools import pairwise

import pytest

from report.analysis.costs import summarise_costs
from report.analysis.twins import TWINS
from report.page.compose import make_page
from report.page.context import make_context
from tests.support.synthetic_costs import FRAMEWORK, make_cost_run

ALL = ("orders", "orders-raw", "middleware", "middleware-none", "json")


def test_a_thing_costs_its_scenario_minus_the_twin_without_it() -> None:
    found = summarise_costs(make_cost_run(scenarios=ALL, noise=0.0003)).twins
    assert [twin.thing for twin, _ in found] == ["validation", "five middlewares"]
    for (twin, steps), added in zip(found, (115_000, 22_000), strict=True):
        known = [step for step in steps if step.level]
        assert {step.count.cell.framework for step in known} == set(FRAMEWORK)
        for step in known:
            assert step.over is not None
            assert (step.count.cell.scenario, step.over.cell.scenario) == (twin.scenario, twin.without)
            assert step.level is not None
            assert step.level.value == pytest.approx(added, rel=0.1)


def test_a_scenario_without_its_twin_says_nothing() -> None:
    assert summarise_costs(make_cost_run(scenarios=("orders", "json"))).twins == ()


def test_the_page_has_a_part_for_each_thing() -> None:
    page = make_page(make_context(make_cost_run(scenarios=ALL)))
    (section,) = [section for section in page.sections if section.anchor == "layers"]
    headings = [part.heading for part in section.parts]
    assert ("What validation costs", "What five middlewares cost") in pairwise(headings)


def test_no_thing_is_told_twice() -> None:
    assert len({twin.key for twin in TWINS}) == len({twin.scenario for twin in TWINS}) == len(TWINS)
