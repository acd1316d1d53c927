from __future__ import annotations

import math

import numpy as np
import pytest

from report.stats.jackknife import pseudo_values
from report.stats.levels import around


def test_of_a_geometric_mean_they_are_the_values_themselves() -> None:
    values = {0: 2.0, 3: 8.0, 5: 4.0}

    def mean(numbers: list[float]) -> float:
        return math.exp(np.mean(np.log(numbers)))

    without = {part: mean([value for other, value in values.items() if other != part]) for part in values}
    assert pseudo_values(mean(list(values.values())), without) == pytest.approx(values)


def test_intervals_of_a_percentile_of_few_samples_a_block_hold_it_nearly_as_often_as_they_say() -> None:
    random, held, runs = np.random.default_rng(1), 0, 400
    truth = float(np.percentile(np.random.default_rng(0).gamma(4, 1, 400_000), 99))
    for _ in range(runs):
        blocks = random.gamma(4, 1, (8, 400)) * random.lognormal(0, 0.03, (8, 1))
        whole = float(np.percentile(blocks, 99))
        without = {block: float(np.percentile(np.delete(blocks, block, axis=0), 99)) for block in range(8)}
        level = around(whole, list(pseudo_values(whole, without).values()))
        assert level.low is not None
        assert level.high is not None
        held += level.low <= truth <= level.high
    assert 0.88 <= held / runs <= 0.98
