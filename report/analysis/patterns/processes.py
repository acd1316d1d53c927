"""Work that is spread unevenly over the processes of a server."""

from __future__ import annotations

from statistics import mean, median

from report.analysis.patterns.pattern import Pattern, Seen
from results.model import Trial

CONNECTIONS_A_WORKER = 4
"""With fewer of them a worker, who gets how many is chance."""
TIMES_THE_OTHERS = 2.0
"""One worker takes most where it uses so many times the CPU of the mean of the others."""
WORKING_SHARE = 0.10
"""A worker that uses less of a CPU holds nobody up, however many of the requests it takes."""


def _workers_cpu_ns(trial: Trial) -> list[int]:
    """CPU of as many processes as there are workers, the busiest first: what only starts them is idle."""
    return sorted(trial.process_cpu_ns.values(), reverse=True)[: trial.cell.workers]


def _times_the_others(trial: Trial) -> float:
    first, *others = _workers_cpu_ns(trial)
    return first / max(mean(others), 1.0)


def _one_worker(seen: Seen) -> str:
    """By the median over launches: each deals its connections anew."""
    workers, trials = seen.cell.workers, seen.trials
    if workers < 2 or seen.cell.connections < CONNECTIONS_A_WORKER * workers:  # noqa: PLR2004 - one and others
        return ""
    if any(len(trial.process_cpu_ns) < workers for trial in trials):
        return ""
    used = median(_workers_cpu_ns(trial)[0] / 1e9 / trial.window_s for trial in trials)
    if used < WORKING_SHARE or median(map(_times_the_others, trials)) < TIMES_THE_OTHERS:
        return ""
    share = median(_workers_cpu_ns(trial)[0] / sum(_workers_cpu_ns(trial)) for trial in trials)
    return (
        f"one of {workers} workers used {100 * share:.0f}% of their CPU time, {100 / workers:.0f}% being its "
        f"share, and was {100 * used:.0f}% busy itself"
    )


ONE_WORKER = Pattern(
    name="one-worker",
    title="one worker takes most of the requests",
    evidence="Of as many processes as there are workers, the busiest used at least "
    f"{TIMES_THE_OTHERS:g} times the CPU time of the mean of the others (median over launches) and over "
    f"{WORKING_SHARE:.0%} of a CPU, with {CONNECTIONS_A_WORKER} connections a worker or more.",
    cause="Connections are dealt out when they are accepted and stay where they are: one worker that accepts "
    "first or in batches gets most of them, or the others did not start.",
    remedy="Look in the server's log whether all workers serve; have each listen on its own "
    "(SO_REUSEPORT), or close connections now and then (--reuse shows what that would give).",
    find=_one_worker,
)
