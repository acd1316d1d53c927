"""``hotlap report``: the static site of recorded runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Json, Results
from runners.cli.shared import find_run, write_output, write_report
from runners.errors import PlanError

if TYPE_CHECKING:
    from results.model import Run
    from runners.cli.json_types import ReportJson


def report_(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the site; else beside the run.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="File for the answers as Markdown.")] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write the static site of recorded runs and print where it is."""
    from results.model import PlanKind
    from results.store import read

    folders = [find_run(name, results, {PlanKind.RUN, PlanKind.COST, PlanKind.LIFECYCLE}) for name in runs]
    recorded = [read(folder) for folder in folders]
    for name, run in zip(runs, recorded, strict=True):
        if run.plan.pairings:
            raise PlanError(
                f"{name} holds two sides, which a page of one would mix up",
                remedy=f"`hotlap compare {name}`, or `hotlap gate --from {name} --markdown FILE`",
            )
    page = write_report(recorded, output or folders[0] / "report")
    if markdown:
        _write_markdown(recorded, markdown)
    data: ReportJson = {"report": str(page)}
    typer.echo(json.dumps(data) if as_json else str(page))
    problems = [f"{run.plan.name}: {problem}" for run in recorded for problem in run.problems]
    for problem in problems:
        typer.echo(f"hotlap: {problem}", err=True)
    if problems:
        raise typer.Exit(3)


def _write_markdown(runs: list[Run], path: Path) -> None:
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
