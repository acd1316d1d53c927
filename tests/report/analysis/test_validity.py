from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis import validity
from results.model import Load
from tests.support.good_trial import GOOD


def test_a_window_of_five_rounds_is_settled() -> None:
    assert validity.settled(replace(GOOD, requests=320))
    assert not validity.settled(replace(GOOD, requests=319))
    assert not validity.settled(replace(GOOD, requests=0))


def test_open_load_has_no_rounds_and_no_fixed_number_in_flight() -> None:
    arriving = replace(GOOD, cell=replace(GOOD.cell, load=Load.OPEN), in_flight_mean=3.0, requests=100)
    assert validity.settled(arriving)
    assert not validity.miscounted(arriving)


def test_foreign_work_needs_three_ticks() -> None:
    short = replace(GOOD, window_s=0.4, server_cpu_ns=400_000_000, generator_cpu_ns=0)
    assert validity.foreign(replace(short, busy_ticks=43))
    assert not validity.foreign(replace(short, busy_ticks=42))


def test_foreign_work_is_unknown_where_cpu_was_not_read() -> None:
    for unknown in (replace(GOOD, busy_ticks=None), replace(GOOD, server_cpu_ns=None)):
        assert validity.foreign_share(unknown) is None
        assert not validity.foreign(unknown)
    assert validity.utilisation(replace(GOOD, server_cpu_ns=None)) is None


def test_utilisation_is_per_worker() -> None:
    two = replace(GOOD, cell=replace(GOOD.cell, workers=2))
    assert validity.utilisation(two) == pytest.approx(0.49)


def test_a_server_kept_from_its_cpu_by_others_is_occupied() -> None:
    beside = replace(GOOD, server_cpu_ns=600_000_000, busy_ticks=110)  # 0.7 s by us, 0.4 s by others

    assert validity.utilisation(beside) == pytest.approx(0.6)
    assert validity.occupied(beside) == pytest.approx(1.0)


def test_one_that_idles_is_not() -> None:
    idle = replace(GOOD, server_cpu_ns=600_000_000, busy_ticks=70)

    assert validity.occupied(idle) == pytest.approx(0.6)


def test_nor_one_that_waits_for_its_generator() -> None:
    starved = replace(GOOD, server_cpu_ns=600_000_000, busy_ticks=110, generator_idle_s=0.01)

    assert validity.occupied(starved) == pytest.approx(0.6)


def test_what_was_not_measured_is_not_known() -> None:
    assert validity.occupied(replace(GOOD, server_cpu_ns=None)) is None
