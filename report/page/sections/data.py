"""Where is the data, and how is this page made again."""

from __future__ import annotations

from report import fmt
from report.page import data_files
from report.page.context import Context
from report.page.model import Section, SectionPart


def section(context: Context) -> Section:
    """The files beside the page."""
    contents = []
    if context.timed:
        contents.append(f"one row for each of {fmt.counted(context.conclusions.n_trials, 'trial')}")
    if context.costs:
        counts = sum(len(run.costs) for run in context.counting_runs)
        contents.append(f"one row for each interval of {fmt.counted(counts, 'count')}")
    if context.lifecycle_runs:
        records = sum(len(run.lifecycles) for run in context.lifecycle_runs)
        contents.append(f"one row for each value of {fmt.counted(records, 'record')} of lifecycles")
    return Section(
        anchor="data",
        short="The data",
        question="Where is the data?",
        answer=f"Beside this page lies a file with {fmt.listed(contents, 'and one with')}; the record itself "
        "is run.jsonl in the run's folder, and hotlap report makes this page from it again.",
        note="Each table is written as CSV and as JSON lines; .columns.csv says what its columns are, and "
        ".schema.json the same as a JSON Schema of a line.",
        parts=tuple(SectionPart(link=name) for name in data_files.names(context)),
    )
