from __future__ import annotations

import base64

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from results.histogram import HIGHEST_US, LOWEST_US, Latency

LATENCIES_NS = st.lists(st.integers(0, 70 * 10**9), min_size=1, max_size=200)
QUANTILES = (0.0, 50.0, 90.0, 99.0, 99.9, 100.0)


def recorded(latencies_ns: list[int]) -> Latency:
    latency = Latency()
    latency.record_ns(latencies_ns)
    return latency


def in_us(latencies_ns: list[int]) -> list[int]:
    return [min(max((each + 500) // 1000, LOWEST_US), HIGHEST_US) for each in latencies_ns]


@given(LATENCIES_NS)
def test_is_the_histogram_that_hdrhistogram_makes(latencies_ns: list[int]) -> None:
    theirs = HdrHistogram(LOWEST_US, HIGHEST_US, 3)
    for value in in_us(latencies_ns):
        theirs.record_value(value)
    ours = recorded(latencies_ns)
    assert ours.encode() == theirs.encode().decode("ascii")
    assert ours.count == theirs.get_total_count()


@given(LATENCIES_NS)
def test_decode_is_the_inverse_of_encode(latencies_ns: list[int]) -> None:
    latency = recorded(latencies_ns)
    assert np.array_equal(Latency.decode(latency.encode()).counts, latency.counts)


@given(LATENCIES_NS, LATENCIES_NS)
def test_merging_is_recording_together(first: list[int], second: list[int]) -> None:
    merged = Latency.merge([recorded(first), recorded(second)])
    assert np.array_equal(merged.counts, recorded(first + second).counts)


@given(LATENCIES_NS, st.floats(0, 100))
def test_percentiles_are_nearest_rank_within_three_digits(latencies_ns: list[int], q: float) -> None:
    exact = np.percentile(in_us(latencies_ns), q, method="inverted_cdf")
    found = recorded(latencies_ns).percentiles([q])[0]
    assert exact <= found <= exact * 1.001 + 1e-9


@given(LATENCIES_NS)
def test_percentiles_never_fall(latencies_ns: list[int]) -> None:
    values = recorded(latencies_ns).percentiles(QUANTILES)
    assert (np.diff(values) >= 0).all()


def test_values_out_of_range_count_at_its_ends() -> None:
    assert recorded([0, 10**12]).percentiles([50, 100]).tolist() == [LOWEST_US, 60_030_975]


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (10, [True, False, False, False]),
        (19, [True, False, False, False]),
        (20, [True, True, False, False]),
        (999, [True, True, False, False]),
        (1_000, [True, True, True, False]),
        (9_999, [True, True, True, False]),
        (10_000, [True, True, True, True]),
    ],
)
def test_a_percentile_needs_ten_samples_beyond(count: int, shown: list[bool]) -> None:
    latency = recorded(list(range(1_000, 1_000 * (count + 1), 1_000)))
    found = latency.shown([0.0, 50.0, 99.0, 99.9])
    expected = [*shown] if count > 10 else [False, False, False, False]
    assert (~np.isnan(found)).tolist() == expected


def test_the_curve_ends_where_samples_end() -> None:
    q, us = recorded([1_000 * each for each in range(1, 10_001)]).curve()
    assert q[0] == 0.0
    assert q[-1] == pytest.approx(99.9)
    assert len(q) == len(us) == 61
    assert us == sorted(us)


def test_without_samples_there_is_no_percentile() -> None:
    empty = Latency()
    assert np.isnan(empty.percentiles([50])).all()
    assert np.isnan(empty.shown([50])).all()
    assert empty.curve() == ([], [])
    assert Latency.decode(empty.encode()).count == 0
    assert Latency.merge([]).count == 0


GOOD = recorded([1_000_000]).encode()


@pytest.mark.parametrize(
    "text",
    ["", "!", "abcd", GOOD[:30], GOOD[:-4], "é", base64.b64encode(b"\0" * 60).decode(), GOOD.lower()],
)
def test_what_is_no_histogram_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Latency.decode(text)


def test_another_range_is_refused() -> None:
    other = HdrHistogram(1, 3_600_000_000, 3)
    with pytest.raises(ValueError, match="another range"):
        Latency.decode(other.encode().decode())
