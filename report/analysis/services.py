"""Who was measured: how busy what a server talked to was while the server was loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from results.model import Trial

MEASURED_SHARE = 0.80
"""Beyond it a service sets the pace as much as the server: its own waiting lines begin."""

USED_SHARE = 0.01
"""A service that was less busy has done nothing but its own housekeeping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUse:
    """What the trials of a cell took of one service, medians over them."""

    name: str
    """What scenarios need it by, such as ``database``."""
    busy: float
    """Share of the wall time of its CPUs."""
    cpu_us_per_request: float


def service_busy(trial: Trial) -> dict[str, float]:
    """By name of a service: CPU time per second and CPU that it had; only of those that were measured."""
    return {
        name: cpu_ns / 1e9 / trial.window_s / max(trial.service_cpus.get(name, 1), 1)
        for name, cpu_ns in trial.service_cpu_ns.items()
        if trial.window_s > 0
    }


def was_measured(name: str, trial: Trial) -> bool:
    """Whether the service ``name`` was so busy that it was measured as much as the server."""
    return service_busy(trial).get(name, 0.0) > MEASURED_SHARE


def service_uses(trials: Sequence[Trial]) -> tuple[ServiceUse, ...]:
    """What ``trials`` of one cell took of services, in order of name; not of those that they left alone."""
    shares = [service_busy(trial) for trial in trials]
    uses = (
        ServiceUse(
            name=name,
            busy=median(share[name] for share in shares if name in share),
            cpu_us_per_request=median(
                trial.service_cpu_ns[name] / 1e3 / max(trial.requests, 1)
                for trial in trials
                if name in trial.service_cpu_ns
            ),
        )
        for name in sorted({name for share in shares for name in share})
    )
    return tuple(use for use in uses if use.busy > USED_SHARE)


def in_words(uses: Mapping[str, Sequence[ServiceUse]]) -> list[str]:
    """A sentence for each scenario of ``uses``: how busy its services were in its cells."""
    lines = []
    for scenario, own in uses.items():
        for name in dict.fromkeys(use.name for use in own):
            shares = sorted(use.busy for use in own if use.name == name)
            span = " to ".join(dict.fromkeys(f"{100 * share:.0f}%" for share in (shares[0], shares[-1])))
            lines.append(f"{scenario}: the {name} was busy for {span} of the time of its CPUs.")
    return lines
