"""What was counted, on a terminal and as JSON: levels, layers, what single things cost, reasons for gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.table import Table

from report.analysis.contenders import is_floor
from report.analysis.costs import Costs, summarise_costs
from report.analysis.flames import FlameGraph
from report.analysis.layers import Count, Layers, Step
from report.analysis.older_servers import older_servers
from report.analysis.prices import PriceList
from report.analysis.shares import Shares
from report.analysis.titles import titles_of
from report.analysis.twins import Twin
from report.fmt import counted
from report.views import cost_words, price_words
from report.views.json_types.cost import (
    CostCellJson,
    CostJson,
    CostLayersJson,
    CostPriceListJson,
    CostSharesJson,
    CostStepJson,
    CostTwinJson,
    CountedJson,
)
from results.model import IN_PROCESS, Run
from results.text import plain, plain_lines

COST_TABLE_WIDTH = 200
"""Characters."""
COST_COLUMNS = ("instructions per request", "in process", "layer", "over", "spread", "repeats")
"""Heads of the columns of a table, behind that of the stack."""
PRICE_COLUMNS = ("addition", "instructions added per request", "of a request without")
"""The same of the price list."""


def as_text(run: Run, folder: Path, flames: Sequence[FlameGraph] = ()) -> str:
    """Table per scenario with levels and layers, what single things cost, shares, failures, the folder.

    ``flames`` are the flame graphs that were written.
    """
    run_costs, titles = summarise_costs(run), titles_of(run)
    console = Console(file=StringIO(), width=COST_TABLE_WIDTH, highlight=False, markup=False)
    for scenario in run_costs.scenarios:
        console.print(_table(run_costs, scenario, titles))
        console.print()
    for prices in run_costs.prices:
        console.print(plain(price_words.title(prices, titles)), style="bold", soft_wrap=True)
        console.print(_price_table(prices))
        console.print(price_words.loading(prices), end="\n\n", soft_wrap=True)
    for line in (
        *_twins(run_costs, titles),
        *_shares(run_costs),
        *_flames(flames),
        *_trouble(run, run_costs),
    ):
        console.print(plain_lines(line))
    for line in older_servers(run):
        console.print(plain(f"older server: {line}"), soft_wrap=True)
    console.print(plain(cost_words.sentence([run_costs], titles)))
    console.print(plain(cost_words.scope([run_costs])))
    console.print(
        f"{counted(len(run.costs), 'count')} of {counted(len(run_costs.counts), 'cell')} in {folder}"
    )
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path, flames: Sequence[FlameGraph] = ()) -> str:
    """What was counted as one JSON object; a value that is missing has its reason beside it.

    ``flames`` are the flame graphs that were written.
    """
    run_costs = summarise_costs(run)
    data: CostJson = {
        "run": str(folder),
        "scope": cost_words.scope([run_costs]),
        "cells": [_cell_data(run_costs, count) for count in run_costs.counts],
        "layers": [_layers_data(group) for group in run_costs.layers],
        "twins": [_twin_data(twin, step) for twin, steps in run_costs.twins for step in steps],
        "shares": [_shares_data(shares) for shares in run_costs.shares],
        "older_servers": list(older_servers(run)),
        "failures": list(run.failures),
        "problems": [*run.problems, *run_costs.problems],
    }
    if run_costs.prices:
        data["prices"] = [_prices_data(prices) for prices in run_costs.prices]
    if flames:
        data["flame_graphs"] = list(flames)
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def _cell_data(run_costs: Costs, count: Count) -> CostCellJson:
    inside = run_costs.in_process(count.cell)
    return {
        "slug": count.cell.slug,
        **_level_data(count),
        "spread": count.spread,
        "by_repeat": list(count.by_repeat),
        "counter": count.counter or None,
        "tool": count.tool or None,
        "interpreter": count.build or None,
        "in_process": inside.cell.slug if inside else None,
    }


def _level_data(counted: Count | Step) -> CountedJson:
    """The level or, where there is none, its reason too."""
    if counted.level is None:
        return {"instructions_per_request": None, "reason": counted.reason}
    return {"instructions_per_request": counted.level}


def _shares_data(shares: Shares) -> CostSharesJson:
    data: CostSharesJson = {
        "cell": shares.cell.slug,
        "side": shares.side,
        "by": shares.by,
        "shares": dict(shares.shares),
        "tool": shares.tool,
        "python": shares.python,
    }
    if shares.samples is not None:
        data["samples"] = shares.samples
    return data


def _layers_data(group: Layers) -> CostLayersJson:
    steps = [_step_data(step) for step in group.steps]
    data: CostLayersJson = {
        "scenario": group.scenario,
        "server": group.server,
        "interface": group.interface,
        "steps": steps,
    }
    if group.python:
        data["python"] = group.python
    return data


def _step_data(step: Step) -> CostStepJson:
    over = step.over.cell.slug if step.over else None
    return {"slug": step.count.cell.slug, "over": over, **_level_data(step)}


def _twin_data(twin: Twin, step: Step) -> CostTwinJson:
    return {"thing": twin.thing, **_step_data(step)}


def _prices_data(prices: PriceList) -> CostPriceListJson:
    cell = prices.without.cell
    return {
        "framework": cell.framework,
        "server": cell.server,
        "interface": cell.interface,
        "without": _level_data(prices.without),
        "prices": [
            {"addition": price.addition, "share": price.share, **_step_data(price.step)}
            for price in prices.prices
        ],
        "under_load": prices.command,
    }


def _table(run_costs: Costs, scenario: str, titles: Mapping[str, str]) -> Table:
    table = Table(title=scenario, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("stack", no_wrap=True)
    for name in COST_COLUMNS:
        table.add_column(name, justify="left" if name == "over" else "right")
    for group in run_costs.layers:
        if group.scenario == scenario:
            for step in group.steps:
                table.add_row(step.count.cell.stack, *_row(run_costs, step, titles))
    return table


def _price_table(prices: PriceList) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in PRICE_COLUMNS:
        table.add_column(name, justify="left" if name == PRICE_COLUMNS[0] else "right")
    for price in prices.prices:
        table.add_row(price.addition, _difference_text(price.step), price_words.share(price))
    return table


def _row(run_costs: Costs, step: Step, titles: Mapping[str, str]) -> tuple[str, ...]:
    count = step.count
    spread = f"{100 * count.spread:.2f}%" if count.spread is not None else ""
    return (
        _count_text(count),
        _in_process_text(run_costs, count),
        *_layer_texts(step, titles),
        spread,
        str(len(count.by_repeat) or ""),
    )


def _in_process_text(run_costs: Costs, count: Count) -> str:
    if count.cell.server == IN_PROCESS:
        return ""
    inside = run_costs.in_process(count.cell)
    return _count_text(inside) if inside else "not planned"


def _count_text(count: Count) -> str:
    if count.level is None:
        return count.reason
    return f"{cost_words.number(count.level.value)} {cost_words.interval(count.level)}"


def _layer_texts(step: Step, titles: Mapping[str, str]) -> tuple[str, str]:
    """What a step adds, or why that is not known, and what it stands on."""
    if is_floor(step.count.cell):
        return "the floor", ""
    return _difference_text(step), cost_words.below(step, titles)


def _difference_text(step: Step) -> str:
    if step.level is None:
        return step.reason
    return f"{cost_words.signed(step.level.value)} {cost_words.interval(step.level)}"


def _twins(run_costs: Costs, titles: Mapping[str, str]) -> Iterator[str]:
    for twin, steps in run_costs.twins:
        for step in steps:
            cell = step.count.cell
            name = titles.get(cell.framework, cell.framework)
            where = cost_words.on(cell.server, cell.python)
            both = f"{twin.scenario} over {twin.without}"
            yield f"{twin.thing} ({both}), {name} {where}: {_difference_text(step)}"


def _shares(run_costs: Costs) -> Iterator[str]:
    for cost_shares in run_costs.shares:
        parts = sorted(cost_shares.shares.items(), key=lambda pair: (-pair[1], pair[0]))
        listed = ", ".join(f"{name} {100 * share:.1f}%" for name, share in parts)
        samples = "" if cost_shares.samples is None else f" of {cost_shares.samples:,} samples"
        yield f"where it goes, {cost_shares.cell.slug}, by {cost_shares.by}{samples}: {listed}"


def _flames(flames: Sequence[FlameGraph]) -> Iterator[str]:
    for flame in flames:
        yield f"flame graph, {flame.cell}: {flame.file}"


def _trouble(run: Run, run_costs: Costs) -> Iterator[str]:
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        yield f"FAILED {name} ({failure.stage}): {failure.message}"
    for problem in (*run.problems, *run_costs.problems):
        yield f"RECORD {problem}"
