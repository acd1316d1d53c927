"""``hotlap verify``: whether every stack keeps to the contract."""

from __future__ import annotations

import typer

from runners.cli.options import (
    Apps,
    Frameworks,
    Json,
    Protocol,
    Pythons,
    Quick,
    Scenarios,
    Servers,
    Suite,
    With,
    Workers,
)
from runners.cli.shared import selection_of


def verify(
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    workers: Workers = 1,
    suite: Suite = None,  # noqa: ARG001 - its callback took it
    quick: Quick = False,
    protocol: Protocol = False,
    python: Pythons = None,
    with_: With = None,
    as_json: Json = False,
) -> None:
    """Hold every stack against the contract, without load; exit 3 where one answers otherwise.

    With --protocol the servers alone, whatever the framework, against odd bytes.
    """
    from runners.cli import protocol_tables, verify_tables
    from runners.cli.progress import watcher
    from runners.experiments.inspection import verify_selection
    from runners.experiments.options import QUICK, RunOptions
    from runners.experiments.protocol import hold_servers

    selection = selection_of(framework, server, scenario, None, workers, quick)
    options = RunOptions(
        selection=selection,
        timing=QUICK,
        apps=apps,
        pythons=tuple(python or ()),
        overrides=tuple(with_ or ()),
    )
    if protocol:
        told = hold_servers(options, watcher())
        typer.echo(protocol_tables.as_json(told) if as_json else protocol_tables.as_text(told))
        raise typer.Exit(3 if told.failures else 0)
    inspection = verify_selection(options, watcher())
    typer.echo(verify_tables.as_json(inspection) if as_json else verify_tables.as_text(inspection))
    if inspection.failures:
        raise typer.Exit(3)
