"""Each cause of variance is found apart from the others."""

import numpy as np
import pytest

from tests.benchmarks.ratio_parts import Floats, LevelTable, RatioParts, ratio_parts

STACKS, COPIES, HEATS = 2, 3, 10


def made(*, turns: float, launches: float, time: float, extra: float = 0.0) -> RatioParts:
    """Of 200 sets of launches, with such deviations of one leg; ``extra`` is none that turns tell."""
    random = np.random.default_rng(3)
    shape = (STACKS, COPIES, HEATS)

    def levels() -> Floats:
        return (
            random.normal(0, launches, (STACKS, COPIES, 1))
            + random.normal(0, time, (STACKS, 1, HEATS))
            + random.normal(0, np.hypot(turns, extra), shape)
        )

    return ratio_parts([LevelTable(levels=levels(), variances=np.full(shape, turns**2)) for _ in range(200)])


def test_parts_are_found_apart() -> None:
    found = made(turns=0.02, launches=0.01, time=0.015)
    assert found.turns == pytest.approx(0.02 * 2**0.5)
    assert found.launches == pytest.approx(0.01 * 2**0.5, rel=0.1)
    assert found.time_unlike == pytest.approx(0.015 * 2**0.5, rel=0.1)
    assert found.time_alike < 0.005


def test_nothing_but_turns_leaves_little_else() -> None:
    found = made(turns=0.02, launches=0.0, time=0.0)
    assert max(found.launches, found.time_alike, found.time_unlike) < 0.005


def test_noise_that_turns_do_not_tell_is_no_launch() -> None:
    found = made(turns=0.02, launches=0.0, time=0.0, extra=0.02)
    assert found.time_alike == pytest.approx(0.02 * 2**0.5, rel=0.1)
    assert found.launches < 0.005
