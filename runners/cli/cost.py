"""``hotlap cost``: instructions per request, counted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from runners.cli.options import (
    Apps,
    Frameworks,
    Json,
    Pythons,
    Quick,
    Results,
    Scenarios,
    Servers,
    Suite,
    With,
)
from runners.cli.shared import run_and_close, selection_of

InProcess = Annotated[
    bool, typer.Option("--in-process/--no-in-process", help="Count each app without a server too.")
]
Repeats = Annotated[int, typer.Option(min=1, help="Launches of each cell; the spread is theirs.")]
CounterName = Annotated[str, typer.Option(help="callgrind, or perf where the hardware counts.")]
Where = Annotated[
    bool,
    typer.Option("--where", help="Also a flame graph of each cell, of sampled stacks; needs py-spy."),
]


def cost(
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    suite: Suite = None,  # noqa: ARG001 - its callback took it
    quick: Quick = False,
    in_process: InProcess = True,
    repeats: Repeats = 2,
    counter: CounterName = "callgrind",
    where: Where = False,
    python: Pythons = None,
    with_: With = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Count user-space instructions per request, in lock-step on one connection; needs valgrind.

    Kernel work and waiting are not counted, and no quiet machine is needed.
    """
    from runners.cli.progress import watcher
    from runners.experiments.counting.cost_run import new_cost_run
    from runners.experiments.counting.counter import find_counter
    from runners.experiments.counting.sampler import find as find_sampler
    from runners.experiments.options import RunOptions, Timing

    options = RunOptions(
        selection=selection_of(framework, server, scenario, None, 1, quick),
        timing=Timing(blocks=repeats, warmup_s=0.0, window_s=0.0),
        apps=apps,
        pythons=tuple(python or ()),
        overrides=tuple(with_ or ()),
        command=tuple(sys.argv[1:]),
    )
    tool, sampler = find_counter(counter), find_sampler() if where else None
    shown = watcher()
    run = new_cost_run(options, results, counter=tool, in_process=in_process, sampler=sampler, watcher=shown)
    cut_short = run_and_close(run.run, run.writer)
    _conclude(run.folder, cut_short, as_json=as_json)


def _conclude(folder: Path, cut_short: int, *, as_json: bool) -> None:
    """Say what was counted and where it is, and leave with the right code."""
    from report.views import cost_terminal
    from results.store import read
    from runners.cli.flames import write_cells

    recorded = read(folder)
    flames = write_cells(recorded, folder)
    shown = cost_terminal.as_json if as_json else cost_terminal.as_text
    typer.echo(shown(recorded, folder, flames))
    if cut_short:
        typer.echo(f"what was counted is in {folder}", err=True)
        raise typer.Exit(cut_short)
    if recorded.failures:
        raise typer.Exit(3)
