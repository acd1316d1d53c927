from __future__ import annotations

import pytest

from tests.support.made_patterns import patterns_of, run_of, spoilt

SECOND_NS = 10**9


def seen(cpu_ms: list[int], *, workers: int = 2, connections: int = 64) -> dict[str, str]:
    """Of servers with such processes, in windows of one second."""
    used = {str(100 + number): used_ms * 1_000_000 for number, used_ms in enumerate(cpu_ms)}
    return patterns_of(
        run_of(
            spoilt(
                {"workers": workers, "connections": connections},
                process_cpu_ns=used,
                server_cpu_ns=sum(used.values()),
                window_s=1.0,
                generator_idle_s=0.9,
                busy_ticks=None,
            )
        )
    )


@pytest.mark.parametrize(
    ("cpu_ms", "told"),
    [
        ([3, 950, 150], True),
        ([3, 950, 0], True),
        ([3, 950, 600], False),  # dealt out unevenly, as chance does
        ([3, 90, 10], False),  # it holds nobody up
        ([950, 40, 40], True),  # a third process is none of the two workers
    ],
)
def test_one_of_two_workers(cpu_ms: list[int], *, told: bool) -> None:
    assert ("one-worker" in seen(cpu_ms)) == told


def test_the_evidence_is_the_share_of_the_workers() -> None:
    evidence = seen([3, 900, 100, 100, 100], workers=4)["one-worker"]
    assert evidence == (
        "one of 4 workers used 75% of their CPU time, 25% being its share, and was 90% busy itself"
    )


def test_it_needs_workers_connections_and_the_fact_itself() -> None:
    assert "one-worker" not in seen([950, 10], workers=1)
    assert "one-worker" not in seen([950, 10], connections=7)  # of few connections chance gives one most
    assert "one-worker" not in seen([])
    assert "one-worker" not in seen([950])


def test_who_waits_for_one_worker_is_not_told_twice() -> None:
    assert seen([3, 950, 0]).keys() == {"one-worker"}
