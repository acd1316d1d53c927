"""The badge: the first tier in a small SVG, without a number and without a request."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from report.analysis.answers.answers import find_answers
from report.analysis.conclusions import conclude
from report.analysis.titles import titles_of
from report.views.badge import as_badge, first_tier
from results.model import Run
from tests.support.synthetic import make_run

ASGI = (("asgi", "uvicorn-standard"), ("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"))
QUIET = {"launch_noise": 0.01, "trial_noise": 0.01, "troubles": False, "control": False}


def badge_of(run: Run) -> str:
    return as_badge(run.plan, find_answers(run, conclude(run)), titles_of(run))


def text_of(run: Run) -> str:
    return first_tier(find_answers(run, conclude(run)).headline, titles_of(run))


def test_a_clear_winner_is_named_with_its_server_and_scenarios() -> None:
    run = make_run(stacks=ASGI, scenarios=("json", "orders"), **QUIET)
    assert text_of(run) == "first on uvicorn-standard: Starlette (json and orders)"


def test_who_cannot_be_told_apart_is_not_ranked() -> None:
    equal = {"starlette--uvicorn-standard": 100.0, "fastapi--uvicorn-standard": 100.0}
    run = make_run(stacks=ASGI, scenarios=("json",), cost_us=equal, **QUIET)
    assert text_of(run) == "no difference told on uvicorn-standard (json)"


def test_another_first_in_each_scenario() -> None:
    costs = {
        "starlette--uvicorn-standard--json": 100.0,
        "fastapi--uvicorn-standard--json": 200.0,
        "starlette--uvicorn-standard--orders": 400.0,
        "fastapi--uvicorn-standard--orders": 200.0,
    }
    run = make_run(stacks=ASGI, scenarios=("json", "orders"), cost_us=costs, **QUIET)
    assert text_of(run) == "first on uvicorn-standard: Starlette (json); FastAPI (orders)"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"blocks": 3}, "too few blocks to rank"),
        ({"blocks": 0, "planned_blocks": 8}, "nothing could be measured"),
        ({"stacks": ASGI[:1]}, "bare interfaces only"),
        ({"stacks": ASGI[1:2]}, "nothing to compare with"),
        ({"closed": False, "rates": (500.0,)}, "open load only: nothing is ranked"),
    ],
)
def test_where_nothing_is_ranked_it_says_why(changes: dict[str, object], text: str) -> None:
    made = {"stacks": ASGI, "scenarios": ("json",), **QUIET, **changes}
    assert text_of(make_run(**made)) == text


def test_it_is_sound_stands_alone_and_is_the_same_again() -> None:
    run = make_run(stacks=ASGI, scenarios=("json",), **QUIET)
    svg = badge_of(run)
    root = ET.fromstring(svg)  # noqa: S314 - ours
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text
    assert "Measured on 2026-" in title.text
    assert "://" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert svg == badge_of(run)


def test_evil_names_stay_text() -> None:
    run = make_run(stacks=ASGI, scenarios=("json",), **QUIET)
    frameworks = tuple(replace(own, title="<script>\x00\ud800&") for own in run.plan.environment.frameworks)
    environment = replace(run.plan.environment, frameworks=frameworks[1:2])
    root = ET.fromstring(badge_of(replace(run, plan=replace(run.plan, environment=environment))))  # noqa: S314 - ours
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
