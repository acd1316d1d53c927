from __future__ import annotations

import pytest

from tests.support.made_patterns import patterns_of, run_of, spoilt

MIB = 2**20


@pytest.mark.parametrize(
    ("connections", "grown", "told"),
    [
        (64, 100 * MIB, True),
        (64, 19 * MIB, False),  # until it is warm
        (2_000, 100 * MIB, False),  # so much its connections take
        (2_000, 300 * MIB, True),
    ],
)
def test_whole_windows_show_growth_too(connections: int, grown: int, *, told: bool) -> None:
    trial = spoilt(
        {"connections": connections},
        memory_before_bytes=50 * MIB,
        memory_pss_bytes=50 * MIB + grown,
        warmup_s=0.35,
        window_s=0.7,
    )
    assert ("growing-memory" in patterns_of(run_of(trial))) == told


def test_requests_of_the_warm_up_count_too() -> None:
    trial = spoilt(memory_before_bytes=0, memory_pss_bytes=10**8, requests=4_000, warmup_s=1.0, window_s=4.0)
    assert "20 KB a request" in patterns_of(run_of(trial))["growing-memory"]


def test_a_record_without_memory_before_shows_none() -> None:
    assert not patterns_of(run_of(spoilt(memory_before_bytes=None, memory_pss_bytes=10**10)))
