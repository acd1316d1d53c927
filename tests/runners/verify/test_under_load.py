from __future__ import annotations

from dataclasses import replace

import pytest

from results.model import Load
from runners.verify.under_load import wrong_under_load
from tests.support.synthetic import make_run

TRIAL = replace(make_run(blocks=1).trials[0], requests=10_000, errors={})


@pytest.mark.parametrize(
    ("errors", "failing"),
    [
        ({}, set()),
        ({"wrong-answer": 1}, {Load.CLOSED, Load.OPEN}),
        ({"protocol": 1}, {Load.CLOSED, Load.OPEN}),
        ({"timeout": 10}, set()),
        ({"timeout": 11}, {Load.CLOSED}),
        ({"overloaded": 6, "reset": 6}, {Load.CLOSED}),
    ],
)
def test_wrong_answers_never_count_and_missing_ones_only_under_open_load(
    errors: dict[str, int], failing: set[Load]
) -> None:
    closed = replace(TRIAL, errors=errors)
    opened = replace(closed, cell=replace(closed.cell, load=Load.OPEN, rate_rps=500.0))
    assert {trial.cell.load for trial in (closed, opened) if wrong_under_load(trial)} == failing


def test_one_broken_connection_of_a_short_trial_says_nothing() -> None:
    short = replace(TRIAL, requests=200)
    assert not wrong_under_load(replace(short, errors={"reset": 2}))
    told = wrong_under_load(replace(short, errors={"reset": 3}, error_example="reset: GET /json"))
    assert told == "3 of 203 answers were not right under load (3 reset); the first: reset: GET /json"
