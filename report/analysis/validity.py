"""Validity of one trial: what disturbed or distorted it, found out from its recorded facts alone.

Pure functions from a recorded trial, with the limits that they hold it against (docs/method.md, section 9).
What is said of a trial that does not pass stands in ``report.analysis.flags``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from report.analysis.ceilings import ceiling_rps, upstream_rps
from report.analysis.own_turns import DELAY_SHARE, own_turns
from report.analysis.services import USED_SHARE, service_busy
from results.model import LATE_SHARE, UPSTREAM, Ceiling, Load, Setup, Trial

DISTURBED_SHARE = 0.05
"""Foreign work and steal above this share of the window disturb a trial (docs/method.md, section 9)."""
DISTURBED_TICKS = 3
"""Foreign work of fewer ticks is rounding: both edges of the window may each be off by one."""
IDLE_SHARE = 0.10
"""A generator that was idle for less of the window is bound: beyond 90% a queue forms before it."""
WAIT_SHARE = 0.10
"""A generator is bound where answers wait for it longer than this share of the mean latency."""
CEILING_SHARE = 0.80
"""A generator is bound above this share of the most that it can do against a trivial server."""
DRIFT_SHARE = 0.20
"""Throughput drifts only where it changes by more than this share from the first to the last quarter."""
DRIFT_SIGMAS = 4.0
"""Throughput drifts only where it changes by more than so many standard deviations of a random count."""
IN_FLIGHT_SHARE = 0.005
"""The time-average of requests in flight may differ from the connections by this share of them."""
SETTLED_CYCLES = 5
"""The window must hold this many rounds N/X of all connections."""
SATURATED = 0.95
"""``occupied`` from which CPU per request is compared under closed load."""
SATURATED_IN_TURNS = 0.95
"""The same for legs, by the best turns of the best of them beside the busiest of its heat."""
LATENCY_OF_TURNS = "latency does not come from turns: see the open load"
"""Why a leg has no percentiles: a turn begins with an empty queue and ends with its last answers alone."""
RESTING_SHARE = 0.01
"""CPU that a server uses between its turns, of one CPU; above it, it is no rest."""
RECONNECTING_SHARE = 0.01
"""Connections are not kept where more of them are opened than this share of the requests."""


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
    services_ns = sum(trial.service_cpu_ns.values())
    ours = (trial.server_cpu_ns + trial.generator_cpu_ns + services_ns) / 1e9 * trial.tick_hz
    return max(trial.busy_ticks - ours, 0.0) + (trial.steal_ticks or 0)


def foreign_share(trial: Trial) -> float | None:
    """``foreign_ticks`` as a share of the window."""
    ticks = foreign_ticks(trial)
    return None if ticks is None or trial.window_s <= 0 else ticks / trial.tick_hz / trial.window_s


def delay_share(trial: Trial) -> float | None:
    """Time that others kept the generator from its CPU, as a share of the window; None where not known."""
    if trial.generator_delay_ns is None or trial.window_s <= 0:
        return None
    return trial.generator_delay_ns / 1e9 / trial.window_s


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


def near_upstream(trial: Trial, ceilings: Sequence[Ceiling]) -> bool:
    """Whether it called the upstream more often than 80% of what that can answer; each answer is a call."""
    ceiling = upstream_rps(ceilings)
    asked = service_busy(trial).get(UPSTREAM, 0.0) > USED_SHARE
    return asked and ceiling is not None and trial.requests / trial.window_s > CEILING_SHARE * ceiling


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


def saturated_from(trial: Trial) -> float:
    """``occupied`` from which CPU per request of such a trial is compared."""
    return SATURATED if trial.turns is None else SATURATED_IN_TURNS


def drifting(trial: Trial) -> bool:
    """Whether the server went on getting faster or slower within the window."""
    if len(trial.quarters) < 2 or trial.cell.load != Load.CLOSED:  # noqa: PLR2004 - a first and a last
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
    if trial.cell.load != Load.CLOSED:
        return False
    cycle = cycle_s(trial)
    waiting = cycle is not None and trial.generator_wait_us > WAIT_SHARE * cycle * 1e6
    return trial.generator_idle_s < IDLE_SHARE * trial.window_s or waiting or _crowded_out(trial)


def _crowded_out(trial: Trial) -> bool:
    """Whether others kept the generator from its CPU, so that the server, not saturated, had to wait for it.

    Who serves most waits most then, so that ratios are nearer to 1 than they are.
    """
    if trial.turns is not None and trial.turns.generator_delay_us:
        turns = own_turns(trial.turns)
        span_us = sum(turns.span_us)
        delayed = sum(turns.generator_delay_us) / span_us
        used = sum(turns.cpu_us) / span_us / trial.cell.workers if turns.cpu_us else None
    else:
        delayed, used = delay_share(trial) or 0.0, utilisation(trial)
    return delayed > DELAY_SHARE and (used is None or used < SATURATED)


def late(trial: Trial) -> bool:
    """Whether the generator missed the schedule of an open load, so that its latencies say nothing."""
    return (trial.late_sends or 0) > LATE_SHARE * (trial.arrivals or 0)


def settled(trial: Trial) -> bool:
    """Whether the window held enough rounds of all connections for its latencies to mean something.

    Those of a leg never do, which is no fault of it.
    """
    if trial.cell.load != Load.CLOSED or trial.turns is not None:
        return True
    cycle = cycle_s(trial)
    return cycle is not None and trial.window_s >= SETTLED_CYCLES * cycle


def miscounted(trial: Trial) -> bool:
    """Whether the time-average of requests in flight is not N: a closed loop always has N, but for turns."""
    if trial.turns is not None:
        return False
    wanted = trial.cell.connections
    return trial.cell.load == Load.CLOSED and abs(trial.in_flight_mean - wanted) > IN_FLIGHT_SHARE * wanted


def reconnecting(trial: Trial) -> bool:
    """Whether connections were not kept: then connecting is part of every request.

    Under open load connections are opened as arrivals need them, so only one for most requests says it.
    Those that the client was asked to close are not the server's doing.
    """
    share = RECONNECTING_SHARE if trial.cell.load == Load.CLOSED else 0.5
    asked = 0.0 if trial.cell.reuse is None else 1 / trial.cell.reuse
    return trial.connections_opened > (share + asked) * max(trial.requests, 1)


def busy_at_rest(trial: Trial) -> bool:
    """Whether the server worked between its turns, when it was asked nothing.

    The time of a dropped turn counts as rest here, so that such a leg is judged the more mildly.
    """
    turns = trial.turns
    if turns is None or turns.rest_cpu_us is None or len(turns.begun_us) < 2:  # noqa: PLR2004
        return False
    rested_us = turns.rest_us
    if rested_us is None:  # until schema 1.8 a server had one workload at a time
        rested_us = turns.begun_us[-1] - turns.begun_us[0] - sum(turns.span_us[:-1])
    return turns.rest_cpu_us > RESTING_SHARE * rested_us


def one_cpu(setup: Setup) -> bool:
    """Whether server and generator had to share a CPU."""
    return bool(set(setup.server_cpus) & set(setup.generator_cpus))
