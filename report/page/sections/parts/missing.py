"""Of the section on trust: failures with logs, cells not applicable, errors, and unreadable records."""

from __future__ import annotations

from report.page.context import Context
from report.page.model import LogExcerpt, SectionPart, table
from results.model import Failure, Load


def failures_part(context: Context) -> SectionPart:
    """Every failure with its log, or that there is none."""
    failures = context.failures
    if not failures:
        return SectionPart(
            heading="Failures", anchor="failures", text="Everything that was planned could be measured."
        )
    rows = [
        (_where(failure), failure.stage, _when(failure), failure.message, failure.remedy or "–")
        for failure in failures
    ]
    return SectionPart(
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
            LogExcerpt(
                summary=f"Log of {_where(failure)}, {failure.stage}, {_when(failure)}", text=failure.log_tail
            )
            for failure in failures
            if failure.log_tail
        ),
    )


def _where(failure: Failure) -> str:
    return failure.cell.slug if failure.cell else f"{failure.stack}, all scenarios"


def _when(failure: Failure) -> str:
    if failure.cell and failure.cell.load == Load.LOCKSTEP:
        return "no block: it is counted"
    if failure.cell and failure.cell.load == Load.PROBE:
        return "no block: a probe"
    return "before the first block" if failure.block is None else f"block {failure.block + 1}"


def not_applicable_part(context: Context) -> SectionPart | None:
    """Cells that a stack lacks by design; None where there is none."""
    rows = [
        (context.title(absent.cell.framework), absent.cell.server, absent.cell.scenario, absent.reason)
        for run in context.runs
        for absent in run.plan.not_applicable
    ]
    if not rows:
        return None
    return SectionPart(
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


def problems_part(context: Context) -> SectionPart | None:
    """Errors under load, and what of the record could not be read; None where there is neither."""
    errors = [
        (
            summary.cell.slug,
            ", ".join(f"{kind}: {count:,}" for kind, count in summary.errors.items()),
            summary.error_example,
        )
        for summary in context.conclusions.summaries
        if summary.errors
    ]
    problems = [
        *context.conclusions.problems,
        *(problem for costs in context.costs for problem in costs.problems),
        *(problem for run in context.runs[1:] for problem in run.problems),
    ]
    tables = []
    if errors:
        columns = ("Cell", "Errors", "Example")
        tables.append(table("errors-table", "Errors under load, by cell", columns, errors))
    if problems:
        caption = "What of the record could not be read, and is missing here"
        rows = [(problem,) for problem in problems]
        tables.append(table("problems-table", caption, ("Problem",), rows))
    if not tables:
        return None
    return SectionPart(heading="Errors and unreadable records", anchor="problems", tables=tuple(tables))
