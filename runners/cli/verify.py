"""``hotlap verify``: whether every stack keeps to the contract."""

from __future__ import annotations

import typer

from runners.cli.options import (
    Apps,
    Frameworks,
    Json,
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
    python: Pythons = None,
    with_: With = None,
    as_json: Json = False,
) -> None:
    """Hold every stack against the contract, without load; exit 3 where one answers otherwise."""
    from runners.cli import verify_tables
    from runners.cli.progress import watcher
    from runners.experiments.inspection import verify_selection
    from runners.experiments.options import QUICK, RunOptions

    selection = selection_of(framework, server, scenario, None, workers, quick)
    options = RunOptions(
        selection=selection,
        timing=QUICK,
        apps=apps,
        pythons=tuple(python or ()),
        overrides=tuple(with_ or ()),
    )
    inspection = verify_selection(options, watcher())
    typer.echo(verify_tables.as_json(inspection) if as_json else verify_tables.as_text(inspection))
    if inspection.failures:
        raise typer.Exit(3)
