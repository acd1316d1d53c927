"""The catalogue of flags: what makes a trial or a run less than it seems, each with cause and remedy.

A flag never removes a number; it travels beside it. What is held against a trial is decided in
``report.analysis.validity``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from report.analysis import validity
from report.analysis.own_turns import DELAY_SHARE
from report.analysis.services import MEASURED_SHARE, was_measured
from report.stats.ranking import BLOCKS_TO_RANK
from results.model import LATE_SHARE, UPSTREAM, Ceiling, Setup, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One kind of doubt."""

    name: str
    """Key and anchor."""
    word: str
    """What a table shows."""
    cause: str
    meaning: str
    """What it means for the answer."""
    remedy: str
    holds: Callable[[Trial], bool] = lambda _: False
    """Whether a trial carries it by its own facts; a flag of the run never does."""
    of_windows: bool = False
    """Whether it says something of whole windows only. Turns bear foreign work, as what it does to all of a
    heat is told from what they do themselves; they are short, and come from rest and to rest."""


def service_flag(name: str) -> str:
    """Name of the flag of a service that may have set the pace."""
    return f"{name}-measured"


def _service_measured(name: str, more: str = "") -> Flag:
    """A service that may have set the pace, so that it was measured as much as the servers."""
    return Flag(
        name=service_flag(name),
        word=f"the {name} was measured",
        cause=f"the {name} that servers talk to was busy for over {MEASURED_SHARE:.0%} of its CPUs' time"
        f"{more}",
        meaning=f"ratios are those of the {name} as much as of the stacks, nearer to 1 than theirs",
        remedy="give it CPUs of its own, use fewer --connections, or compare where it is less busy",
        holds=partial(was_measured, name),
    )


GENERATOR_BOUND = Flag(
    name="generator-bound",
    word="generator-bound",
    cause=f"the generator was idle for less than {validity.IDLE_SHARE:.0%} of the window, answers waited "
    f"for it for more than {validity.WAIT_SHARE:.0%} of their latency, others kept it from its CPU for more "
    f"than {DELAY_SHARE:.0%} of the time, or throughput passed {validity.CEILING_SHARE:.0%} of its ceiling "
    "(`hotlap calibrate`)",
    meaning="the stack may be faster than shown, and ratios of stacks further from 1",
    remedy="close other programs, give the generator a core of its own, use fewer connections, or more "
    "--generators",
    holds=validity.generator_bound,
)
UPSTREAM_MEASURED = _service_measured(
    UPSTREAM, f", or answered over {validity.CEILING_SHARE:.0%} of what it can (`hotlap calibrate`)"
)
TRIAL_FLAGS = (
    GENERATOR_BOUND,
    _service_measured("database"),
    UPSTREAM_MEASURED,
    Flag(
        name="not-settled",
        word="not settled",
        cause="the window was shorter than five rounds of all connections (5 N/X)",
        meaning="throughput stands, latency is not shown",
        remedy="a longer --duration or fewer --connections",
        holds=lambda trial: not validity.settled(trial),
        of_windows=True,
    ),
    Flag(
        name="late-sends",
        word="late sends",
        cause=f"over {LATE_SHARE:.0%} of the arrivals were sent over 1 ms late by the generator's own fault",
        meaning="its latencies are left out",
        remedy="a lower --rate, more --generators, or a core of its own for the generator",
        holds=validity.late,
    ),
    Flag(
        name="foreign-work",
        word="disturbed",
        cause=f"something else used more than {validity.DISTURBED_SHARE:.0%} of the measured CPUs in the "
        "window, even when repeated",
        meaning="levels are lower and intervals wider than on a quiet machine",
        remedy="close other programs, or measure on a quieter machine; more --blocks average it out",
        holds=lambda trial: validity.foreign(trial) and not validity.stolen(trial),
        of_windows=True,
    ),
    Flag(
        name="steal",
        word="steal",
        cause=f"the hypervisor gave over {validity.DISTURBED_SHARE:.0%} of the CPUs to others within the "
        "window, even when repeated",
        meaning="levels are lower and intervals wider than on CPUs of its own",
        remedy="a dedicated instance with CPUs of its own, or more --blocks to average it out",
        holds=validity.stolen,
        of_windows=True,
    ),
    Flag(
        name="throttled",
        word="throttled CPU",
        cause="a CPU quota, heat or a changed limit of the clock slowed the CPUs within the window",
        meaning="levels are lower than the machine can do",
        remedy="lift the quota (cpu.max, --cpus of the container), set the governor to performance",
        holds=validity.throttled,
    ),
    Flag(
        name="drift",
        word="drift",
        cause="throughput only rose or only fell over the quarters of the window, by more than "
        f"{validity.DRIFT_SHARE:.0%}",
        meaning="its level is a mean of what changed",
        remedy="a longer --warmup where it rose; where it fell, look for memory that grows, or heat",
        holds=validity.drifting,
        of_windows=True,
    ),
    Flag(
        name="processes-changed",
        word="processes changed",
        cause="the server started or lost a process within the window, so its CPU time may be incomplete",
        meaning="CPU per request may be too low",
        remedy="look at the server's log for workers that were restarted",
        holds=lambda trial: trial.processes_changed,
    ),
    Flag(
        name="in-flight",
        word="bookkeeping",
        cause="the time-average of requests in flight differs from the connections by over "
        f"{validity.IN_FLIGHT_SHARE:.1%}",
        meaning="its numbers may be wrong",
        remedy="the generator lost time or requests: this trial is suspect, please report it",
        holds=validity.miscounted,
        of_windows=True,
    ),
    Flag(
        name="resting",
        word="busy at rest",
        cause=f"between its turns, while it was asked nothing, the server used more than "
        f"{validity.RESTING_SHARE:.0%} of a CPU",
        meaning="it slowed the others of its heat while they had their turns",
        remedy="look at what it does on its own (timers, reloading, logging); --heat 1 keeps it alone",
        holds=validity.busy_at_rest,
    ),
    Flag(
        name="turns-dropped",
        word="turns dropped",
        cause="some turns took far longer than they should, as when all processes were stopped",
        meaning="they are left out; the others count",
        remedy="look at the server's log for pauses, and at what else stopped the machine",
        holds=lambda trial: trial.turns is not None and trial.turns.dropped > 0,
    ),
    Flag(
        name="errors",
        word="errors",
        cause="some answers were wrong, late or missing; they are not counted as throughput",
        meaning="only right answers count as throughput",
        remedy="read the example beside the failures, and the server's log",
        holds=lambda trial: bool(trial.errors),
    ),
    Flag(
        name="stale",
        word="stale connections",
        cause="the server closed kept connections that were about to be used again",
        meaning="reopening is part of its latency",
        remedy="look at its keep-alive limits; the reopening is part of the latency shown",
        holds=lambda trial: trial.stale > 0,
    ),
    Flag(
        name="reconnecting",
        word="new connections",
        cause="the server does not keep connections: connecting is part of every request",
        meaning="connecting is part of every request",
        remedy="compare it only with servers that do the same",
        holds=validity.reconnecting,
    ),
)

