"""``hotlap list``: all that can be measured, the cells of a selection, and what a run of it would be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from runners.cli.options import (
    Apps,
    Blocks,
    Connections,
    Duration,
    Frameworks,
    Heat,
    Json,
    Precision,
    Pythons,
    Quick,
    Rates,
    Reference,
    Reuse,
    Scenarios,
    Servers,
    Suite,
    Warmup,
    Workers,
)
from runners.cli.shared import is_default_of_file, selection_of

PlanOption = Annotated[
    bool,
    typer.Option(
        "--plan",
        help="What a run with these options would be: cells, minutes, memory, what is left out and why.",
    ),
]


def list_(
    context: typer.Context,
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    reuse: Reuse = None,
    rate: Rates = None,
    workers: Workers = 1,
    suite: Suite = None,  # noqa: ARG001 - its callback took it
    quick: Quick = False,
    blocks: Blocks = None,
    precision: Precision = None,
    duration: Duration = None,
    warmup: Warmup = None,
    heat: Heat = None,
    reference: Reference = False,
    python: Pythons = None,
    plan: PlanOption = False,
    as_json: Json = False,
) -> None:
    """Show frameworks, servers, scenarios, suites, and the cells that a selection gives, or a run of it."""
    from runners.cli import list_tables, plan_tables, suites
    from runners.experiments.forecast import forecast
    from runners.experiments.options import RunOptions, timing
    from runners.selection import rates
    from runners.selection.discovery import discover
    from runners.selection.matrix import expand

    parts = discover(apps)
    selection = replace(selection_of(framework, server, scenario, connections, workers, quick), reuse=reuse)
    if not plan:
        matrix, named = expand(selection, parts), suites.known(Path.cwd())
        shown = list_tables.as_json if as_json else list_tables.as_text
        typer.echo(shown(matrix, parts, named.values()))
        return
    if is_default_of_file(context, "rate") and reuse is not None:
        rate = None
    options = RunOptions(
        selection=selection,
        apps=apps,
        timing=timing(
            quick=quick,
            blocks=blocks,
            warmup_s=warmup,
            window_s=duration,
            heat=heat,
            precision_percent=precision,
        ),
        seed=0,
        pythons=tuple(python or ()),
        rates=rates.parse(rate or ()),
        reference=reference,
    )
    ahead = forecast(options, parts)
    typer.echo(plan_tables.as_json(ahead) if as_json else plan_tables.as_text(ahead))
