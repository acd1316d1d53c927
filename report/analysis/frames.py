"""Tables of a run: one row per trial with everything derived from it alone, and the merged histograms."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from report.analysis import flags, metrics, validity
from results.histogram import Latency
from results.model import Plan, Run, Trial

BEFORE_QUANTITIES = (
    "cell", "stack", "framework", "server", "interface", "scenario", "load", "connections", "rate_rps",
    "arrivals", "reuse", "workers", "control", "block", "launch", "attempt", "started_unix_s", "window_s",
    "requests", "errors",
)  # fmt: skip
"""What was measured and how much of it: ``cell`` is the slug, ``errors`` their number."""
AFTER_QUANTITIES = (
    "due", "cycle_s", "settled", "late", "foreign_share", "generator_idle_share", "generator_wait_us",
    "flags",
)  # fmt: skip
"""What a trial is judged by: ``due`` are the arrivals of an open load, ``flags`` the names of its flags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Everything per trial."""

    trials: pd.DataFrame
    """One row per trial that counts, in the order of the record."""
    latency: dict[str, Latency]
    """By the cell's slug: the histograms of its settled trials that kept their schedule, merged."""
    problems: tuple[str, ...]
    """Trials that were left out because they could not be read."""


def build_frames(run: Run) -> Frames:
    """The tables of ``run``; each histogram is decoded once."""
    rows: list[dict[str, object]] = []
    latency: dict[str, Latency] = {}
    problems: list[str] = []
    for trial in run.trials:
        try:
            _check(trial)
            decoded = Latency.decode(trial.latency)
        except ValueError as error:
            problems.append(f"{trial.cell.slug}, block {trial.block}: left out: {error}")
            continue
        row = _row(trial, run.plan) | metrics.read_quantities(trial, decoded)
        rows.append(row)
        if row["settled"] and not row["late"]:
            merged = latency.setdefault(trial.cell.slug, Latency())
            merged.counts += decoded.counts
    return Frames(
        trials=pd.DataFrame(rows, columns=list(columns())), latency=latency, problems=tuple(problems)
    )


def columns() -> tuple[str, ...]:
    """Columns of ``Frames.trials``, in order."""
    return (*BEFORE_QUANTITIES, *metrics.trial_columns(), *AFTER_QUANTITIES)


def tabulate_trials(run: Run) -> pd.DataFrame:
    """One row per trial that counts; see ``columns``."""
    return build_frames(run).trials


def _check(trial: Trial) -> None:
    """ValueError where a trial's numbers cannot be, as in a record that was edited."""
    if trial.window_s <= 0 or trial.cell.workers < 1 or trial.tick_hz < 1 or trial.requests < 0:
        raise ValueError("window, workers, ticks or requests out of range")


def _row(trial: Trial, plan: Plan) -> dict[str, object]:
    cell = trial.cell
    return {
        "cell": cell.slug,
        "stack": cell.stack,
        "framework": cell.framework,
        "server": cell.server,
        "interface": cell.interface,
        "scenario": cell.scenario,
        "load": cell.load,
        "connections": cell.connections,
        "rate_rps": float("nan") if cell.rate_rps is None else cell.rate_rps,
        "arrivals": cell.arrivals or "",
        "reuse": float("nan") if cell.reuse is None else cell.reuse,
        "workers": cell.workers,
        "control": cell.control,
        "block": trial.block,
        "launch": trial.launch,
        "attempt": trial.attempt,
        "started_unix_s": trial.started_unix_s,
        "window_s": trial.window_s,
        "requests": trial.requests,
        "due": _or_nan(trial.arrivals),
        "errors": sum(trial.errors.values()),
        "cycle_s": _or_nan(validity.cycle_s(trial)),
        "settled": validity.settled(trial),
        "late": validity.late(trial),
        "foreign_share": _or_nan(validity.foreign_share(trial)),
        "generator_idle_share": trial.generator_idle_s / trial.window_s,
        "generator_wait_us": trial.generator_wait_us,
        "flags": tuple(flag.name for flag in flags.flag_trial(trial, plan.setup, plan.ceilings)),
    }


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
