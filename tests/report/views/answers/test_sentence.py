"""Numbers within sentences: shares below twice as much, multiples from there on, each with its interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.answers.told_numbers import RATIO, Number
from report.stats.levels import Level
from report.views.answers.leads import _ratios
from report.views.answers.sentence import interval, of_whom, plain, write
from tests.support.made_answers import COSTS, GRANIAN, TWO, USUAL, UVICORN, clear_winner, on_servers, said
from tests.support.synthetic_turns import make_relay

CELL, OTHER = clear_winner().plan.cells[:2]


def ratio(value: float, low: float, high: float) -> Number:
    level = Level(value=value, low=low, high=high, n=8)
    return Number(value=level, unit=RATIO, cell=CELL, other=OTHER)


@pytest.mark.parametrize(
    ("number", "text", "between"),
    [
        (ratio(0.444, 0.423, 0.462), "44% of what it does", "42–46%"),
        (ratio(1.98, 1.9, 2.1), "198% of what it does", "190–210%"),
        (ratio(1.996, 1.9, 2.1), "2.0 times what it does", "1.9–2.1 times"),
        (ratio(8.26, 8.11, 8.44), "8.3 times what it does", "8.1–8.4 times"),
        (ratio(8.26, 8.251, 8.263), "8.3 times what it does", "8.25–8.26 times"),
        (ratio(26.2, 25.4, 27.1), "26 times what it does", "25–27 times"),
    ],
)
def test_from_twice_as_much_on_a_ratio_is_said_as_a_multiple(number: Number, text: str, between: str) -> None:
    assert write(number).text + of_whom(number, "what it does") == text
    assert interval(number) == between


def test_without_whom_nothing_follows() -> None:
    assert of_whom(ratio(0.5, 0.4, 0.6), "") == of_whom(ratio(5, 4, 6), "") == ""


def test_a_ratio_that_cannot_be_told_from_one_has_no_number_beside_those_that_can() -> None:
    def asked_in(scenario: str, number: Number) -> Number:
        return replace(number, cell=replace(CELL, scenario=scenario))

    told, other = asked_in("stream", ratio(0.62, 0.55, 0.69)), asked_in("websocket", ratio(0.96, 0.6, 1.5))
    sentence = "62% of what they do for an answer in pieces, and no difference could be told over WebSocket"
    assert plain(_ratios((told, other), "what they do")) == sentence
    assert plain(_ratios((other, told), "what they do")) == sentence
    four = [asked_in(scenario, ratio(1.0, 0.9, 1.1)) for scenario in ("json", "items", "form", "sse")]
    assert plain(_ratios((told, *four), "what they do")).endswith("could be told in 4 other scenarios")
    assert plain(_ratios((other,), "what they do")) == "96% of what they do over WebSocket"


def test_a_server_that_does_many_times_as_much_is_said_so() -> None:
    stacks = (*TWO, ("starlette", GRANIAN), ("fastapi", GRANIAN))
    costs = on_servers(COSTS, uvicorn_standard=1.0, granian_asgi=0.125)
    text = said(make_relay(stacks=stacks, cost_us=costs, **USUAL))
    assert f"on {GRANIAN} " in text
    assert f" times what it does on {UVICORN}" in text
    assert "times of" not in text