ONE_CPU = Flag(
    name="one-cpu",
    word="one CPU",
    cause="server and load generator shared a CPU, so each slowed the other down",
    meaning="levels are too low, and what costs the generator more looks slower",
    remedy="measure on a machine with at least two cores",
)
RUN_FLAGS = (
    ONE_CPU,
    Flag(
        name="control",
        word="A/A control",
        cause="the same stack measured twice differs from itself",
        meaning="differences of that size mean nothing",
        remedy="measure again on a quieter machine, with more --blocks",
    ),
    Flag(
        name="few-blocks",
        word="few blocks",
        cause=f"fewer than {BLOCKS_TO_RANK} blocks were measured",
        meaning="nothing is ranked",
        remedy="--blocks 8, or continue the run with --resume",
    ),
    Flag(
        name="incomplete",
        word="incomplete",
        cause="the run ended before all planned blocks were measured",
        meaning="intervals are wider than planned",
        remedy="continue it with --resume",
    ),
    Flag(
        name="imprecise",
        word="imprecise",
        cause="all blocks were used before every ratio was as precise as asked for",
        meaning="some intervals are wider than they were to be",
        remedy="a larger --precision, more --blocks, or a quieter machine",
    ),
    Flag(
        name="slow-interpreter",
        word="interpreter build",
        cause="an interpreter was built without PGO and LTO",
        meaning="its stacks are slower than they need be",
        remedy="choose another one with --python",
    ),
    Flag(
        name="slower-interpreter",
        word="interpreter build",
        cause="another build of an interpreter's version is faster on this machine",
        meaning="its stacks are slower than they need be",
        remedy="leave out --python, or give the path of that build",
    ),
    Flag(
        name="unreadable",
        word="unreadable lines",
        cause="some lines of the record could not be read and are missing here",
        meaning="what they held is missing",
        remedy="the numbers of the lines stand under problems; everything else is complete",
    ),
)

CATALOGUE: dict[str, Flag] = {flag.name: flag for flag in (*TRIAL_FLAGS, *RUN_FLAGS)}
"""Every flag by name."""


def flag_trial(
    trial: Trial, setup: Setup | None = None, ceilings: Sequence[Ceiling] = ()
) -> tuple[Flag, ...]:
    """The flags that hold for a trial, in the catalogue's order."""
    names = {
        flag.name
        for flag in TRIAL_FLAGS
        if flag.holds(trial) and not (flag.of_windows and trial.turns is not None)
    }
    if validity.near_ceiling(trial, ceilings):
        names.add(GENERATOR_BOUND.name)
    if validity.near_upstream(trial, ceilings):
        names.add(UPSTREAM_MEASURED.name)
    if setup is not None and validity.one_cpu(setup):
        names.add(ONE_CPU.name)
    return tuple(flag for name, flag in CATALOGUE.items() if name in names)


def with_counts(flags: Iterable[tuple[Flag, int]]) -> str:
    """``disturbed (2), steal (1)``; ``none`` where no trial is flagged."""
    return ", ".join(f"{flag.word} ({count})" for flag, count in flags) or "none"
