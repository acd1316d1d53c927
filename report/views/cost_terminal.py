"""What was counted, on a terminal and as JSON: levels, layers, what validation costs, reasons for gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from report.analysis.contenders import is_floor
from report.analysis.costs import Costs, costs, in_process
from report.analysis.layers import Count, Layers, Step
from report.analysis.titles import titles_of
from report.fmt import counted
from report.views import cost_words
from results.model import IN_PROCESS, Run

WIDTH = 200
COLUMNS = ("instructions per request", "in process", "layer", "over", "spread", "repeats")


def as_text(run: Run, folder: Path) -> str:
    """Table per scenario with levels and layers, what validation costs, shares, failures, and the folder."""
    found, titles = costs(run), titles_of(run)
    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False)
    for scenario in found.scenarios:
        console.print(_table(found, scenario, titles))
        console.print()
    for line in (*_validation(found, titles), *_shares(found), *_trouble(run, found)):
        console.print(line)
    console.print(cost_words.sentence([found], titles))
    console.print(cost_words.scope([found]))
    console.print(f"{counted(len(run.costs), 'count')} of {counted(len(found.counts), 'cell')} in {folder}")
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path) -> str:
    """The same as one JSON object; a value that is missing has its reason beside it."""
    found = costs(run)
    data = {
        "run": str(folder),
        "scope": cost_words.scope([found]),
        "cells": [_cell(found, each) for each in found.counts],
        "layers": [_layer(each) for each in found.layers],
        "validation": [_step(each) for each in found.validation],
        "shares": [{**asdict(each), "cell": each.cell.slug} for each in found.shares],
        "failures": [asdict(failure) for failure in run.failures],
        "problems": [*run.problems, *found.problems],
    }
    return json.dumps(data, indent=2, allow_nan=False)


def _cell(found: Costs, each: Count) -> dict[str, Any]:
    inside = in_process(found, each)
    return {
        "slug": each.cell.slug,
        **_level(each),
        "spread": each.spread,
        "by_repeat": list(each.by_repeat),
        "counter": each.counter or None,
        "tool": each.tool or None,
        "interpreter": each.build or None,
        "in_process": inside.cell.slug if inside else None,
    }


def _level(each: Count | Step) -> dict[str, Any]:
    known = {"instructions_per_request": asdict(each.level)} if each.level else {"reason": each.reason}
    return {"instructions_per_request": None, **known}


def _layer(each: Layers) -> dict[str, Any]:
    steps = [_step(step) for step in each.steps]
    return {"scenario": each.scenario, "server": each.server, "interface": each.interface, "steps": steps}


def _step(step: Step) -> dict[str, Any]:
    below = step.over.cell.slug if step.over else None
    return {"slug": step.count.cell.slug, "over": below, **_level(step)}


def _table(found: Costs, scenario: str, titles: Mapping[str, str]) -> Table:
    table = Table(title=scenario, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("stack", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "over" else "right")
    for group in found.layers:
        if group.scenario == scenario:
            for step in group.steps:
                table.add_row(step.count.cell.stack, *_entries(found, step, titles))
    return table


def _entries(found: Costs, step: Step, titles: Mapping[str, str]) -> tuple[str, ...]:
    each = step.count
    inside = in_process(found, each)
    within = "" if each.cell.server == IN_PROCESS else _said(inside) if inside else "not planned"
    spread = f"{100 * each.spread:.2f}%" if each.spread is not None else ""
    return _said(each), within, *_layer_of(step, titles), spread, str(len(each.by_repeat) or "")


def _said(each: Count) -> str:
    if each.level is None:
        return each.reason
    return f"{cost_words.number(each.level.value)} {cost_words.interval(each.level)}"


def _layer_of(step: Step, titles: Mapping[str, str]) -> tuple[str, str]:
    """What a step adds, or why that is not known, and what it stands on."""
    if is_floor(step.count.cell):
        return "the floor", ""
    name = cost_words.below(step, titles)
    if step.level is None:
        return step.reason, name
    return f"{cost_words.signed(step.level.value)} {cost_words.interval(step.level)}", name


def _validation(found: Costs, titles: Mapping[str, str]) -> Iterator[str]:
    for step in found.validation:
        cell = step.count.cell
        value = step.reason
        if step.level:
            value = f"{cost_words.signed(step.level.value)} {cost_words.interval(step.level)}"
        name = titles.get(cell.framework, cell.framework)
        where = "in process" if cell.server == IN_PROCESS else f"on {cell.server}"
        yield f"validation of {cell.scenario}, {name} {where}: {value}"


def _shares(found: Costs) -> Iterator[str]:
    for each in found.shares:
        parts = sorted(each.shares.items(), key=lambda pair: (-pair[1], pair[0]))
        said = ", ".join(f"{name} {100 * share:.1f}%" for name, share in parts)
        yield f"where it goes, {each.cell.slug}, by {each.by}: {said}"


def _trouble(run: Run, found: Costs) -> Iterator[str]:
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        yield f"FAILED {name} ({failure.stage}): {failure.message}"
    for problem in (*run.problems, *found.problems):
        yield f"RECORD {problem}"
