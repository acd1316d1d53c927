"""Can I trust this run: the A/A control, drift, flags with their remedies, failures, findings, problems."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean, median

from report import fmt
from report.analysis.conclusions import Control
from report.analysis.flags import CATALOGUE
from report.analysis.summary import LOCKSTEP
from report.page.charts.drift import draw_drift
from report.page.context import Context
from report.page.model import Column, Entry, Log, Part, Section, Table, TableRow, entry, figure, gap, table
from report.page.sections import ceilings, observed
from results.model import Failure


def section(here: Context) -> Section:
    """Everything that speaks for and against the run."""
    parts = (
        _control(here) if here.timed else None,
        _drift(here),
        ceilings.part(here),
        _flags(here),
        _failures(here),
        _absent(here),
        observed.part(here),
        _problems(here),
    )
    return Section(
        anchor="trust",
        short="Can I trust it",
        question="Can I trust this run?",
        answer=_answer(here),
        parts=tuple(part for part in parts if part is not None),
    )


def _answer(here: Context) -> str:
    found, failures = here.findings, here.failures
    if not here.timed:
        return _counted(here)
    control = "there is no A/A control"
    if found.controls:
        good = all(each.ok for each in found.controls)
        control = "its A/A control shows no difference" if good else "its A/A control differs from itself"
    share = 100 * found.disturbed / found.n_trials if found.n_trials else 0
    blocks = len({trial.block for trial in here.run.trials})
    head = "With care" if found.flags or failures else "Yes, as far as it can tell"
    return (
        f"{head}: {control}; {fmt.counted(found.disturbed, 'trial')} of {found.n_trials:,} ({share:.1f}%) "
        f"stayed disturbed by foreign work and {fmt.counted(found.repeated, 'was', 'were')} repeated; "
        f"{fmt.counted(len(failures), 'failure')}; {blocks} of {_planned(here)} measured."
        f"{f' {found.precision.sentence}' if found.precision else ''}"
    )


def _planned(here: Context) -> str:
    setup = here.run.plan.setup
    if setup.precision_percent is None:
        return fmt.counted(setup.blocks, "planned block")
    return f"at most {fmt.counted(setup.blocks, 'block')}"


def _counted(here: Context) -> str:
    """Of a run that only counted."""
    counts = [each for found in here.counted for each in found.counts if each.level]
    spreads = [each.spread for each in counts if each.spread is not None]
    if not spreads:
        return "Nothing was counted, so there is nothing to trust; the table says why."
    head = "With care" if here.failures or here.findings.flags else "Yes, as far as it can tell"
    return (
        f"{head}: {fmt.counted(len(counts), 'cell')} counted, the intervals of each within "
        f"{100 * max(spreads):.2f}% of its mean and of half of them within {100 * median(spreads):.2f}%; "
        f"{fmt.counted(len(here.failures), 'failure')}."
    )


def _control(here: Context) -> Part:
    rows = [_control_row(here, each) for each in here.findings.controls]
    if not rows:
        return Part(
            heading="A/A control", text="This run carries no A/A control, so its noise has no witness."
        )
    return Part(
        heading="A/A control",
        anchor="control",
        text="The same stack is measured twice, under two names. Its ratio to itself should be 1: an "
        "interval without 1 means that other differences of that size mean nothing either.",
        tables=(
            Table(
                anchor="control-table",
                caption="Control to original; the intervals hold together at 95% "
                f"({100 * here.findings.controls[0].confidence:.3g}% each)",
                columns=(
                    Column(label="Stack"),
                    Column(label="Scenario"),
                    Column(label="Compared by"),
                    Column(label="Ratio", unit="(interval)", numeric=True),
                    Column(label="Verdict"),
                ),
                rows=tuple(rows),
                sortable=False,
            ),
        ),
    )


def _control_row(here: Context, each: Control) -> TableRow:
    text, _, interval = fmt.times(each.ratio).partition(" ") if each.ratio else ("", "", "")
    ratio = Entry(text=text, detail=interval) if each.ratio else gap("no block has both")
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(f"{here.title(each.cell.framework)} on {each.cell.server}"),
            entry(here.heading(here.workload(each.cell))),
            entry(each.metric.noun),
            ratio,
            Entry(text="✓ holds 1" if each.ok else "✗ differs from itself", strong=not each.ok),
        ),
    )


def _drift(here: Context) -> Part | None:
    cells = []
    for each in here.findings.summaries:
        values = each.measures["throughput_rps"].by_block
        if len(values) > 1:
            mean = math.exp(fmean(math.log(value) for value in values.values()))
            cells.append({block: value / mean for block, value in values.items()})
    if not cells:
        return None
    svg = draw_drift(
        cells,
        key="drift",
        title="Throughput of every cell by block, relative to its own mean",
        description="One faint line a cell, one strong line for their median. A trend says that the machine "
        "changed.",
    )
    return Part(
        heading="Drift",
        anchor="drift",
        figures=(
            figure(
                svg,
                "Chart: drift over blocks",
                "Throughput of each cell in each block, relative to the cell's own mean over the run. Ratios "
                "are taken "
                "within a block, so a slow block slows both sides; a trend still says that the machine "
                "changed.",
            ),
        ),
    )


def _flags(here: Context) -> Part:
    counts = Counter({flag.name: 0 for flag in here.findings.flags})
    cells: Counter[str] = Counter()
    for each in here.findings.summaries:
        for flag, count in each.flags:
            counts[flag.name] += count
            cells[flag.name] += 1
    if not counts:
        return Part(heading="Flags", anchor="flags", text="No trial and no part of this run is flagged.")
    rows = [
        TableRow(
            anchor=f"flag-{name}",
            entries=(
                entry(flag.word),
                entry(
                    f"{fmt.counted(counts[name], 'trial')} in {fmt.counted(cells[name], 'cell')}"
                    if counts[name]
                    else "the whole run"
                ),
                entry(flag.cause),
                entry(flag.remedy),
            ),
        )
        for name, flag in CATALOGUE.items()
        if name in counts
    ]
    return Part(
        heading="Flags",
        anchor="flags",
        tables=(
            Table(
                anchor="flags-table",
                caption="What makes a number less certain than its interval says, and what to do about it",
                columns=tuple(Column(label=label) for label in ("Flag", "Concerns", "Cause", "Remedy")),
                rows=tuple(rows),
                sortable=False,
            ),
        ),
    )


def _failures(here: Context) -> Part:
    failures = here.failures
    if not failures:
        return Part(
            heading="Failures", anchor="failures", text="Everything that was planned could be measured."
        )
    rows = [[_cell(each), each.stage, _block(each), each.message, each.remedy or "–"] for each in failures]
    return Part(
        heading="Failures",
        anchor="failures",
        tables=(
            table(
                "failures-table",
                "What could not be measured, and why; never a zero",
                ("Cell", "Stage", "Block", "What happened", "What to try"),
                rows,
            ),
        ),
        logs=tuple(
            Log(summary=f"Log of {_cell(each)}, {each.stage}, {_block(each)}", text=each.log_tail)
            for each in failures
            if each.log_tail
        ),
    )


def _cell(failure: Failure) -> str:
    return failure.cell.slug if failure.cell else f"{failure.stack}, all scenarios"


def _block(failure: Failure) -> str:
    if failure.cell and failure.cell.load == LOCKSTEP:
        return "no block: it is counted"
    return "before the first block" if failure.block is None else f"block {failure.block + 1}"


def _absent(here: Context) -> Part | None:
    absent = [each for run in here.runs for each in run.plan.not_applicable]
    if not absent:
        return None
    rows = [
        [here.title(each.cell.framework), each.cell.server, each.cell.scenario, each.reason]
        for each in absent
    ]
    return Part(
        heading="Not applicable",
        anchor="not-applicable",
        tables=(
            table(
                "not-applicable-table",
                "What a stack lacks by design: neither failure nor zero",
                ("Framework", "Server", "Scenario", "Reason"),
                rows,
            ),
        ),
    )


def _problems(here: Context) -> Part | None:
    problems = [*here.findings.problems, *(text for found in here.counted for text in found.problems)]
    problems += [text for run in here.runs[1:] for text in run.problems]
    errors = [each for each in here.findings.summaries if each.errors]
    if not problems and not errors:
        return None
    tables = []
    if errors:
        rows = [
            [
                each.cell.slug,
                ", ".join(f"{kind}: {count:,}" for kind, count in each.errors.items()),
                each.error_example,
            ]
            for each in errors
        ]
        tables.append(
            table("errors-table", "Errors under load, by cell", ("Cell", "Errors", "Example"), rows)
        )
    if problems:
        about = "What of the record could not be read, and is missing here"
        tables.append(table("problems-table", about, ("Problem",), [[each] for each in problems]))
    return Part(heading="Errors and unreadable records", anchor="problems", tables=tuple(tables))
