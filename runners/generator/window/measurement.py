"""What windows gave: a ``Measured`` from the counts of the pump and the clocks at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runners.generator.messages import Measured
from runners.generator.pump.tally import Tally
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.warm_up import WarmUp

LATE_US = 1_000
"""Open load: an arrival attended to later than this is a late send."""


def measured_of(warm: WarmUp, tally: Tally, spans: Sequence[tuple[Edge, Edge]], meters: Meters) -> Measured:
    """What the windows between ``spans`` gave together; ``tally`` counted in all of them and nowhere else."""
    tally.refuse_kept()
    latencies = tally.durations("latencies_ns")
    window_ns = sum(end.at_ns - begin.at_ns for begin, end in spans)
    carried_ns = sum(end.carried_ns - begin.carried_ns for begin, end in spans)
    # Every request in flight within the window: those that ended in it, from before its begin too,
    # and those that did not end, less what lies before.
    in_flight_ns = latencies.sum_ns + tally.failed_ns + carried_ns
    return Measured(
        started_unix_s=warm.started_unix_s,
        warmup_s=warm.seconds,
        warmup_slope=warm.slope,
        requests=latencies.count,
        errors=dict(tally.errors),
        error_example=tally.example,
        stale=tally.stale,
        connections_opened=tally.connections_opened,
        bytes_received=tally.received,
        bytes_sent=tally.sent,
        latency=latencies.histogram.encode(),
        in_flight_mean=in_flight_ns / window_ns,
        quarters=tuple(tally.quarters),
        checked_full=tally.checked_full,
        generator_idle_s=tally.idle_ns / 1e9,
        generator_wait_us=tally.waited_ns / latencies.count / 1e3,
        **watched_facts(tally),
        **meters.over(spans),
    )


def open_load_facts(tally: Tally) -> dict[str, Any]:
    """Fields of ``Measured`` that only an open load has."""
    lateness = tally.durations("lateness_ns").histogram
    return {
        "arrivals": lateness.count,
        "late_sends": lateness.count_above(LATE_US),
        "lateness": lateness.encode(),
        "waited": tally.in_line,
    }


def watched_facts(tally: Tally) -> dict[str, Any]:
    """Fields of ``Measured`` that only watched answers have."""
    return {"first_byte": _histogram(tally, "first_ns"), "jitter": _histogram(tally, "jitter_ns")}


def _histogram(tally: Tally, name: str) -> str | None:
    durations = tally.durations(name)
    return durations.histogram.encode() if durations.count else None
