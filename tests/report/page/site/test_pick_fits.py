"""A fit as the script reads it: a triangle a component, own errors where stacks vary unlike, and small."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from report.analysis.together import Together
from report.page.site.pick_fits import describe_fit
from report.stats.launches import LaunchLevel, fit_launches

STACKS, BLOCKS, COMPONENTS = 100, 10, 7
MOST_BYTES = 80_000
"""Of one metric in one workload: 20 workloads by 3 metrics stay within 5 MB."""


def described(*, components: int, loud: bool) -> dict[str, Any]:
    random = np.random.default_rng(1)
    launches = tuple(
        LaunchLevel(
            together=(block, stack % components),
            stack=f"stack{stack}",
            level=float(random.normal(stack / 100, 0.3 if loud and stack % 10 == 0 else 0.03)),
            variance=0.0,
        )
        for block in range(BLOCKS)
        for stack in range(STACKS)
    )
    blocks = {f"stack{stack}": BLOCKS for stack in range(STACKS)}
    together = Together(fit=fit_launches(launches), blocks=blocks, by_heat=False)
    return describe_fit(together, {f"stack{stack}": stack for stack in range(STACKS)})


def lengths(fit: dict[str, Any]) -> list[int]:
    """How many stacks of its component stand before each."""
    assert fit["component"] == sorted(fit["component"])
    return [place for _, members in groupby(fit["component"]) for place, _ in enumerate(members)]


def test_rows_hold_the_triangle_of_each_component() -> None:
    fit = described(components=COMPONENTS, loud=False)
    assert fit["own"] is None
    assert [len(row) for row in fit["covariance"]] == [place + 1 for place in lengths(fit)]
    assert sorted(fit["stacks"]) == list(range(STACKS))


def test_stacks_that_vary_unlike_have_errors_of_their_own_in_place_of_covariances() -> None:
    fit = described(components=1, loud=True)
    assert [len(row) for row in fit["own"]["error"]] == lengths(fit)
    assert not any(fit["covariance"])
    assert {freedom for row in fit["own"]["freedom"] for freedom in row} <= fit["t"].keys()


@pytest.mark.parametrize("loud", [False, True])
def test_two_fits_of_a_hundred_stacks_are_small_enough_for_a_page(*, loud: bool) -> None:
    both = [described(components=components, loud=loud) for components in (1, COMPONENTS)]
    assert len(json.dumps(both, separators=(",", ":"))) < MOST_BYTES
