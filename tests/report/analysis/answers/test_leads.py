"""Leads: which ground a headline speaks of, who is first on it in all scenarios, and who is last."""

from __future__ import annotations

import pytest

from report.analysis.answers.leads import Lead, Standing, find_grounds, find_lead, siblings
from report.analysis.answers.told_numbers import Ratios
from report.analysis.conclusions import conclude
from results.model import Run
from tests.support.made_answers import GRANIAN, UVICORN, clear_winner, divided, level, two_interpreters
from tests.support.synthetic_turns import make_relay


def lead(run: Run) -> Lead:
    conclusions = conclude(run)
    made = find_lead(find_grounds(conclusions.groups)[0], Ratios(conclusions.summaries))
    assert made is not None
    return made


def names(made: Lead) -> list[str]:
    return [contender.cell.framework for contender in made.first]


def test_the_usual_server_is_told_of_before_others_that_hold_as_many() -> None:
    grounds = find_grounds(conclude(clear_winner()).groups)
    assert [ground.server for ground in grounds] == [UVICORN, GRANIAN]


def test_the_ground_with_most_to_compare_is_told_of_first() -> None:
    stacks = (("starlette", UVICORN), ("starlette", GRANIAN), ("fastapi", GRANIAN))
    run = make_relay(stacks=stacks, scenarios=("json",), control=False)
    assert find_grounds(conclude(run).groups)[0].server == GRANIAN


def test_a_lead_has_its_first_its_last_and_their_ratios() -> None:
    made = lead(level(100, 150, 200))
    assert (made.standing, names(made)) == (Standing.LED, ["starlette"])
    assert made.last is not None
    assert made.last.cell.framework == "fastapi"
    assert [contender.cell.framework for contender in made.between] == ["litestar"]
    assert [number.cell.scenario for number in made.ratios] == ["json", "orders"]
    assert [number.value.value for number in made.ratios] == pytest.approx([0.5, 0.5], abs=0.03)


def test_who_is_level_is_first_together() -> None:
    made = lead(level(100, 100, 200))
    assert sorted(names(made)) == ["litestar", "starlette"]


def test_nobody_leads_where_nobody_can_be_told_apart() -> None:
    made = lead(level(100, 100, 100))
    assert (made.standing, len(made.first), made.last) == (Standing.LEVEL, 3, None)


def test_nobody_leads_where_each_scenario_has_another_first() -> None:
    made = lead(divided())
    assert made.standing == Standing.DIVIDED
    firsts = [winner.first[0].cell.framework for winner in made.winners]
    assert firsts == ["starlette", "starlette", "litestar"]
    assert made.last is not None
    assert made.last.cell.framework == "fastapi"
    assert len(made.ratios) == 3
    assert all(winner.behind and winner.behind.value.value < 1 for winner in made.winners)


def test_a_ground_has_a_sibling_on_each_interpreter() -> None:
    grounds = find_grounds(conclude(two_interpreters()).groups)
    assert [ground.workload.python for ground in siblings(grounds[0], grounds)] == ["3.12", "3.13"]
