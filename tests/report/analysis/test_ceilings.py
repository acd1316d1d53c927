from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.ceilings import ceiling_rps, of_generator, upstream_rps
from results.model import UPSTREAM, Ceiling, Load
from tests.support.synthetic import make_run

TRIAL = replace(
    make_run(blocks=1, scenarios=("json",), troubles=False).trials[0],
    requests=100,
    bytes_received=30_000,
    bytes_sent=10_000,
)


def point(connections: int, size: float, rps: float) -> Ceiling:
    return Ceiling(shape=f"{size:g}", connections=connections, rps=rps, bytes_per_request=size)


POINTS = (point(16, 100, 40_000), point(16, 1600, 10_000), point(256, 100, 90_000), point(256, 1600, 90_000))


def at(connections: int, size: int) -> float | None:
    cell = replace(TRIAL.cell, connections=connections)
    return ceiling_rps(replace(TRIAL, cell=cell, bytes_received=100 * size - 1000, bytes_sent=1000), POINTS)


def test_a_calibrated_point_is_its_own_ceiling() -> None:
    assert at(16, 100) == pytest.approx(40_000)
    assert at(16, 1600) == pytest.approx(10_000)


def test_between_points_it_is_their_geometric_middle() -> None:
    assert at(16, 400) == pytest.approx(20_000)
    assert at(64, 400) == pytest.approx((20_000 * 90_000) ** 0.5)


def test_outside_the_points_the_nearest_one_holds() -> None:
    assert at(1, 10) == pytest.approx(40_000)
    assert at(1000, 9000) == pytest.approx(90_000)


def test_none_without_calibration_and_for_open_load() -> None:
    assert ceiling_rps(TRIAL, ()) is None
    assert ceiling_rps(replace(TRIAL, cell=replace(TRIAL.cell, load=Load.OPEN)), POINTS) is None
    assert ceiling_rps(replace(TRIAL, requests=0), POINTS) is None


def test_the_upstream_has_a_ceiling_of_its_own() -> None:
    upstream = Ceiling(shape=UPSTREAM, connections=512, rps=5_000, bytes_per_request=400)
    assert of_generator((*POINTS, upstream)) == POINTS
    assert ceiling_rps(TRIAL, (upstream,)) is None
    assert upstream_rps(POINTS) is None
    assert upstream_rps((*POINTS, upstream, replace(upstream, rps=4_000))) == 5_000
