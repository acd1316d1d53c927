from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from results.histogram import Latency
from results.model import Trial
from tests.support.made_patterns import BLOCKS, HONEST, open_cell, patterns_of, run_of

Floats = NDArray[np.float64]
RATE, WINDOW_S = 1_000.0, 4.0
CELL = open_cell(RATE, connections=64)
REQUESTS = round(RATE * WINDOW_S)
DUE_S = np.arange(REQUESTS) / RATE


def quick(random: np.random.Generator) -> Floats:
    """Half a millisecond, and a tail that every server has."""
    return 0.5 + random.exponential(0.4, REQUESTS)


def pausing(every_s: float, pause_s: float) -> Floats:
    """What requests wait for the rest of a pause, in ms."""
    return 1000 * np.maximum(pause_s - DUE_S % every_s, 0)


def trial(latencies_ms: Floats, framework: str = "fastapi") -> Trial:
    latency = Latency()
    latency.record_ns((latencies_ms * 1e6).astype(np.int64))
    return replace(
        HONEST,
        cell=replace(CELL, framework=framework),
        window_s=WINDOW_S,
        requests=REQUESTS,
        arrivals=REQUESTS,
        late_sends=0,
        latency=latency.encode(),
    )


def seen(own: Callable[[Floats, np.random.Generator], Floats], *others: Trial) -> dict[str, str]:
    random = np.random.default_rng(1)
    return patterns_of(run_of(trial(own(quick(random), random)), *others), [CELL])


NEIGHBOUR = trial(quick(np.random.default_rng(2)), "starlette")


@pytest.mark.parametrize("pause_s", [0.04, 0.1, 0.2])
def test_pauses_of_one_length_are_told_with_length_and_rhythm(pause_s: float) -> None:
    evidence = seen(lambda usual, _: usual + pausing(1.0, pause_s), NEIGHBOUR)["pauses"]
    length_ms, every_s = map(float, re.findall(r"^about (\S+) ms every (\S+) s: ", evidence)[0])
    assert length_ms == pytest.approx(1000 * pause_s, abs=3)
    assert every_s == pytest.approx(1, rel=0.1)


def test_what_the_neighbours_have_too_is_the_machine() -> None:
    shaken = trial(quick(np.random.default_rng(3)) + pausing(1.0, 0.1), "starlette")
    assert not seen(lambda usual, _: usual + pausing(1.0, 0.1), shaken)
    assert not seen(lambda usual, _: usual + pausing(1.0, 0.1))  # nobody to tell


def test_a_long_tail_is_no_pause() -> None:
    assert not seen(lambda usual, _: usual, NEIGHBOUR)
    assert not seen(lambda usual, random: usual + random.exponential(6, REQUESTS), NEIGHBOUR)
    assert not seen(lambda usual, random: usual * random.pareto(1.5, REQUESTS), NEIGHBOUR)


def test_a_server_that_is_slow_for_a_good_part_of_the_time_does_not_pause() -> None:
    assert not seen(lambda usual, _: usual + pausing(0.2, 0.1), NEIGHBOUR)


def test_one_launch_that_stood_still_is_no_pattern() -> None:
    random = np.random.default_rng(1)
    still, usual = trial(quick(random) + pausing(1.0, 0.1)), trial(quick(random))
    run = run_of(usual, NEIGHBOUR)
    others = [other for other in run.trials if other.cell == NEIGHBOUR.cell]
    own = [still, *[usual] * (BLOCKS - 1)]
    trials = (*others, *(replace(part, block=block, launch=block) for block, part in enumerate(own)))
    assert not patterns_of(replace(run, trials=trials))


def test_a_generator_that_was_late_or_a_load_that_was_not_served_tells_nothing() -> None:
    whole = trial(quick(np.random.default_rng(1)) + pausing(1.0, 0.1))
    assert patterns_of(run_of(whole, NEIGHBOUR)).keys() == {"pauses"}
    for spoilt in (replace(whole, late_sends=400), replace(whole, requests=round(0.9 * REQUESTS))):
        assert not patterns_of(run_of(spoilt, NEIGHBOUR))
