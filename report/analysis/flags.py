"""The catalogue of flags: what makes a trial or a run less than it seems, each with cause and remedy.

Pure functions from recorded facts. A flag never removes a number; it travels beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from report.analysis.ceilings import ceiling_rps
from results.model import Ceiling, Setup, Trial

DISTURBED_SHARE = 0.05
"""Foreign work and steal above this share of the window disturb a trial (METHOD section 3)."""
DISTURBED_TICKS = 3
"""Fewer ticks than this are rounding: both edges of the window may each be off by one."""
IDLE_SHARE = 0.10
"""A generator idle for less is bound: beyond 90% utilisation a queue in front of it outgrows its service."""
WAIT_SHARE = 0.10
"""So is one whose answers wait this share of the mean latency for it: that much of the latency is its own."""
CEILING_SHARE = 0.80
"""And one that passes this share of what it could do at most against a trivial responder."""
DRIFT_SHARE = 0.20
"""Throughput drifts where its quarters only rise or only fall, by this much from the first to the last,"""
DRIFT_SIGMAS = 4.0
"""and by more than as many standard deviations of counts that happen at random."""
IN_FLIGHT_SHARE = 0.005
SETTLED_CYCLES = 5
"""The window must hold this many rounds N/X of all connections."""
P99_REQUESTS = 1_000
"""With fewer, less than 10 samples lie beyond p99."""
SATURATED = 0.95
"""``occupied`` from which CPU per request is compared."""
RECONNECTING_SHARE = 0.01
LATE_SHARE = 0.01
"""Open load: with more of its arrivals sent late by the generator's fault, latencies are not the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One kind of doubt."""

    name: str
    """Key and anchor."""
    word: str
    """What a table shows."""
    cause: str
    remedy: str


def utilisation(trial: Trial, cpus: int | None = None) -> float | None:
    """CPU time of the server per second and CPU (as many CPUs as workers); None where not measured."""
    if trial.server_cpu_ns is None or trial.window_s <= 0:
        return None
    return trial.server_cpu_ns / 1e9 / trial.window_s / (cpus or trial.cell.workers)


def cycle_s(trial: Trial) -> float | None:
    """N/X in s: the time that all connections need to be answered once; None where none was answered."""
    return trial.cell.connections * trial.window_s / trial.requests if trial.requests else None


def foreign_ticks(trial: Trial) -> float | None:
    """Ticks of our CPUs that neither server nor generator used: foreign work and steal."""
    if trial.busy_ticks is None or trial.server_cpu_ns is None:
        return None
    ours = (trial.server_cpu_ns + trial.generator_cpu_ns) / 1e9 * trial.tick_hz
    return max(trial.busy_ticks - ours, 0.0) + (trial.steal_ticks or 0)


def foreign_share(trial: Trial) -> float | None:
    """``foreign_ticks`` as a share of the window."""
    ticks = foreign_ticks(trial)
    return None if ticks is None or trial.window_s <= 0 else ticks / trial.tick_hz / trial.window_s


def foreign(trial: Trial) -> bool:
    """Whether foreign work disturbed the trial, so that it is to be repeated."""
    ticks, share = foreign_ticks(trial), foreign_share(trial)
    return ticks is not None and share is not None and ticks >= DISTURBED_TICKS and share > DISTURBED_SHARE


def stolen(trial: Trial) -> bool:
    """Whether it was the hypervisor, rather than work beside us, that disturbed the trial most."""
    ticks = foreign_ticks(trial)
    return foreign(trial) and ticks is not None and 2 * (trial.steal_ticks or 0) >= ticks


def near_ceiling(trial: Trial, ceilings: Sequence[Ceiling]) -> bool:
    """Whether closed load passed 80% of what the generator can do with answers of that size."""
    ceiling = ceiling_rps(trial, ceilings)
    return ceiling is not None and trial.requests / trial.window_s > CEILING_SHARE * ceiling


def occupied(trial: Trial) -> float | None:
    """Share of its CPUs that the server used, or would have used had others not: 0.95 is saturated.

    Where the generator of a closed load had time to spare, all N requests were with the server, so that it
    wanted every CPU; what foreign work and steal took of them was not idleness of the server. None where its
    CPU time was not measured.
    """
    used, taken = utilisation(trial), foreign_share(trial)
    if used is None or taken is None or generator_bound(trial):
        return used
    return min(used + taken / trial.cell.workers, max(used, 1.0))


