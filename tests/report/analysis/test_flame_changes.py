"""What differs between two sides: the planted function, and nothing where there is no difference."""

from __future__ import annotations

import numpy as np
import pytest

from report.analysis.flame_changes import Direction, function_changes, share_change
from results.model import CodeLayer
from results.stacks import Frame, Stack
from tests.support.made_profiles import BASE, HEAD, ROUTE, SLOW, profile


def test_a_planted_slow_function_has_grown_and_all_others_have_shrunk() -> None:
    changes = function_changes(profile(BASE), profile(HEAD))
    first, *others = changes
    assert first.frame == SLOW
    assert first.own.direction == Direction.GROWN
    assert (first.own.base, first.own.head, first.own.change) == (0.0, 0.5, 0.5)
    assert {change.own.direction for change in others} == {Direction.SHRUNK}
    route = next(change for change in others if change.frame == ROUTE)
    assert (route.own.base, route.own.head) == (0.3, 0.15)
    assert (route.whole.base, route.whole.head) == (0.62, 0.81)


def test_the_other_way_round_it_has_shrunk() -> None:
    first = function_changes(profile(HEAD), profile(BASE))[0]
    assert (first.frame, first.own.direction) == (SLOW, Direction.SHRUNK)


def test_a_side_does_not_differ_from_itself() -> None:
    assert function_changes(profile(BASE), profile(BASE)) == []


@pytest.mark.parametrize(
    ("base", "head", "direction"),
    [
        (0, 1, Direction.LEVEL),
        (0, 2, Direction.LEVEL),
        (0, 20, Direction.GROWN),
        (100, 120, Direction.LEVEL),
        (100, 160, Direction.GROWN),
        (160, 100, Direction.SHRUNK),
        (1000, 1000, Direction.LEVEL),
    ],
)
def test_a_share_has_changed_beyond_three_errors(base: int, head: int, direction: Direction) -> None:
    assert share_change(base, head, (1000, 1000)).direction == direction


def test_a_sure_change_that_is_tiny_is_not_told() -> None:
    assert share_change(100_000, 101_500, (1_000_000, 1_000_000)).direction == Direction.LEVEL


def test_of_functions_that_did_not_change_few_seem_to() -> None:
    random = np.random.default_rng(5)
    frames = [Frame(f"f{number}", "x.py", CodeLayer.APP) for number in range(100)]
    shares = random.dirichlet(np.ones(len(frames)))

    def drawn() -> dict[Stack, int]:
        counts = random.multinomial(2000, shares)
        return {(frame,): int(count) for frame, count in zip(frames, counts, strict=True) if count}

    false = sum(len(function_changes(profile(drawn()), profile(drawn()))) for _ in range(20))
    assert false <= 20  # of 2,000
