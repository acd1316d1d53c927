from __future__ import annotations

from results.model import Ceiling
from runners.experiments.calibration.clients import WRK
from tests.support.calibrations import BESIDE_WRK, FLOOR, FOUND


def test_ratios_are_taken_within_a_round() -> None:
    assert BESIDE_WRK.ratios(WRK) == [0.9, 1.2]
    assert BESIDE_WRK.ratios("unknown") == []
    assert BESIDE_WRK.slower_us() == [10.0, 20.0]
    assert FLOOR.slower_us() == []


def test_a_ceiling_is_the_best_round() -> None:
    assert BESIDE_WRK.ceiling == Ceiling(shape="plaintext", connections=64, rps=90.0, bytes_per_request=200.0)
    assert [each.connections for each in FOUND.ceilings] == [64, 1]  # a floor is no ceiling
