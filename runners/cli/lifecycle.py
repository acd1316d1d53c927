"""``hotlap lifecycle``: how stacks start, idle, reload and stop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from runners.cli.options import Apps, Frameworks, Json, Python, Quick, Results, Servers, With
from runners.cli.shared import run_and_close, selection_of


def _probes() -> list[str]:
    from runners.experiments.lifecycle.catalogue import PROBES

    return list(PROBES)


Probes = Annotated[
    list[str] | None,
    typer.Option(
        "--probe",
        help="Glob over lifecycles, such as cold-start; may be repeated.",
        autocompletion=_probes,
    ),
]
Launches = Annotated[
    int | None,
    typer.Option(min=1, help="Records of each probe and stack; unless given 10 of cold-start, else 1."),
]
Soak = Annotated[float, typer.Option("--soak-s", min=1.0, help="Seconds that the probe soak asks.")]


def lifecycle(
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    probe: Probes = None,
    quick: Quick = False,
    launches: Launches = None,
    soak_s: Soak = 120.0,
    python: Python = None,
    with_: With = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Look at how stacks start, idle, reload and stop, each probe in fresh launches of its own.

    What is timed shares the machine with what asks, so a quiet machine is needed as it is for a run.
    """
    from runners.cli.progress import watcher
    from runners.experiments.lifecycle.lifecycle_run import new_lifecycle_run
    from runners.experiments.options import RunOptions, Timing

    options = RunOptions(
        selection=selection_of(framework, server, None, None, 1, quick),
        timing=Timing(blocks=launches or 0, warmup_s=0.0, window_s=0.0),
        apps=apps,
        pythons=tuple(python or ()),
        overrides=tuple(with_ or ()),
        command=tuple(sys.argv[1:]),
    )
    run = new_lifecycle_run(
        options, results, probes=tuple(probe or ()), repeats=launches, soak_s=soak_s, watcher=watcher()
    )
    cut_short = run_and_close(run.run, run.writer)
    _conclude(run.folder, cut_short, as_json=as_json)


def _conclude(folder: Path, cut_short: int, *, as_json: bool) -> None:
    """Say what was seen and where it is, and leave with the right code."""
    from report.views import lifecycle_terminal
    from results.store import read

    recorded = read(folder)
    shown = lifecycle_terminal.as_json if as_json else lifecycle_terminal.as_text
    typer.echo(shown(recorded, folder))
    if cut_short:
        typer.echo(f"what was seen is in {folder}", err=True)
        raise typer.Exit(cut_short)
    if recorded.failures:
        raise typer.Exit(3)
