"""Limits to speed beside the server: the load generator, and quotas of CPU time."""

from __future__ import annotations

from statistics import median

from report.analysis import validity
from report.analysis.ceilings import ceiling_rps
from report.analysis.own_turns import DELAY_SHARE
from report.analysis.patterns.pattern import Pattern, Seen
from results.model import Load, Trial

SPARE_SHARE = 0.90
"""A server that uses less of its CPUs has time to spare."""
QUOTA_PERIOD_S = 0.1
"""Of ``cpu.max``, where nothing else is set."""
STOPPED_SHARE = 0.05
"""A quota matters where it cut short at least this share of the time, counted in such periods."""


def _client(seen: Seen) -> str:
    """Where the generator had no time left, and the server had."""
    ceilings = seen.plan.ceilings

    def limited(trial: Trial) -> bool:
        return validity.generator_bound(trial) or validity.near_ceiling(trial, ceilings)

    busy = seen.busy
    if busy is None or busy >= SPARE_SHARE or validity.one_cpu(seen.plan.setup) or not seen.mostly(limited):
        return ""
    idle = median(trial.generator_idle_s / trial.window_s for trial in seen.trials)
    delay = median(validity.delay_share(trial) or 0.0 for trial in seen.trials)
    shares = [
        trial.requests / trial.window_s / rps
        for trial in seen.trials
        if (rps := ceiling_rps(trial, ceilings)) is not None
    ]
    ceiling = f", at {100 * median(shares):.0f}% of its ceiling" if shares else ""
    without = f"without a CPU though it had work for {100 * delay:.0f}%"
    kept = without if delay > DELAY_SHARE else f"idle for {100 * idle:.0f}%"
    return f"the generator {kept} of the time{ceiling}, the server {100 * busy:.0f}% busy"


def _quota(seen: Seen) -> str:
    periods = [trial.throttled_periods or 0 for trial in seen.trials]
    measured_s = sum(trial.window_s for trial in seen.trials)
    stopped = sum(periods) * QUOTA_PERIOD_S / measured_s
    if stopped < STOPPED_SHARE or not seen.mostly(lambda trial: bool(trial.throttled_periods)):
        return ""
    return (
        f"stopped {sum(periods):,} times within {measured_s:.1f} s, in {sum(map(bool, periods))} of "
        f"{len(periods)} trials"
    )


CLIENT = Pattern(
    name="client-bound",
    title="the load generator was the limit",
    evidence=f"{Load.CLOSED.capitalize()} load, and in most trials the generator idle for less than "
    f"{validity.IDLE_SHARE:.0%} of the time, answers waiting for it for over {validity.WAIT_SHARE:.0%} of "
    f"their latency, others on its CPU for over {DELAY_SHARE:.0%} of the time, or throughput past "
    f"{validity.CEILING_SHARE:.0%} of its ceiling, while the server was less than {SPARE_SHARE:.0%} busy.",
    cause="The client had no time left, and the server had: the throughput shown is the client's.",
    remedy="Close other programs, use fewer connections, more --generators, or give the generator a core of "
    "its own; until then read the throughput as a lower bound.",
    find=_client,
)
CPU_QUOTA = Pattern(
    name="cpu-quota",
    title="stopped by a quota of CPU time",
    evidence="`nr_throttled` of a cgroup that holds the server or the generator grew in most trials, over "
    f"all by {STOPPED_SHARE:.0%} of the periods of {QUOTA_PERIOD_S:g} s that they lasted.",
    cause="A cgroup's `cpu.max` (`--cpus` of a container, a CPU limit of a pod) was used up before the end "
    "of its period, and everything in it stood still until the next one: that is waiting, not work.",
    remedy="Lift the quota while you measure, or measure with as many workers and threads as it allows for.",
    find=_quota,
)
