"""``hotlap serve``: a stack for a run that is made elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from runners.cli.options import Apps, Host, Python, Scenarios, With, Workers
from runners.cli.shared import selection_of


def serve(
    framework: Annotated[str, typer.Option("--framework", "-f", help="Framework to serve.")],
    server: Annotated[str, typer.Option("--server", "-s", help="Server variant to serve it with.")],
    apps: Apps = None,
    scenario: Scenarios = None,
    workers: Workers = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Host = "127.0.0.1",
    python: Python = None,
    with_: With = None,
) -> None:
    """Start one stack and keep it until Ctrl-C, for load from elsewhere or a look by hand."""
    from runners.cli.progress import watcher
    from runners.experiments.options import QUICK, RunOptions
    from runners.experiments.serving import serve_stack
    from runners.selection.spread import Spread

    options = RunOptions(
        selection=selection_of([framework], [server], scenario, None, workers, False),
        timing=QUICK,
        apps=apps,
        pythons=tuple(python or ()),
        overrides=tuple(with_ or ()),
        spread=Spread(host=host),
    )
    serve_stack(options, port, watcher())