def drifting(trial: Trial) -> bool:
    """Whether the server went on getting faster or slower within the window."""
    if len(trial.quarters) < 2 or trial.cell.load != "closed":  # noqa: PLR2004 - a first and a last
        return False
    quarters = list(trial.quarters)
    first, last = quarters[0], quarters[-1]
    change = abs(last - first)
    one_way = quarters in (sorted(quarters), sorted(quarters, reverse=True))
    return one_way and change > DRIFT_SHARE * first and change > DRIFT_SIGMAS * sqrt(first + last)


def throttled(trial: Trial) -> bool:
    """Whether a quota, heat or a changed limit of the clock slowed our CPUs within the window."""
    return bool(trial.throttled_periods) or bool(trial.heat_events) or trial.clock_changed


def generator_bound(trial: Trial) -> bool:
    """Whether the generator, not the server, may have set the pace.

    Under open load it spins and keeps a schedule: there its late sends judge it, not its CPU.
    """
    if trial.cell.load != "closed":
        return False
    cycle = cycle_s(trial)
    waiting = cycle is not None and trial.generator_wait_us > WAIT_SHARE * cycle * 1e6
    return trial.generator_idle_s < IDLE_SHARE * trial.window_s or waiting


def late(trial: Trial) -> bool:
    """Whether the generator missed the schedule of an open load, so that its latencies say nothing."""
    return (trial.late_sends or 0) > LATE_SHARE * (trial.arrivals or 0)


def settled(trial: Trial) -> bool:
    """Whether the window held enough rounds of all connections for its latencies to mean something."""
    if trial.cell.load != "closed":
        return True
    cycle = cycle_s(trial)
    return cycle is not None and trial.window_s >= SETTLED_CYCLES * cycle


def miscounted(trial: Trial) -> bool:
    """Whether the time-average of requests in flight is not N: a closed loop always has N."""
    wanted = trial.cell.connections
    return trial.cell.load == "closed" and abs(trial.in_flight_mean - wanted) > IN_FLIGHT_SHARE * wanted


def reconnecting(trial: Trial) -> bool:
    """Whether connections were not kept: then connecting is part of every request.

    Under open load connections are opened as arrivals need them, so only one for most requests says it.
    Those that the client was asked to close are not the server's doing.
    """
    share = RECONNECTING_SHARE if trial.cell.load == "closed" else 0.5
    asked = 0.0 if trial.cell.reuse is None else 1 / trial.cell.reuse
    return trial.connections_opened > (share + asked) * max(trial.requests, 1)


def one_cpu(setup: Setup) -> bool:
    """Whether server and generator had to share a CPU."""
    return bool(set(setup.server_cpus) & set(setup.generator_cpus))


GENERATOR_BOUND = Flag(
    name="generator-bound",
    word="generator-bound",
    cause="the generator was idle for less than 10% of the window, answers waited for it for more than 10% "
    "of their latency, or throughput passed 80% of its ceiling (`hotlap calibrate`): the stack may be faster "
    "than shown",
    remedy="use fewer connections, more --generators, or give the generator a core of its own",
)

