"""Options that several commands share, with their help and their tab completion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runners.cli import suites


def _names(kind: str) -> list[str]:
    from runners.selection.discovery import discover

    return list(getattr(discover(), kind))


Frameworks = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        "-f",
        help="Glob over frameworks; may be repeated.",
        autocompletion=lambda: _names("frameworks"),
    ),
]
Apps = Annotated[
    Path | None,
    typer.Option(
        "--apps",
        metavar="DIR",
        file_okay=False,
        exists=True,
        resolve_path=True,
        help="Folder of app files (*_app.py, and locks/ as `hotlap lock --apps DIR` makes them); hotlap's "
        "own unless given.",
    ),
]
Servers = Annotated[
    list[str] | None,
    typer.Option(
        "--server",
        "-s",
        help="Glob over server variants; may be repeated.",
        autocompletion=lambda: _names("servers"),
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        "-c",
        help="Glob over scenarios; may be repeated.",
        autocompletion=lambda: _names("scenarios"),
    ),
]
Connections = Annotated[
    list[int] | None,
    typer.Option(
        "--connections",
        "-n",
        min=1,
        help="Connections of the closed load; the most that an open one may use. May be repeated.",
    ),
]
Reuse = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Closed load: close a connection after so many requests and open another (1: after each). "
        "Kept unless given.",
    ),
]
Rates = Annotated[
    list[str] | None,
    typer.Option(
        "--rate",
        help="Open load: requests per second (500), a share of each stack's measured capacity (50%), "
        "`equal` (half of the slowest stack's capacity, for all), or `closed` (the closed load too). "
        "May be repeated.",
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        "--slo",
        help="Instead of a recorded run, search the highest open rate that keeps to a limit, such as "
        "p99=50ms, by bisection over fresh launches (3, or --blocks).",
    ),
]
Arrivals = Annotated[
    str | None,
    typer.Option(
        help="How requests of an open load arrive: `poisson`, as users do who know nothing of each other, so "
        "that queues form at bursts; or `constant`, evenly spaced, whose waiting can be worked out. "
        "Poisson unless given.",
    ),
]
PairRates = Annotated[
    list[str] | None,
    typer.Option(
        "--rate",
        help="Open load, both sides at the same rate: requests per second (500), a share of what the base "
        "can serve (50%), or `closed` (the closed load too). May be repeated.",
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="Server worker processes, each on a CPU of its own.")]
Generators = Annotated[
    int, typer.Option(min=0, help="Load generator processes of this machine, each on a CPU of its own.")
]
Join = Annotated[
    int,
    typer.Option(min=0, help="Further generators to wait for: each a `hotlap worker` elsewhere."),
]
Listen = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Where these find this run; loopback unless given.")
]
Host = Annotated[str, typer.Option(help="Address that the server listens on; loopback unless given.")]
Url = Annotated[
    str | None,
    typer.Option(
        metavar="http://HOST:PORT",
        help="Measure the server that runs there (`hotlap serve`) and start none. Its CPU and memory are "
        "not measured then.",
    ),
]
Quick = Annotated[
    bool,
    typer.Option(
        "--quick",
        is_eager=True,
        callback=suites.of_quick,
        help="The quick matrix, short windows: minutes, not hours. Short for --suite quick.",
    ),
]
Protocol = Annotated[
    bool,
    typer.Option(
        "--protocol",
        help="Hold the servers against odd bytes, such as chunks, long heads and HTTP/2: who answers how.",
    ),
]
Suite = Annotated[
    str | None,
    typer.Option(
        "--suite",
        metavar="NAME",
        is_eager=True,
        callback=suites.of_name,
        help="A named set of options, such as `realtime`: hotlap's own and those of [tool.hotlap.suites]. "
        "Options that are given besides win over it.",
        autocompletion=suites.names,
    ),
]
Reference = Annotated[
    bool,
    typer.Option(
        "--reference",
        help="The reference stack, whose packages never change, lives in every heat: for histories over "
        "many runs.",
    ),
]
Blocks = Annotated[int | None, typer.Option(min=1, help="Blocks; 8 unless given.")]
Precision = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        max=100.0,
        help="Add blocks, as short as those of --quick, until every ratio to the best is within so many "
        "percent; --blocks is the limit.",
    ),
]
Duration = Annotated[
    float | None, typer.Option(min=0.05, help="Length of a trial, seconds: its turns or its window.")
]
Warmup = Annotated[float | None, typer.Option(min=0.05, help="Warm-up of a trial, seconds.")]
Heat = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Stacks at most that live at once and take turns; 12 unless given, fewer where memory is short.",
    ),
]
Results = Annotated[Path, typer.Option(help="Folder that runs are recorded in.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
Python = Annotated[
    list[str] | None,
    typer.Option(
        "--python",
        help="Interpreter of the stacks, one alone: a version such as 3.13, or a path. The fastest build of "
        "the newest version that all frameworks support unless given.",
    ),
]
Pythons = Annotated[
    list[str] | None,
    typer.Option(
        "--python",
        help="Interpreter of the stacks: a version such as 3.13, or a path; where repeated, each stack is "
        "measured on each. The fastest build of the newest version that all frameworks support unless given.",
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option("--with", help='Override a locked package, as "starlette==0.50.0"; may be repeated.'),
]
