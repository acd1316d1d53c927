"""What probes of lifecycles saw, on a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.table import Table

from report import fmt
from report.analysis.lifecycles import Lifecycle, quantity, scaled, summarise_lifecycles
from report.analysis.older_servers import older_servers
from report.analysis.openapi import differences, documents
from report.views import lifecycle_words
from report.views.json_types.lifecycle import LifecycleCellJson, LifecycleJson
from results.model import Run
from results.text import plain, plain_lines

TABLE_WIDTH = 200
"""Characters."""


def as_text(run: Run, folder: Path) -> str:
    """A table for each probe, what was not looked at and why, failures, and the folder."""
    summaries = summarise_lifecycles(run)
    console = Console(file=StringIO(), width=TABLE_WIDTH, highlight=False, markup=False)
    for name in dict.fromkeys(summary.cell.scenario for summary in summaries):
        console.print(_table(name, [summary for summary in summaries if summary.cell.scenario == name]))
        console.print()
    for line in (*_agreement(run), *_trouble(run, summaries)):
        console.print(plain_lines(line), soft_wrap=True)
    console.print(lifecycle_words.SCOPE)
    console.print(f"{fmt.counted(len(run.lifecycles), 'record')} in {folder}", soft_wrap=True)
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path) -> str:
    """What was seen as one JSON object; a value that is missing has its reason beside it."""
    data: LifecycleJson = {
        "run": str(folder),
        "scope": lifecycle_words.SCOPE,
        "cells": [_cell_data(summary) for summary in summarise_lifecycles(run)],
        "not_applicable": [
            {"slug": absent.cell.slug, "reason": absent.reason} for absent in run.plan.not_applicable
        ],
        "openapi_frameworks": list(documents(run)),
        "openapi_differences": list(differences(documents(run))),
        "older_servers": list(older_servers(run)),
        "failures": list(run.failures),
        "problems": list(run.problems),
    }
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def _cell_data(summary: Lifecycle) -> LifecycleCellJson:
    return {
        "slug": summary.cell.slug,
        "stack": summary.cell.stack,
        "probe": summary.cell.scenario,
        "connections": summary.cell.connections,
        "workers": summary.cell.workers,
        "repeats": summary.n,
        "values": summary.values,
        "answers": summary.answers,
        "absent": summary.absent,
    }


def _table(name: str, summaries: Sequence[Lifecycle]) -> Table:
    values = dict.fromkeys(value for summary in summaries for value in summary.values)
    answers = dict.fromkeys(answer for summary in summaries for answer in summary.answers)
    table = Table(
        title=f"{name}: {lifecycle_words.title(name)}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    table.add_column("stack", no_wrap=True)
    for value in values:
        table.add_column(lifecycle_words.heading(value), justify="right")
    for answer in answers:
        table.add_column(answer)
    for summary in summaries:
        table.add_row(
            summary.cell.stack,
            *(value_text(summary, value) for value in values),
            *(plain(summary.answers.get(answer, lifecycle_words.NOT_ASKED)) for answer in answers),
        )
    return table


def value_text(summary: Lifecycle, name: str) -> str:
    """A value with its interval, or why it is missing."""
    if (level := summary.values.get(name)) is None:
        return plain(summary.absent.get(name, lifecycle_words.NOT_ASKED))
    return lifecycle_words.level_text(scaled(name, level))


def _agreement(run: Run) -> Iterator[str]:
    """Whether the OpenAPI documents of several frameworks say the same."""
    by_framework = documents(run)
    if len(by_framework) > 1:
        different = differences(by_framework)
        names = fmt.listed(by_framework)
        count = fmt.counted(len(different), "difference")
        yield f"OpenAPI of {names}: {count} in paths, parameters, bodies and success answers"
        yield from (f"  {line}" for line in different)


def _trouble(run: Run, summaries: Sequence[Lifecycle]) -> Iterator[str]:
    for summary in summaries:
        for name, reason in summary.absent.items():
            if name in summary.values:
                yield f"{summary.cell.slug}, {quantity(name).title}: not in every repeat: {reason}"
    for absent in run.plan.not_applicable:
        yield f"not applicable: {absent.cell.scenario}, {absent.cell.stack}: {absent.reason}"
    for line in older_servers(run):
        yield f"older server: {line}"
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        yield f"FAILED {name} ({failure.stage}): {failure.message}"
    for problem in run.problems:
        yield f"RECORD {problem}"
