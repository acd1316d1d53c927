"""How long a trial is expected to take, by how fast its cell is expected to answer."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from results.model import Cell, Interface, Load
from runners.experiments.durations import LEG_S, expected_rps, ring_length, trial_seconds
from runners.generator.window.pace import LEAD_IN_S, LONGEST_LEAD_IN_S
from runners.generator.window.warm_up import LEARNING_S
from runners.selection.matrix import Parts
from scenarios.compress_scenario import SMALL
from scenarios.exchange import Exchange
from tests.support.fake_run import IN_TURNS, SETUP
from tests.support.small_matrix import framework, parts, ring, scenario

SETUP_IN_TURNS = replace(IN_TURNS, warmup_s=0.2, leg_s=0.7)
CELL = Cell(framework="fastapi", server="granian-asgi", interface=Interface.ASGI, scenario="rows")


def known(expected: float | None, own: float | None = None, **more: object) -> Parts:
    """Parts in which ``rows`` is expected to be answered at a rate, and by FastAPI at one of its own."""
    rows = scenario("rows", expected_rps=expected, **more)
    fastapi = framework(
        "fastapi", "asgi", implements=("rows",), expected_rps={} if own is None else {"rows": own}
    )
    return replace(parts(), frameworks={"fastapi": fastapi}, scenarios={"rows": rows})


def test_the_framework_knows_best_then_the_scenario_and_workers_share_the_work() -> None:
    assert expected_rps(CELL, known(None)) is None
    assert expected_rps(CELL, known(1000.0)) == 1000
    assert expected_rps(CELL, known(1000.0, 250.0)) == 250
    assert expected_rps(replace(CELL, workers=2), known(1000.0, 250.0)) == 500


def test_where_a_turn_fits_its_length_a_leg_takes_what_it_was_asked_for() -> None:
    unknown, fast = (0.2 + 20 * (0.035 + lead_in_s) + LEG_S for lead_in_s in (LONGEST_LEAD_IN_S, LEAD_IN_S))
    assert trial_seconds(CELL, SETUP_IN_TURNS, known(None)) == pytest.approx(unknown)
    assert trial_seconds(CELL, SETUP_IN_TURNS, known(1e6)) == pytest.approx(fast, abs=0.001)


def test_a_slow_cell_takes_fewer_turns_and_longer_ones_behind_a_longer_warm_up() -> None:
    slow = trial_seconds(CELL, SETUP_IN_TURNS, known(1000.0, 256.0))
    wave_s = 64 / 256
    warm_up_s = wave_s + 3 * wave_s  # all answered once, and three times more until the load has settled
    turns_s = 4 * (1.5 * wave_s + LONGEST_LEAD_IN_S)  # in every sixth of 20 rounds
    assert slow == pytest.approx(warm_up_s + turns_s + LEG_S)


def test_a_long_ring_is_learnt_for_a_while_only_and_not_at_all_where_answers_are_slow() -> None:
    def long(random: Random) -> tuple[Exchange, ...]:
        return ring(random) * 2600

    rates_rps = (2600.0, 800.0, 260.0)
    fast, medium, slow = (trial_seconds(CELL, SETUP, known(rate_rps, ring=long)) for rate_rps in rates_rps)
    assert ring_length(known(1.0, ring=long).scenarios["rows"]) == 2600
    assert fast == pytest.approx((64 + 2600 + 64) / 2600 + SETUP.window_s)
    assert medium == pytest.approx(64 / 800 + SETUP.warmup_s + LEARNING_S + SETUP.window_s)
    assert slow == pytest.approx(64 / 260 + 3 * 64 / 260 + SETUP.window_s)


def test_an_open_load_keeps_its_window_and_what_is_asked_beside_turns_takes_one_more() -> None:
    open_cell = replace(CELL, load=Load.OPEN, rate_rps=100.0)
    window_s = SETUP_IN_TURNS.warmup_s + SETUP_IN_TURNS.window_s
    assert trial_seconds(open_cell, SETUP_IN_TURNS, known(None)) == window_s
    beside = trial_seconds(CELL, SETUP_IN_TURNS, known(None, beside=SMALL))
    assert beside == pytest.approx(0.2 + 20 * (0.035 + LONGEST_LEAD_IN_S) + LEG_S + window_s)
