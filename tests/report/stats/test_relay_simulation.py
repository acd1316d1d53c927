"""The short form of ``relay_simulation``: seeded, so that it says the same every time."""

from __future__ import annotations

from functools import partial

import pytest

from tests.benchmarks.relay_simulation import DESIGNS, Design, simulate, total
from tests.support.made_relay import Timing

SHORT = Timing(leg_s=0.3)
RUNS = range(12)


@pytest.mark.parametrize("design", DESIGNS, ids=[design.title for design in DESIGNS])
def test_intervals_hold_the_truth_and_first_tiers_the_best(design: Design) -> None:
    runs = RUNS[:2] if design.drawn else RUNS  # it has three times as many stacks
    counts = total(map(partial(simulate, design, timing=SHORT), runs))
    assert counts.runs == len(runs)
    assert 88 <= counts.covered_percent <= 100
    assert counts.excluded_best <= 2
