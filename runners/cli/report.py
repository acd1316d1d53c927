"""``hotlap report``: recorded runs as pages, Markdown, JSON, or a badge."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from results.text import plain
from runners.cli.options import Json, Results
from runners.cli.shared import page_folder, read_runs, tell_problems, write_output
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from report.page.build import Shown
    from runners.cli.json_types.pages import ReportJson


class Format(StrEnum):
    """What is written."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


def report_(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the page, else beside the first run; of `md` and `json` the file, else standard "
            "output."
        ),
    ] = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="html|md|json",
            help="Pages, their answers as Markdown, or all that they say as JSON.",
        ),
    ] = Format.HTML,
    show: Annotated[bool, typer.Option("--open", help="Show the page in a browser.")] = False,
    badge: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File for an SVG of the first tier, for a README.")
    ] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write the page of recorded runs, merged where they may be, and print where it is.

    Runs of one machine, setup and set of packages that some stack joins, such as a floor that each of them
    measured, are one page; others have a page each, and the reason is told. Runs of `hotlap cost` and
    `hotlap lifecycle` are shown within the pages of the others.
    """
    from report.page.build import build_pages, merge_shown

    _refuse(form, show=show, as_json=as_json)
    recorded = read_runs(runs, results)
    shown = merge_shown([*recorded.values()])
    _tell(shown)
    if badge:
        _write_badge(shown, badge)
    if form != Format.HTML:
        _write_text(shown, form, output)
    else:
        folder = output or page_folder(next(iter(recorded)), results)
        page = write_output(folder, lambda: build_pages(shown, folder))
        typer.echo(json.dumps(_report_data(shown, page)) if as_json else str(page))
        if show:
            _open(page)
    tell_problems(recorded.values())


def _refuse(form: Format, *, show: bool, as_json: bool) -> None:
    """Raise PlanError for options that do not go together, and for --open without a browser."""
    if form != Format.HTML and (show or as_json):
        option = "--open" if show else "--json"
        raise PlanError(
            f"{option} is of pages, not of --format {form}", remedy=f"leave {option} out, or --format"
        )
    if show:
        _browser()


def _browser() -> Callable[[str], bool]:
    """What shows an address; PlanError where there is no browser."""
    import webbrowser

    try:
        return webbrowser.get().open
    except webbrowser.Error as error:
        raise PlanError(
            f"no browser can be opened: {error}",
            remedy="leave --open out and open the page that is printed, or name a browser in $BROWSER",
        ) from error


def _open(page: Path) -> None:
    """Show a page; PlanError where the browser does not start."""
    if not _browser()(page.resolve().as_uri()):
        remedy = f"open {page} by hand, or name another in $BROWSER"
        raise PlanError("the browser did not start", remedy=remedy)


def _tell(shown: Shown) -> None:
    """Say which runs are one page, and why others are apart."""
    from report.views.merged_words import runs

    lines = [f"one page of {runs(page)}" for page in shown.pages if page.sources]
    for line in (*lines, *shown.apart):
        typer.echo(plain(f"hotlap: {line}"), err=True)


def _report_data(shown: Shown, page: Path) -> ReportJson:
    names = [[source.name for source in merged.sources] or [merged.run.plan.name] for merged in shown.pages]
    return {"report": str(page), "pages": names, "apart": list(shown.apart)}


def _write_text(shown: Shown, form: Format, output: Path | None) -> None:
    """Markdown or JSON, to a file or standard output."""
    from report.page.export import as_json, as_markdown
    from results.files import write_whole

    text = as_json(shown) + "\n" if form == Format.JSON else as_markdown(shown)
    if output is None:
        typer.echo(text.encode(errors="replace").decode(), nl=False)
    else:
        write_output(output, lambda: write_whole(output, text))


def _write_badge(shown: Shown, path: Path) -> None:
    """PlanError where there are several pages, or none that timed load."""
    from report.views import merged_words
    from report.views.badge import as_badge
    from results.files import write_whole

    if len(shown.pages) > 1:
        raise PlanError("a badge is of one page, and these are several", remedy="name fewer runs")
    context = next(shown.contexts())
    if not context.timed:
        message = "a badge tells who serves most, and this run timed no load"
        raise PlanError(message, remedy="name another run")
    note = f" Made of {merged_words.runs(context.merged)}." if context.merged.sources else ""
    text = as_badge(context.run.plan, context.answers, context.titles, note)
    write_output(path, lambda: write_whole(path, text))
