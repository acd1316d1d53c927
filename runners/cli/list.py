"""``hotlap list``: frameworks, servers, scenarios, and the cells of a selection."""

from __future__ import annotations

import typer

from runners.cli.options import Apps, Connections, Frameworks, Json, Quick, Scenarios, Servers, Workers
from runners.cli.shared import selection_of


def list_(
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    workers: Workers = 1,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Show frameworks, servers, scenarios, and the cells that a selection gives."""
    from runners.cli import list_tables
    from runners.selection.discovery import discover
    from runners.selection.matrix import expand

    parts = discover(apps)
    matrix = expand(selection_of(framework, server, scenario, connections, workers, quick), parts)
    typer.echo(list_tables.as_json(matrix, parts) if as_json else list_tables.as_text(matrix, parts))
