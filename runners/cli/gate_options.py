"""Options of ``hotlap gate`` alone, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WAIVERS = Path("perf-waivers.toml")
"""File of waivers that is read where it is there and none is named."""

CostCells = Annotated[
    list[str] | None,
    typer.Option(
        "--cell", help="Glob over framework--server--scenario of cells to be counted; may be repeated."
    ),
]
Sentinels = Annotated[
    list[str] | None,
    typer.Option("--sentinel", help="The same of cells to be loaded; may be repeated."),
]
Budget = Annotated[float, typer.Option(min=0.1, help="Minutes that may be used in all.")]
CostTier = Annotated[bool, typer.Option("--cost/--no-cost", help="Count instructions (needs valgrind).")]
LoadTier = Annotated[bool, typer.Option("--load/--no-load", help="Load the sentinels.")]
Where = Annotated[
    bool,
    typer.Option("--where", help="Flame graphs of what grew in cells whose cost got worse; needs py-spy."),
]
Memory = Annotated[
    bool, typer.Option("--memory", help="More memory after load fails the gate; else it is only shown.")
]
Waivers = Annotated[
    Path | None, typer.Option(help=f"Regressions that are allowed; {WAIVERS} where it is there.")
]
Strict = Annotated[
    bool, typer.Option("--fail-on-inconclusive", help="Exit 4 where a cell cannot be called fine.")
]
Markdown = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the verdict as Markdown.")]
JsonFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JSON, as --json prints it.")]
Junit = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JUnit XML.")]
Bencher = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Bencher Metric Format.")]
ActionBenchmark = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write it for github-action-benchmark (customSmallerIsBetter)."),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="RUN", help="Judge a recorded gate again, measuring nothing."),
]
