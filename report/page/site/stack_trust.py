"""Of the page of a stack: what probes saw of it, what was found, what it lacks, and what failed."""

from __future__ import annotations

from collections.abc import Iterator

from report.analysis.flags import with_counts
from report.analysis.lifecycles import Lifecycle, quantity, scaled
from report.page.context import Context
from report.page.model import (
    Column,
    LogExcerpt,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
    table,
)
from report.page.site.layout import Stack
from report.views import lifecycle_words
from results.model import PROTOCOL, Failure, Finding


def lifecycles(context: Context, stack: Stack) -> Section | None:
    """A row for everything that probes saw of it; None where none looked."""
    rows = tuple(
        row
        for summary in context.lifecycles
        if summary.cell.stack == stack.slug
        for row in _lifecycle_rows(summary)
    )
    if not rows:
        return None
    return Section(
        anchor="live",
        short="How it lives",
        question="How does it start, idle, reload and stop?",
        note=lifecycle_words.SCOPE,
        parts=(
            SectionPart(
                tables=(
                    Table(
                        anchor="live-table",
                        caption="What probes saw",
                        columns=(
                            Column(label="Looked at"),
                            Column(label="What"),
                            Column(label="Seen", numeric=True),
                            Column(label="Unit"),
                            Column(label="Repeats", numeric=True),
                        ),
                        rows=rows,
                    ),
                )
            ),
        ),
    )


def _lifecycle_rows(summary: Lifecycle) -> Iterator[TableRow]:
    probe = lifecycle_words.title(summary.cell.scenario)
    for name, level in summary.values.items():
        text, detail = lifecycle_words.level_texts(scaled(name, level))
        said = quantity(name)
        yield _lifecycle_row(probe, said.title, TableEntry(text=text, detail=detail), said.unit, summary.n)
    for name, answer in summary.answers.items():
        yield _lifecycle_row(probe, name, entry(answer), "", summary.n)
    for name, reason in summary.absent.items():
        if name not in summary.values:
            yield _lifecycle_row(probe, quantity(name).title, gap(reason), "", summary.n)


def _lifecycle_row(probe: str, what: str, seen: TableEntry, unit: str, repeats: int) -> TableRow:
    entries = (
        entry(probe),
        entry(what),
        seen,
        entry(unit or "–"),
        TableEntry(text=str(repeats), key=repeats),
    )
    return TableRow(entries=entries)


def section(context: Context, stack: Stack) -> Section:
    """Findings, failures with their logs, errors, and what the stack lacks by design."""
    failures = [failure for failure in context.failures if failure.stack == stack.slug]
    tables = (
        *_failures(failures),
        *_not_applicable(context, stack),
        *_errors(context, stack),
        *_findings(context, stack),
    )
    return Section(
        anchor="trust",
        short="What was odd",
        question="What failed, what does it lack, and what was found?",
        answer="" if tables else "Everything that was planned of it was measured, and nothing odd was found.",
        parts=(
            SectionPart(
                tables=tables,
                logs=tuple(
                    LogExcerpt(summary=f"Log of {_where(failure)}, {failure.stage}", text=failure.log_tail)
                    for failure in failures
                    if failure.log_tail
                ),
            ),
        ),
    )


def _where(failure: Failure) -> str:
    return failure.cell.scenario if failure.cell else "all scenarios"


def _failures(failures: list[Failure]) -> Iterator[Table]:
    rows = [(_where(failure), failure.stage, failure.message, failure.remedy or "–") for failure in failures]
    if rows:
        columns = ("Scenario", "Stage", "What happened", "What to try")
        yield table("failures-table", "What could not be measured; never a zero", columns, rows)


def _not_applicable(context: Context, stack: Stack) -> Iterator[Table]:
    rows = [
        (absent.cell.scenario, absent.reason)
        for run in context.runs
        for absent in run.plan.not_applicable
        if absent.cell.stack == stack.slug
    ]
    if rows:
        caption = "What it lacks by design: neither failure nor zero"
        yield table("not-applicable-table", caption, ("Scenario", "Reason"), rows)


def _errors(context: Context, stack: Stack) -> Iterator[Table]:
    rows = [
        (
            summary.cell.slug,
            ", ".join(f"{kind}: {count:,}" for kind, count in summary.errors.items()) or "none",
            summary.error_example or "–",
            with_counts(summary.flags),
        )
        for summary in context.summaries
        if summary.cell.stack == stack.slug and (summary.errors or summary.flags)
    ]
    if rows:
        columns = ("Cell", "Errors", "Example", "Flags (trials)")
        yield table("odd-table", "Errors under load, and flags of trials", columns, rows)


def _findings(context: Context, stack: Stack) -> Iterator[Table]:
    rows = [
        (finding.scenario, finding.probe, finding.answer)
        for finding in context.run.findings
        if _is_of(finding, stack)
    ]
    if rows:
        caption = "Findings: behaviour that the contract leaves open, neither right nor wrong"
        yield table("findings-table", caption, ("Scenario", "Sent", "What came back"), rows)


def _is_of(finding: Finding, stack: Stack) -> bool:
    """Whether a finding is of the stack, or of its server whatever the framework."""
    if finding.server != stack.cell.server:
        return False
    if finding.scenario == PROTOCOL:
        return finding.framework == stack.cell.interface
    return finding.framework == stack.cell.framework
