"""``hotlap report``: the static page of recorded runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Json, Results
from runners.cli.shared import read_runs, tell_problems, write_report

if TYPE_CHECKING:
    from runners.cli.json_types import ReportJson


def report_(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the page; else beside the run.")] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write the static page of recorded runs and print where it is."""
    recorded = read_runs(runs, results)
    page = write_report([*recorded.values()], output or next(iter(recorded)) / "report")
    data: ReportJson = {"report": str(page)}
    typer.echo(json.dumps(data) if as_json else str(page))
    tell_problems(recorded.values())
