from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.histogram import Latency
from runners.generator.pump import tally as tally_module
from runners.generator.pump.tally import Tally

VALUES = st.lists(st.integers(0, 10**10), max_size=200)


def histogram(values_ns: list[int]) -> list[int]:
    latency = Latency()
    latency.record_ns(values_ns)
    counts: list[int] = latency.counts.tolist()
    return counts


@given(VALUES, VALUES)
def test_what_is_folded_counts_as_if_it_were_kept(first: list[int], second: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "KEPT_MOST", 20)
        patch.setattr(tally_module, "FOLDED_AT_ONCE", 7)
        tally, other = Tally(), Tally()
        for part, values in ((tally, first), (other, second)):
            for value in values:
                part.latencies_ns.append(value)
                part.fold_surplus()
        tally.merge(other)
    latencies = tally.durations("latencies_ns")
    assert latencies.count == tally.right == len(first) + len(second)
    assert latencies.sum_ns == sum(first) + sum(second)
    assert latencies.histogram.counts.tolist() == histogram(first + second)
    assert len(tally.latencies_ns) <= 2 * 20


def test_few_are_kept_one_by_one() -> None:
    tally = Tally()
    tally.latencies_ns.extend([3, 1, 2])
    tally.fold_surplus()
    assert tally.latencies_ns.tolist() == [3, 1, 2]
    assert not tally.folded
