"""A run on a terminal: one row a cell with its intervals, what failed, and where the record is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from report import fmt
from report.analysis.answers.answers import Answers, find_answers
from report.analysis.conclusions import Conclusions, conclude
from report.analysis.contenders import Group
from report.analysis.metric_types import FromLatency, Metric
from report.analysis.metrics import columns_under
from report.analysis.older_servers import older_servers
from report.analysis.precision import Precision
from report.analysis.services import ServiceUse, in_words
from report.analysis.summary import Summary
from report.analysis.titles import titles_of
from report.analysis.workload import Workload
from report.stats.levels import BLOCKS_FOR_INTERVAL, Level
from report.views import price_words, words
from report.views.answers import headline
from report.views.answers.exports import answer_json, as_lines, card_json
from report.views.json_types.run import ComparisonJson, MeasuredJson, PrecisionJson, RunCellJson, RunJson
from results.model import Load, Run
from results.text import plain, plain_lines

RUN_TABLE_WIDTH = 160
"""Characters."""


def as_text(run: Run, folder: Path, page: Path | None) -> str:
    """Table of levels, a sentence per comparison, failures, and the folders to look at."""
    conclusions = conclude(run)
    summaries = conclusions.summaries
    console = Console(file=StringIO(), width=RUN_TABLE_WIDTH, highlight=False, markup=False)
    for table in _tables(summaries):
        console.print(table)
        console.print()
    for line in as_lines(find_answers(run, conclusions), titles_of(run)):
        console.print(plain(line), soft_wrap=True)
    for line in (
        *_few_blocks(summaries),
        *_comparisons(conclusions.groups),
        *price_words.under_load(summaries),
        *_services(summaries),
    ):
        console.print(plain(line))
    for line in (
        *words.doubts(conclusions.doubts, conclusions.flags),
        *words.explanations(conclusions.explained),
        *(f"older server: {line}" for line in older_servers(run)),
    ):
        console.print(plain(line), soft_wrap=True)
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        console.print(plain_lines(f"FAILED {name} ({failure.stage}): {failure.message}"))
    for problem in run.problems:
        console.print(plain(f"RECORD {problem}"))
    if conclusions.precision:
        console.print(conclusions.precision.sentence)
    if conclusions.speed:
        console.print(words.machine_speed(conclusions.speed, conclusions.speed_dependence))
    console.print(f"{len(run.trials)} trials of {len(run.blocks)} complete blocks in {folder}")
    if page:
        console.print(f"report: {page}")
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path, page: Path | None) -> str:
    """A run as one JSON object: all that ``as_text`` says, and the levels and ratios behind it."""
    conclusions = conclude(run)
    made = run_data(run, conclusions, find_answers(run, conclusions), str(folder), page)
    return json.dumps(made, indent=2, allow_nan=False, default=asdict)


def run_data(run: Run, conclusions: Conclusions, answers: Answers, name: str, page: Path | None) -> RunJson:
    """What is said of a run, as JSON has it; ``name`` is what it is called by.

    Metrics have their units in their names; ratios are to the best of a comparison.
    """
    reached, titles = conclusions.precision, titles_of(run)
    return {
        "run": name,
        "report": str(page) if page else None,
        "blocks": len(run.blocks),
        "trials": len(run.trials),
        "headline": answer_json(headline.headline(answers.headline, titles)),
        "besides": [answer_json(sentence) for sentence in headline.besides(answers.headline, titles)],
        "cards": [card_json(card, titles) for card in answers.cards],
        "answers": [
            *_few_blocks(conclusions.summaries),
            *_comparisons(conclusions.groups),
            *price_words.under_load(conclusions.summaries),
        ],
        "comparisons": [_group_data(group) for group in (*conclusions.groups, *conclusions.stacks)],
        "controls": [
            {
                "slug": control.cell.slug,
                "metric": control.metric.name,
                "ratio": control.ratio,
                "ok": control.ok,
            }
            for control in conclusions.controls
        ],
        "doubts": words.doubts(conclusions.doubts, conclusions.flags),
        "explanations": [
            {
                "slug": explained.cell.slug,
                "pattern": explained.pattern.name,
                "title": explained.pattern.title,
                "evidence": explained.evidence,
                "cause": explained.pattern.cause,
                "remedy": explained.pattern.remedy,
            }
            for explained in conclusions.explained
        ],
        "older_servers": list(older_servers(run)),
        "precision": _precision_data(reached) if reached else None,
        "machine_speed": conclusions.speed,
        "ratio_change_percent": conclusions.ratio_change_percent,
        "cells": [_cell_data(summary) for summary in conclusions.summaries],
        "failures": list(run.failures),
        "problems": list(run.problems),
    }


def _services(summaries: Iterable[Summary]) -> list[str]:
    """How busy what servers talked to was, a sentence a scenario."""
    uses: dict[str, list[ServiceUse]] = {}
    for summary in summaries:
        if summary.services:
            uses.setdefault(summary.cell.scenario, []).extend(summary.services)
    return in_words(uses)


def _few_blocks(summaries: Iterable[Summary]) -> Iterator[str]:
    """Why levels have no interval, where that is for want of blocks."""
    few = {summary.n_blocks for summary in summaries if 0 < summary.n_blocks < BLOCKS_FOR_INTERVAL}
    if few:
        yield f"{fmt.no_interval(max(few)).capitalize()}."


def _comparisons(groups: Iterable[Group]) -> Iterator[str]:
    """Who is fastest on each server, in each workload; where nothing is ranked anywhere, once why."""
    groups = [group for group in groups if len(group.contenders) > 1]
    if len(groups) > 1 and all(group.contenders[0].tier is None for group in groups):
        yield max(groups, key=lambda group: group.n_blocks).sentence()
    else:
        for group in groups:
            size = fmt.counted(group.workload.connections, "connection")
            way = ", in turns" * group.workload.in_turns
            yield f"{group.scenario} on {group.server}, {size}{way}: {group.sentence()}"


def _group_data(group: Group) -> ComparisonJson:
    """One comparison; its ``rate_rps`` is None under closed load."""
    workload = group.workload
    return {
        "kind": group.kind,
        "metric": group.metric.name,
        "server": group.server,
        "interface": group.interface,
        "scenario": workload.scenario,
        "load": workload.load,
        "connections": workload.connections,
        "workers": workload.workers,
        "rate_rps": workload.rate_rps,
        "arrivals": workload.arrivals,
        "share": workload.share,
        "reuse": workload.reuse,
        "in_turns": workload.in_turns,
        "blocks": group.n_blocks,
        "sentence": group.sentence(),
        "smallest_difference_percent": group.separable_percent,
        "contenders": [
            {
                "slug": contender.cell.slug,
                "tier": contender.tier,
                "level": contender.level,
                "ratio": contender.ratio,
            }
            for contender in group.contenders
        ],
        "floors": [
            {"slug": floor.cell.slug, "level": floor.level, "ratio": floor.ratio} for floor in group.floors
        ],
        "missing": [{"slug": cell.slug, "reason": reason} for cell, reason in group.missing],
    }


def _precision_data(precision: Precision) -> PrecisionJson:
    return {
        "asked_percent": precision.asked_percent,
        "reached": precision.reached,
        "not_within_percent": {cell.slug: half for cell, half in precision.wide},
    }


def _cell_data(summary: Summary) -> RunCellJson:
    metrics: dict[str, MeasuredJson] = {
        name: {"level": metric.level} if metric.level else {"reason": metric.reason}
        for name, metric in summary.metric_summaries.items()
    }
    flags = {flag.name: count for flag, count in summary.flags}
    services = {
        use.name: {"busy": use.busy, "cpu_us_per_request": use.cpu_us_per_request} for use in summary.services
    }
    named = {
        "slug": summary.cell.slug,
        "trials": summary.n_trials,
        **({"services": services} if services else {}),
        **metrics,
        "flags": flags,
    }
    return cast("RunCellJson", named)  # metrics are declared elsewhere: report.views.json_types.RunCellJson


def _tables(summaries: tuple[Summary, ...]) -> Iterator[Table]:
    """One table a scenario and load, a row a stack and rate."""
    for _, same in groupby(sorted(summaries, key=_table_key), key=_table_key):
        part = list(same)
        is_open = part[0].cell.load != Load.CLOSED
        title = plain(f"{part[0].cell.scenario}: {_load(part[0].workload)}")
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        table.add_column("stack", no_wrap=True)
        if is_open:
            table.add_column("Offered, requests/s", justify="right", no_wrap=True)
        columns = _columns(part)
        for metric in columns:
            table.add_column(f"{metric.heading}, {metric.shown.unit}", justify="right", no_wrap=True)
        for summary in part:
            rate = [_offered(summary)] if is_open else []
            levels = [_level(summary.level(metric), metric.shown.factor) for metric in columns]
            cells = ["not measured"] if summary.gap else levels
            table.add_row(plain(summary.cell.stack), *rate, *cells)
        yield table


def _table_key(summary: Summary) -> tuple[str, Load, int, int, int, str, bool]:
    """What a table has in common, in an order; connections that are kept come first, and turns last."""
    cell = summary.cell
    load = cell.load, cell.connections, cell.reuse or 0, cell.workers
    return cell.scenario, *load, cell.python, summary.in_turns


def _load(workload: Workload) -> str:
    """The load that a table is about; rates stand in its rows."""
    if workload.load == Load.CLOSED:
        return words.load(workload)
    size, workers = fmt.counted(workload.connections, "connection"), words.servers_of(workload)
    return f"{workload.load} load, at most {size}, {workers}"


def _columns(summaries: Sequence[Summary]) -> tuple[Metric, ...]:
    """Columns of a table: without percentiles of latency that no cell has."""
    columns = columns_under(summaries[0].cell.load)
    return tuple(
        metric
        for metric in columns
        if not isinstance(metric.source, FromLatency) or any(summary.level(metric) for summary in summaries)
    )


def _offered(summary: Summary) -> str:
    rate = f"{summary.cell.rate_rps or 0:,g} {summary.cell.arrivals}"
    return f"{rate}, overloaded" if summary.overloaded else rate


def _level(level: Level | None, scale: float) -> str:
    """``4,200 [4,000-4,400]``; a dash says that the JSON and the report give the reason."""
    if level is None:
        return "-"
    value = _number(level.value * scale)
    if level.low is None or level.high is None:
        return value
    return f"{value} [{_number(level.low * scale)}-{_number(level.high * scale)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if 100 <= value < fmt.LARGEST else f"{value:.3g}"  # noqa: PLR2004 - three digits are enough
