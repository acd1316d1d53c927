"""``hotlap report``: the static page of recorded runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Json, Results
from runners.cli.shared import page_folder, read_runs, tell_problems, write_output, write_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from results.model import Run
    from runners.cli.json_types import ReportJson


def report_(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the page; else beside the run.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="File for the answers as Markdown.")] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write the static page of recorded runs and print where it is."""
    recorded = read_runs(runs, results)
    page = write_report([*recorded.values()], output or page_folder(next(iter(recorded)), results))
    if markdown:
        _write_markdown(recorded.values(), markdown)
    data: ReportJson = {"report": str(page)}
    typer.echo(json.dumps(data) if as_json else str(page))
    tell_problems(recorded.values())


def _write_markdown(runs: Iterable[Run], path: Path) -> None:
    """Headline and cards of each run that timed load."""
    from report.analysis.answers.answers import find_answers
    from report.analysis.conclusions import UNTIMED, conclude
    from report.analysis.titles import titles_of
    from report.views.answers.markdown import as_markdown
    from results.files import write_whole

    timed = (run for run in runs if run.plan.kind not in UNTIMED)
    text = "\n".join(
        as_markdown(run.plan.name, find_answers(run, conclude(run)), titles_of(run)) for run in timed
    )
    write_output(path, lambda: write_whole(path, text))
