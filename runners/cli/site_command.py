"""``hotlap site``: an index over recorded runs, with pages of their stacks and scenarios, and their data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Apps, Json, Results
from runners.cli.shared import read_runs, tell_problems, write_output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from report.page.site.layout import AppSource, Texts
    from runners.cli.json_types import SiteJson
    from runners.selection.frameworks import Framework

NO_PARQUET = "no Parquet was written: pip install 'hotlap[parquet]' for it; CSV and JSON lines are there"


def site(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the site.")] = Path("site"),
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
    site_runs = [SiteRun(run=run, record=folder / "run.jsonl") for folder, run in recorded.items()]
    pages = write_output(out, lambda: build_site(site_runs, out, _texts(apps)))
    data: SiteJson = {"site": str(pages[0]), "pages": len(pages), "parquet": has_parquet()}
    typer.echo(json.dumps(data) if as_json else str(pages[0]))
    if not has_parquet():
        typer.echo(f"hotlap: {NO_PARQUET}", err=True)
    tell_problems(recorded.values())


def _texts(apps: Path | None) -> Texts:
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
