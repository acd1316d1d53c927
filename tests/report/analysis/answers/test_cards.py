"""Cards: a kind of work each, the commands that measure it, and the comparison that it rests on."""

from __future__ import annotations

import itertools
import re
import shlex
import tomllib
from dataclasses import replace
from fnmatch import fnmatch

import pytest

from report.analysis.answers.answers import find_answers
from report.analysis.answers.cards import KINDS, Card, Kind, kind_of
from report.analysis.conclusions import conclude
from report.views.answers.cards import answer
from report.views.answers.sentence import plain
from results.model import Run
from tests.support.made_answers import THREADS, UVICORN, clear_winner, database_bound
from tests.support.paths import ROOT
from tests.support.synthetic_turns import make_relay

SCENARIOS = [
    path.name.removesuffix("_scenario.py").replace("_", "-")
    for path in (ROOT / "scenarios").glob("*_scenario.py")
]
SUITES = tomllib.loads((ROOT / "runners" / "cli" / "suites.toml").read_text(encoding="utf-8"))["tool"][
    "hotlap"
]["suites"]


def cards(run: Run) -> dict[str, Card]:
    return {card.kind.name: card for card in find_answers(run, conclude(run)).cards}


def test_there_is_a_card_for_each_kind_whatever_was_measured() -> None:
    made = cards(clear_winner())
    assert list(made) == [kind.name for kind in KINDS]
    assert [name for name, card in made.items() if card.rankings] == ["validated-api"]


def test_a_card_has_its_first_tier_and_by_how_much() -> None:
    (ranking,) = cards(clear_winner())["validated-api"].rankings
    assert ranking.group.scenario == "orders"
    assert {contender.cell.framework for contender in ranking.first} == {"starlette"}
    assert ranking.behind is not None
    assert ranking.behind.value.high is not None
    assert ranking.behind.value.high < 1


def test_a_busy_database_is_said_with_the_card() -> None:
    (ranking,) = cards(database_bound())["database"].rankings
    assert ranking.pace is not None
    assert ranking.pace.busy.value.value == pytest.approx(92)


def test_a_pool_is_named_beside_the_number_of_the_framework_without_it() -> None:
    stacks = (("starlette", UVICORN), ("django", THREADS), ("django-pooled", THREADS))
    costs = {f"starlette--{UVICORN}": 100.0, f"django--{THREADS}": 200.0, f"django-pooled--{THREADS}": 400.0}
    run = make_relay(stacks=stacks, control=False, scenarios=("db-read",), cost_us=costs)
    card = cards(run)["database"]
    (variant,) = card.rankings[0].variants
    assert variant.cell.framework == "django-pooled"
    assert variant.value.value == pytest.approx(0.25, rel=0.05)
    text = plain(answer(card, {"django": "Django", "django-pooled": "Django with its pool"}))
    assert re.search(
        r"next is Django on gunicorn-gthread at \d+% of that "
        r"\(Django with its pool on gunicorn-gthread 2\d%\)\.",
        text,
    )


def test_another_framework_is_no_variant() -> None:
    (ranking,) = cards(clear_winner())["validated-api"].rankings
    assert ranking.variants == ()


def test_of_several_loads_that_of_most_stacks_is_told() -> None:
    stacks = (("starlette", UVICORN), ("fastapi", UVICORN))
    run = make_relay(stacks=stacks, control=False, scenarios=("orders",))
    few = tuple(
        replace(trial, cell=replace(trial.cell, connections=1))
        for trial in run.trials
        if trial.cell.framework == "fastapi"
    )
    (ranking,) = cards(replace(run, trials=(*few, *run.trials)))["validated-api"].rankings
    assert ranking.group.workload.connections == 64


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_command_of_a_card_measures_its_work(kind: Kind) -> None:
    words = shlex.split(kind.command)
    assert words[:2] == ["hotlap", "run"]
    named = dict(itertools.pairwise(words))
    if suite := named.get("--suite"):
        asked = SUITES[suite].get("scenario", ["plaintext", "json", "orders"])
    else:
        asked = [words[place + 1] for place, word in enumerate(words) if word == "--scenario"]
    measured = [name for name in SCENARIOS if any(fnmatch(name, pattern) for pattern in asked)]
    assert {kind_of(name) for name in measured} & {kind}


def test_the_document_lists_the_scenarios_of_each_card() -> None:
    page = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    for kind in KINDS:
        listed = ", ".join(f"`{name}`" for name in kind.scenarios)
        assert f"| {kind.title[0].lower() + kind.title[1:]} | {listed} |" in page.replace("| JSON", "| jSON")
