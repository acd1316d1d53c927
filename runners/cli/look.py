"""``hotlap list`` and ``hotlap verify``: what there is, and whether it keeps to the contract."""

from __future__ import annotations

import typer

from runners.cli.options import (
    Connections,
    Frameworks,
    Json,
    Python,
    Quick,
    Scenarios,
    Servers,
    With,
    Workers,
)
from runners.cli.shared import selection_of


def list_(
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    workers: Workers = 1,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Show frameworks, servers, scenarios, and the cells that a selection gives."""
    from runners.cli import listing
    from runners.selection.discovery import discover
    from runners.selection.matrix import expand

    parts = discover()
    matrix = expand(selection_of(framework, server, scenario, connections, workers, quick), parts)
    typer.echo(listing.as_json(matrix, parts) if as_json else listing.as_text(matrix, parts))


def verify(
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    workers: Workers = 1,
    quick: Quick = False,
    python: Python = None,
    with_: With = None,
    as_json: Json = False,
) -> None:
    """Hold every stack against the contract, without load; exit 3 where one answers otherwise."""
    from runners.cli import listing
    from runners.cli.progress import watcher
    from runners.experiments.planning import QUICK, RunOptions
    from runners.experiments.run import check

    selection = selection_of(framework, server, scenario, None, workers, quick)
    options = RunOptions(selection=selection, timing=QUICK, python=python, overrides=tuple(with_ or ()))
    found = check(options, watcher())
    typer.echo(listing.inspection_json(found) if as_json else listing.inspection_text(found))
    if found.failures:
        raise typer.Exit(3)
