from __future__ import annotations

from dataclasses import replace

import pytest

from runners.cli import calibration_tables as tables
from runners.experiments.calibration import promises
from runners.experiments.calibration.clients import HOTLAP, WRK
from runners.experiments.calibration.open_load import StalledPercentiles
from tests.support.calibrations import ALONE, COMPARISONS, FOUND


def test_promises_and_their_bars() -> None:
    of_wrk, of_stock, median, held = FOUND.promises

    assert of_wrk.value == pytest.approx((1.05 * 0.7) ** 0.5)
    assert not of_wrk.kept
    assert of_stock.value == pytest.approx(19.0)
    assert of_stock.kept
    assert of_stock.detail == "18.0, 20.0; the pump used 0.80 of its core"
    assert (median.value, median.bar, median.kept) == (15.0, 15.0, True)
    assert held.kept


def test_a_median_may_be_a_tenth_slower_where_that_is_more() -> None:
    slow = replace(ALONE, p50_us={HOTLAP: [1090.0], WRK: [1000.0]})
    (promise,) = promises.promises([slow], None)
    assert (promise.value, promise.bar) == (90.0, 100.0)
    assert promise.kept


def test_what_is_not_installed_promises_nothing() -> None:
    bare = [replace(each, rounds={HOTLAP: each.rounds[HOTLAP]}, p50_us={}) for each in COMPARISONS]
    assert promises.promises(bare, None) == ()


FELT = StalledPercentiles(open_us=(100.0, 200.0), closed_us=(90.0, 91.0), stock_us=(100.0, 150.0))


def test_open_load_beside_arithmetic() -> None:
    found, closed, stock = promises.stalled(FELT, [100.0, 206.0])
    assert found.value == pytest.approx(100 * 6 / 206)
    assert closed.value == pytest.approx(100 * 115 / 206)
    assert stock.value == pytest.approx(100 * 56 / 206)
    assert found.kept
    assert closed.kept
    assert stock.kept
    assert "0.1 0.2, by arithmetic 0.1 0.206" in found.detail
    assert "0.09 0.091" in closed.detail


def test_stalls_that_nobody_feels_were_none() -> None:
    _, closed, stock = promises.stalled(replace(FELT, closed_us=(100.0, 206.0)), [100.0, 206.0])
    assert (closed.kept, stock.kept) == (False, True)


def test_the_share_on_time_is_printed_as_exactly_as_it_is_judged() -> None:
    late, kept = promises.on_time([0.994]), promises.on_time([0.9, 0.995, 1.0])
    assert (late.kept, kept.kept) == (False, True)
    text = tables.as_text(replace(FOUND, promises=(late, kept)))
    assert "0.9940    at least 0.9950" in text
    assert "0.9950    at least 0.9950   (0.9000, 0.9950, 1.0000)" in text


def test_messages_are_those_of_a_whole_core() -> None:
    promise = promises.echoing(promises.EchoRate(stack="asgi--x", per_s=10_000, busy=0.4))
    assert (promise.value, promise.kept) == (25_000, True)
    assert promise.detail == "asgi--x: 10,000 messages/s at 0.40 of a core"


def test_a_stream_that_is_missing_breaks_the_promise() -> None:
    assert promises.streaming("asgi--x", 1_000, 900.0, 0.3).kept
    assert not promises.streaming("asgi--x", 999, 900.0, 0.3).kept
