"""Pauses: times in which a server answers nobody, seen at an open load by all requests due within them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from report.analysis.patterns.pattern import Pattern, Seen, merged_latency
from report.analysis.validity import late
from results.histogram import Latency
from results.model import SERVED_SHARE, Trial

TIMES_THE_MEDIAN = 10.0
"""A request waited for a pause where its latency is so many times the median,"""
LEAST_PAUSE_US = 10_000.0
"""and so much besides: shorter ones are the scheduler's too."""
MOST_SHARE = 0.25
"""Where more of the requests wait so long, the server is slow or overloaded: these are no pauses."""
WAITED_LEAST = 20
"""Requests that must have waited so long, in all trials, for the shape of their waiting to be told."""
MIDDLE = (0.30, 0.70)
"""Requests are due evenly within a pause, so the middle one waits for half of it: between these shares."""
ALIKE = 0.6
"""The longest waiting of every trial is at least this share of the median trial's: pauses are alike."""
TIMES_THE_NEIGHBOURS = 5.0
"""So many times the share of requests that wait so long at the neighbours, which shared the machine."""


def _longest_us(latency: Latency) -> float:
    return float(latency.percentiles([100])[0])


def _pauses(seen: Seen) -> str:
    """Requests due within a pause wait for the rest of it, evenly from nothing to all of it."""
    trials, latency = seen.trials, seen.latency
    if seen.cell.rate_rps is None or not _served(trials):
        return ""
    typical_us = float(latency.percentiles([50])[0])
    beyond_us = max(TIMES_THE_MEDIAN * typical_us, typical_us + LEAST_PAUSE_US)
    waited = latency.count_above(beyond_us)
    if waited < WAITED_LEAST or waited > MOST_SHARE * latency.count:
        return ""
    longest_us = [_longest_us(merged_latency([trial])) for trial in trials]
    pause_us = median(longest_us)
    if min(longest_us) < ALIKE * pause_us or not _evenly(latency, beyond_us, pause_us):
        return ""
    neighbours = _neighbours(seen)
    if not neighbours.count or waited / latency.count < TIMES_THE_NEIGHBOURS * (
        neighbours.count_above(beyond_us) / neighbours.count
    ):
        return ""
    # a share (pause - beyond) / every of all requests is due so long before the end of a pause
    every_s = (pause_us - beyond_us) / 1e6 * latency.count / waited
    return (
        f"about {pause_us / 1000:.0f} ms every {every_s:.2g} s: {100 * waited / latency.count:.1f}% of "
        f"requests wait over {beyond_us / 1000:.0f} ms, the median {typical_us / 1000:.2g} ms; other stacks "
        "did not"
    )


def _served(trials: Sequence[Trial]) -> bool:
    """Whether all that was offered was served, by a generator that kept its schedule."""
    due = sum(trial.arrivals or 0 for trial in trials)
    return sum(trial.requests for trial in trials) >= SERVED_SHARE * due and not any(map(late, trials))


def _evenly(latency: Latency, beyond_us: float, pause_us: float) -> bool:
    """Whether those that waited are spread evenly up to the longest: a queue has ever fewer of them."""
    beyond = 100 * (1 - latency.count_above(beyond_us) / latency.count)
    middle_us = float(latency.percentiles([(100 + beyond) / 2])[0])
    low, high = MIDDLE
    return pause_us > beyond_us and low <= (middle_us - beyond_us) / (pause_us - beyond_us) <= high


def _neighbours(seen: Seen) -> Latency:
    """Latencies of other stacks that were asked the same at the same rate."""
    cell = seen.cell
    return merged_latency(
        trial
        for neighbour in seen.others
        for trial in neighbour.trials
        if neighbour.summary.cell.stack != cell.stack
        and replace(
            neighbour.summary.cell, framework=cell.framework, server=cell.server, interface=cell.interface
        )
        == cell
    )


PAUSES = Pattern(
    name="pauses",
    title="answers nobody for a while, now and then",
    evidence=f"Open load that was served and offered on time; from {WAITED_LEAST} requests to "
    f"{MOST_SHARE:.0%} of them waited {TIMES_THE_MEDIAN:g} times the median and {LEAST_PAUSE_US / 1000:g} "
    "ms longer, spread evenly up to a longest waiting that is alike in all launches, and "
    f"{TIMES_THE_NEIGHBOURS:g} times as often as at other stacks at the same rate, of which there must be "
    "one.",
    cause="The whole server stands still for a time, again and again. Collecting garbage over many objects "
    "that live long is the usual cause; a timer, a flush or a reload of its own looks the same.",
    remedy="Look at gc.get_stats() and gc.callbacks; gc.freeze() once the app is loaded, or higher "
    "thresholds (gc.set_threshold), spare what lives long. Then look for work that is done on a timer.",
    find=_pauses,
)
