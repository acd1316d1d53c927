"""Of the section on trust: the A/A control, the ratio of a stack to itself."""

from __future__ import annotations

from report import fmt
from report.analysis.conclusions import Control
from report.page.context import Context
from report.page.model import Column, SectionPart, Table, TableEntry, TableRow, entry, gap


def part(context: Context) -> SectionPart:
    """A table with a row a control, or that there is none."""
    controls = context.conclusions.controls
    if not controls:
        return SectionPart(
            heading="A/A control", text="This run carries no A/A control, so its noise has no witness."
        )
    return SectionPart(
        heading="A/A control",
        anchor="control",
        text="The same stack is measured twice, under two names. Its ratio to itself should be 1: an "
        "interval without 1 means that other differences of that size mean nothing either.",
        tables=(
            Table(
                anchor="control-table",
                caption="Control to original; the intervals hold together at 95% "
                f"({100 * controls[0].confidence:.3g}% each)",
                columns=(
                    Column(label="Stack"),
                    Column(label="Scenario"),
                    Column(label="Compared by"),
                    Column(label="Ratio", unit="(interval)", numeric=True),
                    Column(label="Verdict"),
                ),
                rows=tuple(_row(context, control) for control in controls),
                sortable=False,
            ),
        ),
    )


def _row(context: Context, control: Control) -> TableRow:
    return TableRow(
        framework=control.cell.framework,
        entries=(
            entry(context.stack_name(control.cell)),
            entry(context.heading(context.workload(control.cell))),
            entry(control.metric.noun),
            _ratio_entry(control),
            TableEntry(text=_verdict(control), strong=not control.ok),
        ),
    )


def _verdict(control: Control) -> str:
    if not control.known:
        return "too few blocks to say"
    return "✓ holds 1" if control.ok else "✗ differs from itself"


def _ratio_entry(control: Control) -> TableEntry:
    if control.ratio is None:
        return gap("no block has both")
    text, _, interval = fmt.times(control.ratio).partition(" ")
    return TableEntry(text=text, detail=interval)
