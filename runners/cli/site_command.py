"""``hotlap site``: an index over recorded runs, with pages of their stacks and scenarios, and their data.

With ``--add`` the runs are added to a site that is there already, as whoever publishes every night wants it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from results.text import plain
from runners.cli.options import Apps, Json, Results
from runners.cli.shared import read_runs, tell_problems, write_output
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from report.page.site.grow import Growth
    from report.page.site.layout import AppSource, Texts
    from runners.cli.json_types.pages import SiteAddJson, SiteJson
    from runners.selection.frameworks import Framework

NO_PARQUET = "no Parquet was written: pip install 'hotlap[parquet]' for it; CSV and JSON lines are there"
MB = 1_000_000


def site(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the site.")] = Path("site"),
    add: Annotated[
        bool,
        typer.Option(
            "--add",
            help="Add the runs to the site that is in DIR. They become its newest: all others keep page and "
            "record, and lose their further pages.",
        ),
    ] = False,
    limit_mb: Annotated[
        int,
        typer.Option(
            "--limit-mb",
            min=1,
            help="With --add: megabytes that the site may take. The oldest pages make room, then the oldest "
            "records.",
        ),
    ] = 500,
    apps: Apps = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write a site of recorded runs, their stacks, scenarios and data, and print where it is.

    Any two stacks stand side by side on a page of their own. Runs of `hotlap cost` and `hotlap lifecycle` are
    shown within the pages of the others. Every page works from disk and asks nothing of anyone.
    """
    from report.page.data_files import has_parquet
    from report.page.site.write import SiteRun, build_site

    recorded = read_runs(runs, results)
    if add:
        growth = add_to_site([*recorded], out, apps=apps, limit_mb=limit_mb)
        for line in growth_lines(growth, limit_mb):
            typer.echo(f"hotlap: {plain(line)}", err=True)
        typer.echo(json.dumps(_growth_json(growth)) if as_json else str(growth.index))
    else:
        site_runs = [SiteRun(run=run, record=folder / "run.jsonl") for folder, run in recorded.items()]
        pages = write_output(out, lambda: build_site(site_runs, out, texts_of(apps)))
        data: SiteJson = {"site": str(pages[0]), "pages": len(pages), "parquet": has_parquet()}
        typer.echo(json.dumps(data) if as_json else str(pages[0]))
    if not has_parquet():
        typer.echo(f"hotlap: {NO_PARQUET}", err=True)
    tell_problems(recorded.values())


def add_to_site(
    folders: Sequence[Path], out: Path, *, apps: Path | None = None, limit_mb: int = 500
) -> Growth:
    """Add the runs in ``folders`` to the site in ``out``.

    Raises PlanError where it cannot be written, or where these runs alone take more than ``limit_mb``.
    """
    from report.page.site.grow import add_runs

    growth = write_output(out, lambda: add_runs(folders, out, texts_of(apps), most_bytes=limit_mb * MB))
    if growth.total_bytes > limit_mb * MB:
        raise PlanError(
            f"{out} takes {growth.total_bytes / MB:,.1f} MB by its newest runs alone, of {limit_mb} MB",
            remedy="add fewer runs at once, or raise --limit-mb",
        )
    return growth


def growth_lines(growth: Growth, limit_mb: int) -> Iterator[str]:
    """What became of the site: its size, whose pages were made, what went, what cannot be shown."""
    from report import fmt

    waiting = f", {growth.waiting} more of other code wait until the next time" if growth.waiting else ""
    yield f"{fmt.counted(growth.runs, 'run')}, {growth.total_bytes / MB:,.1f} MB of {limit_mb} MB"
    yield f"pages of {fmt.counted(growth.made, 'run')} were made{waiting}"
    yield from growth.gone
    yield from growth.aside


def _growth_json(growth: Growth) -> SiteAddJson:
    return {
        "site": str(growth.index),
        "runs": growth.runs,
        "made": growth.made,
        "waiting": growth.waiting,
        "gone": list(growth.gone),
        "aside": list(growth.aside),
        "total_bytes": growth.total_bytes,
    }


def texts_of(apps: Path | None) -> Texts:
    """What hotlap's own files, and those of the apps, say of what was measured."""
    from report.page.site.layout import Texts
    from runners.selection.discovery import discover

    parts = discover(apps)
    return Texts(
        sources={name: _source(framework) for name, framework in parts.frameworks.items()},
        scenarios={name: scenario.title for name, scenario in parts.scenarios.items()},
    )


def _source(framework: Framework) -> AppSource:
    from report.page.site.layout import AppSource

    return AppSource(
        files={path.name: path.read_text(encoding="utf-8") for path in _files(framework)},
        documentation=framework.documentation,
    )


def _files(framework: Framework) -> Iterable[Path]:
    """The app's file, then its companions, which begin with its name and are no app of their own."""
    from runners.selection.frameworks import APP_SUFFIX

    stem = framework.path.name.removesuffix(APP_SUFFIX)
    yield framework.path
    for path in sorted(framework.path.parent.glob(f"{stem}_*.py")):
        if not path.name.endswith(APP_SUFFIX):
            yield path
