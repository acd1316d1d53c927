"""Can I trust this run: the A/A control, drift, ceilings, flags, failures, findings and problems."""

from __future__ import annotations

from statistics import median

from report import fmt
from report.page.context import Context
from report.page.model import Section
from report.page.sections.parts import (
    ceilings,
    control,
    drift,
    explained,
    flags,
    missing,
    observed,
    speed,
)
from report.views import words


def section(context: Context) -> Section:
    """Everything that speaks for and against the run."""
    parts = (
        control.part(context) if context.timed else None,
        drift.part(context),
        speed.part(context) if context.timed else None,
        ceilings.part(context),
        flags.part(context),
        explained.part(context) if context.timed else None,
        missing.failures_part(context),
        missing.not_applicable_part(context),
        observed.part(context),
        missing.problems_part(context),
    )
    return Section(
        anchor="trust",
        short="Can I trust it",
        question="Can I trust this run?",
        answer=_answer_for_trials(context) if context.timed else _answer_for_counts(context),
        parts=tuple(part for part in parts if part is not None),
    )


def _answer_for_trials(context: Context) -> str:
    conclusions = context.conclusions
    doubts = "".join(f"{part}; " for part in (_control(context), _disturbed(context)) if part)
    blocks = len({trial.block for trial in context.run.trials})
    precision = f" {conclusions.precision.sentence}" if conclusions.precision else ""
    if conclusions.speed:
        precision += f" {words.machine_speed(conclusions.speed, conclusions.speed_dependence)}"
    return (
        f"{_head(context)}: {doubts}{fmt.counted(len(context.failures), 'failure')}; "
        f"{blocks} of {_planned_blocks(context)} measured."
        f"{precision}"
    )


def _head(context: Context) -> str:
    doubts = context.conclusions.flags or context.failures
    return "With care" if doubts else "Yes, as far as it can tell"


def _control(context: Context) -> str:
    controls = context.conclusions.controls
    if not controls:
        return "there is no A/A control"
    if not any(control.known for control in controls):
        return "its A/A control has too few blocks to say anything"
    if all(control.ok for control in controls):
        return "its A/A control shows no difference"
    return "its A/A control differs from itself"


def _disturbed(context: Context) -> str:
    """What foreign work did to whole windows; empty where there were none."""
    conclusions = context.conclusions
    windows, disturbed = conclusions.n_windows, conclusions.disturbed
    if not windows and conclusions.n_trials:
        return ""
    noun = "trial" if windows == conclusions.n_trials else "whole window"
    share = 100 * disturbed / windows if windows else 0
    return (
        f"{fmt.counted(disturbed, noun)} of {windows:,} ({share:.1f}%) stayed disturbed by foreign work and "
        f"{fmt.counted(conclusions.repeated, 'was', 'were')} repeated"
    )


def _planned_blocks(context: Context) -> str:
    setup = context.run.plan.setup
    if setup.precision_percent is None:
        return fmt.counted(setup.blocks, "planned block")
    return f"at most {fmt.counted(setup.blocks, 'block')}"


def _answer_for_counts(context: Context) -> str:
    counts = [count for costs in context.costs for count in costs.counts if count.level]
    spreads = [count.spread for count in counts if count.spread is not None]
    if not context.costs:
        return f"{_head(context)}: {fmt.counted(len(context.failures), 'failure')}."
    if not spreads:
        return "Nothing was counted, so there is nothing to trust; the table says why."
    return (
        f"{_head(context)}: {fmt.counted(len(counts), 'cell')} counted, the intervals of each within "
        f"{100 * max(spreads):.2f}% of its mean and of half of them within {100 * median(spreads):.2f}%; "
        f"{fmt.counted(len(context.failures), 'failure')}."
    )
