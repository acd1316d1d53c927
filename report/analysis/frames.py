"""Tables of a run: one row per trial with everything derived from it alone, and the merged histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from report.analysis import flags, metrics, validity
from report.analysis.heats import fit_heat, group_heats, occupied_in_heat
from report.analysis.titles import python_of
from report.analysis.workload import cells_in_turns
from report.stats.jackknife import pseudo_values
from results.histogram import Latency
from results.model import Cell, Plan, Run, Trial

BEFORE_QUANTITIES = (
    "cell", "stack", "framework", "server", "interface", "scenario", "load", "connections", "rate_rps",
    "arrivals", "reuse", "workers", "control", "python", "block", "heat", "live", "turns", "launch",
    "attempt", "started_unix_s", "window_s", "requests", "errors",
)  # fmt: skip
"""What was measured and how much of it: ``cell`` is the slug, ``errors`` their number, ``turns`` how many
there were in all, 0 for a whole window."""
AFTER_QUANTITIES = (
    "due", "cycle_s", "settled", "late", "foreign_share", "generator_idle_share", "generator_delay_share",
    "generator_wait_us", "flags",
)  # fmt: skip
"""What a trial is judged by: ``due`` are the arrivals of an open load, ``flags`` the names of its flags."""
SHORTEST_S, LONGEST_S = 1e-6, 1e7
"""Of windows that can be: a clock does not tell less, and four months are no window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Everything per trial."""

    trials: pd.DataFrame
    """One row per trial that counts, in the order of the record. What turns tell, a leg has at the mean speed
    of the machine over its heat, with the variance of its logarithm in a column of its own."""
    latency: dict[str, Latency]
    """By the cell's slug: the histograms of its settled trials that kept their schedule, merged."""
    pseudo_values: dict[tuple[str, str], dict[int, float]]
    """By slug and name of a percentile, then by block: jackknife values of cells of which some trial has too
    few samples for its own."""
    problems: tuple[str, ...]
    """Trials that were left out because they could not be read."""
    readable: Run
    """The run without these."""


def build_frames(run: Run) -> Frames:
    """The tables of ``run``; each histogram is decoded once."""
    in_turns, legs = cells_in_turns(run), _values_of_legs(run)
    rows: list[dict[str, object]] = []
    latency: dict[str, Latency] = {}
    merged_trials: dict[str, list[Trial]] = {}
    problems: list[str] = []
    readable: list[Trial] = []
    for trial in run.trials:
        try:
            _check(trial, in_turns=trial.cell in in_turns)
            decoded = Latency() if trial.turns else Latency.decode(trial.latency)
        except ValueError as error:
            problems.append(f"{trial.cell.slug}, block {trial.block}: left out: {error}")
            continue
        row = _row(trial, run.plan) | metrics.read_quantities(trial, decoded) | legs.get(_key(trial), {})
        rows.append(row)
        readable.append(trial)
        if row["settled"] and not row["late"] and not trial.turns:
            merged = latency.setdefault(trial.cell.slug, Latency())
            merged.counts += decoded.counts
            merged_trials.setdefault(trial.cell.slug, []).append(trial)
    frame = pd.DataFrame(rows, columns=list(columns()))
    return Frames(
        trials=frame,
        latency=latency,
        pseudo_values=_pseudo_values(frame, latency, merged_trials),
        problems=tuple(problems),
        readable=replace(run, trials=tuple(readable)) if problems else run,
    )


def _pseudo_values(
    frame: pd.DataFrame, latency: Mapping[str, Latency], trials: Mapping[str, Sequence[Trial]]
) -> dict[tuple[str, str], dict[int, float]]:
    """Of each cell's percentiles that all its trials have together but not each alone."""
    percents = metrics.latency_percents()
    rows = frame[frame["settled"].astype(bool) & ~frame["late"].astype(bool)]
    by_cell: dict[tuple[str, str], dict[int, float]] = {}
    for slug, own in rows.groupby("cell", sort=False)[list(percents)]:
        names = [name for name in percents if own[name].isna().any()]
        if names and str(slug) in latency:
            values = _left_out(latency[str(slug)], trials[str(slug)], [percents[name] for name in names])
            by_cell |= {
                (str(slug), name): column for name, column in zip(names, values, strict=True) if column
            }
    return by_cell


def _left_out(merged: Latency, trials: Sequence[Trial], percents: Sequence[float]) -> list[dict[int, float]]:
    """Jackknife values of each percentile by block; none where it cannot be told without some block."""
    whole = merged.shown(percents).tolist()
    without: dict[int, list[float]] = {}
    for block in sorted({trial.block for trial in trials}):
        rest = Latency()
        rest.counts = merged.counts - sum(
            Latency.decode(trial.latency).counts for trial in trials if trial.block == block
        )
        without[block] = rest.shown(percents).tolist()
    columns = [
        (whole[place], {block: values[place] for block, values in without.items()})
        for place in range(len(percents))
    ]
    return [
        pseudo_values(value, rest) if all(number > 0 for number in (value, *rest.values())) else {}
        for value, rest in columns
    ]


def columns() -> tuple[str, ...]:
    """Columns of ``Frames.trials``, in order."""
    variances = (metrics.variance_column(name) for name in metrics.per_turn_ratios())
    return (*BEFORE_QUANTITIES, *metrics.trial_columns(), *AFTER_QUANTITIES, *variances)


def tabulate_trials(run: Run) -> pd.DataFrame:
    """One row per trial that counts; see ``columns``."""
    return build_frames(run).trials


def _key(trial: Trial) -> tuple[int, Cell, int]:
    """A trial's one name within a run."""
    return trial.launch, trial.cell, trial.attempt


def _values_of_legs(run: Run) -> dict[tuple[int, Cell, int], dict[str, object]]:
    """Of each leg: what its turns tell, at the mean speed of its heat, and how busy it was beside others."""
    values: dict[tuple[int, Cell, int], dict[str, object]] = {}
    for legs in group_heats(run.trials).values():
        turns = tuple(leg.turns for leg in legs if leg.turns)
        for trial, share in zip(legs, occupied_in_heat(legs), strict=True):
            values[_key(trial)] = {"occupied": _or_nan(share)}
        for name, ratio in metrics.per_turn_ratios().items():
            for trial, leg in zip(legs, fit_heat(turns, ratio).legs, strict=True):
                if leg is not None:
                    values[_key(trial)] |= {name: leg.value, metrics.variance_column(name): leg.variance}
    return values


def _check(trial: Trial, *, in_turns: bool) -> None:
    """ValueError where a trial's numbers cannot be, as in an edited record, or are of another kind."""
    if bool(trial.turns) != in_turns:
        raise ValueError("it was measured in another way than the others of its cell")
    if not SHORTEST_S <= trial.window_s <= LONGEST_S:
        raise ValueError(f"a window of {trial.window_s:g} s")
    if trial.cell.workers < 1 or trial.tick_hz < 1 or trial.requests < 0:
        raise ValueError("workers, ticks or requests out of range")


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
        "python": python_of(plan, cell),
        "block": trial.block,
        "heat": trial.heat,
        "live": trial.live,
        "turns": len(trial.turns.span_us) if trial.turns else 0,
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
        "generator_delay_share": _or_nan(validity.delay_share(trial)),
        "generator_wait_us": trial.generator_wait_us,
        "flags": tuple(flag.name for flag in flags.flag_trial(trial, plan.setup, plan.ceilings)),
        **dict.fromkeys(map(metrics.variance_column, metrics.per_turn_ratios()), 0.0),
    }


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