_TRIAL: tuple[tuple[Flag, Callable[[Trial], bool]], ...] = (
    (GENERATOR_BOUND, generator_bound),
    (
        Flag(
            name="not-settled",
            word="not settled",
            cause="the window was shorter than five rounds of all connections (5 N/X)",
            remedy="a longer --duration or fewer --connections",
        ),
        lambda trial: not settled(trial),
    ),
    (
        Flag(
            name="late-sends",
            word="late sends",
            cause="over 1% of the arrivals were sent over 1 ms late by the generator's own fault: the trial "
            "is invalid for latency and left out of it",
            remedy="a lower --rate, more --generators, or a core of its own for the generator",
        ),
        late,
    ),
    (
        Flag(
            name="foreign-work",
            word="disturbed",
            cause="something else used more than 5% of the measured CPUs in the window, even when repeated",
            remedy="close other programs, or measure on a quieter machine; more --blocks average it out",
        ),
        lambda trial: foreign(trial) and not stolen(trial),
    ),
    (
        Flag(
            name="steal",
            word="steal",
            cause="the hypervisor gave over 5% of the CPUs to others within the window, even when repeated",
            remedy="a dedicated instance with CPUs of its own, or more --blocks to average it out",
        ),
        stolen,
    ),
    (
        Flag(
            name="throttled",
            word="throttled CPU",
            cause="a CPU quota, heat or a changed limit of the clock slowed the CPUs within the window",
            remedy="lift the quota (cpu.max, --cpus of the container), set the governor to performance",
        ),
        throttled,
    ),
    (
        Flag(
            name="drift",
            word="drift",
            cause="throughput only rose or only fell over the quarters of the window, by more than 20%",
            remedy="a longer --warmup where it rose; where it fell, look for memory that grows, or heat",
        ),
        drifting,
    ),
    (
        Flag(
            name="processes-changed",
            word="processes changed",
            cause="the server started or lost a process within the window, so its CPU time may be incomplete",
            remedy="look at the server's log for workers that were restarted",
        ),
        lambda trial: trial.processes_changed,
    ),
    (
        Flag(
            name="in-flight",
            word="bookkeeping",
            cause="the time-average of requests in flight differs from the connections by over 0.5%",
            remedy="the generator lost time or requests: this trial is suspect, please report it",
        ),
        miscounted,
    ),
    (
        Flag(
            name="errors",
            word="errors",
            cause="some answers were wrong, late or missing; they are not counted as throughput",
            remedy="read the example beside the failures, and the server's log",
        ),
        lambda trial: bool(trial.errors),
    ),
    (
        Flag(
            name="stale",
            word="stale connections",
            cause="the server closed kept connections that were about to be used again",
            remedy="look at its keep-alive limits; the reopening is part of the latency shown",
        ),
        lambda trial: trial.stale > 0,
    ),
    (
        Flag(
            name="reconnecting",
            word="new connections",
            cause="the server does not keep connections: connecting is part of every request",
            remedy="compare it only with servers that do the same",
        ),
        reconnecting,
    ),
    (
        Flag(
            name="few-samples",
            word="few samples",
            cause="fewer than 1,000 requests in a window: its own p99 cannot be shown",
            remedy="a longer --duration",
        ),
        lambda trial: trial.requests < P99_REQUESTS,
    ),
)

ONE_CPU = Flag(
    name="one-cpu",
    word="one CPU",
    cause="server and load generator shared a CPU, so each slowed the other down",
    remedy="measure on a machine with at least two cores",
)
RUN_FLAGS = (
    ONE_CPU,
    Flag(
        name="control",
        word="A/A control",
        cause="the same stack measured twice differs from itself: differences of that size mean nothing",
        remedy="measure again on a quieter machine, with more --blocks",
    ),
    Flag(
        name="few-blocks",
        word="few blocks",
        cause="fewer than 6 blocks: nothing is ranked",
        remedy="--blocks 8, or continue the run with --resume",
    ),
    Flag(
        name="incomplete",
        word="incomplete",
        cause="the run ended before all planned blocks were measured",
        remedy="continue it with --resume",
    ),
    Flag(
        name="imprecise",
        word="imprecise",
        cause="all blocks were used before every ratio was as precise as asked for",
        remedy="a larger --precision, more --blocks, or a quieter machine",
    ),
    Flag(
        name="slow-interpreter",
        word="interpreter build",
        cause="an interpreter was built without PGO and LTO, so all its numbers are lower than they need be",
        remedy="choose another one with --python",
    ),
    Flag(
        name="unreadable",
        word="unreadable lines",
        cause="some lines of the record could not be read and are missing here",
        remedy="the numbers of the lines stand under problems; everything else is complete",
    ),
)

CATALOGUE: dict[str, Flag] = {flag.name: flag for flag in (*(flag for flag, _ in _TRIAL), *RUN_FLAGS)}
"""Every flag by name."""


def flags(trial: Trial, setup: Setup | None = None, ceilings: Sequence[Ceiling] = ()) -> tuple[Flag, ...]:
    """Those that hold for a trial, in the catalogue's order."""
    found = {flag.name for flag, holds in _TRIAL if holds(trial)}
    if near_ceiling(trial, ceilings):
        found.add(GENERATOR_BOUND.name)
    if setup is not None and one_cpu(setup):
        found.add(ONE_CPU.name)
    return tuple(flag for name, flag in CATALOGUE.items() if name in found)


def flagged(flags: Iterable[tuple[Flag, int]]) -> str:
    """``disturbed (2), steal (1)``; ``none`` where no trial is flagged."""
    return ", ".join(f"{flag.word} ({count})" for flag, count in flags) or "none"
