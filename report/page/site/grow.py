"""Adds runs to a site: records stay, a run's page is made once, and only the newest have further pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from report.page.build import make_contexts, render_page, write_text
from report.page.compose import make_page
from report.page.context import Context
from report.page.index import IndexRow
from report.page.model import Page, Place, Section, SectionPart
from report.page.site.data_page import RECORD
from report.page.site.intake import is_readable, remove_parts, take_in
from report.page.site.kept import (
    ALONE,
    KeptRun,
    Made,
    clear,
    digest_of,
    digest_of_file,
    read_kept,
    write_made,
)
from report.page.site.layout import ALL_RUNS, RUN, Texts
from report.page.site.room import make_room, size_of
from report.page.site.write import write_index, write_own_extracts, write_run
from results.model import Run
from results.store import LABEL, read, read_label

MOST_BYTES = 500_000_000
"""Of a site."""
MOST_RENEWED = 20
"""Pages of old runs that are made anew at once, where the code has changed: the others wait their turn."""
RECORD_SECTION = Section(
    anchor="data",
    short="The data",
    question="Where is the data?",
    answer="Beside this page lies the record, all that was measured: hotlap site makes every page and "
    "table of the run from it again.",
    parts=(SectionPart(link=RECORD),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What became of a site to which runs were added."""

    index: Path
    runs: int
    """Those that the index lists."""
    made: int
    """How many of their pages were made now."""
    waiting: int
    """How many were made by other code, or are not whole, and wait until they are made anew."""
    gone: tuple[str, ...]
    """What made room for the new runs, a sentence each."""
    aside: tuple[str, ...]
    """Folders whose record cannot be read, a sentence each."""
    total_bytes: int
    """Of all files."""


def add_runs(folders: Sequence[Path], site: Path, texts: Texts, *, most_bytes: int = MOST_BYTES) -> Growth:
    """Add the runs in ``folders`` to the site in the folder ``site``, which may be new, old, or torn.

    They become its newest: all others keep page and record, and lose their further pages. A page is made anew
    where it is not what its record and the code give. ``ValueError`` where there is no run; RecordError where
    one of ``folders`` holds none.
    """
    site.mkdir(parents=True, exist_ok=True)
    remove_parts(site)
    names = list(dict.fromkeys(take_in(folder, site) for folder in folders))
    new = _write_new(site, names, texts)
    kept, aside = read_kept(site)
    beside = {name for run in kept if run.made for name in run.made.beside}
    old = [run for run in kept if run.folder.name not in {*names, *beside}]
    renewed, waiting = _renew(old)
    index = write_index([*new, *map(_row, old)], site)
    if gone := make_room(site, old, most_bytes, names):
        old = [run for run in old if run.folder.is_dir()]
        write_index([*new, *map(_row, old)], site)
    return Growth(
        index=index,
        runs=len(new) + len(old),
        made=len(new) + renewed,
        waiting=waiting,
        gone=gone,
        aside=tuple(aside),
        total_bytes=size_of(site),
    )


def _write_new(site: Path, names: Iterable[str], texts: Texts) -> list[IndexRow]:
    """Write all pages of the runs in the folders ``names``; rows for the index."""
    runs = {name: read(site / name) for name in names}
    name_of = {id(run): name for name, run in runs.items()}
    for name in names:
        clear(site / name, {RECORD, LABEL})
    rows = []
    for context in make_contexts([*runs.values()]):
        own, *beside = (name_of[id(run)] for run in context.runs)
        written = write_run(context, [site / name / RECORD for name in (own, *beside)], site / own, texts)
        write_text(site / own / ALONE, render_page(alone(written.page)))
        write_made(site / own, _made(context, written.page, site / own, beside))
        rows.append(written.row)
    return rows


def _made(context: Context, page: Page, folder: Path, beside: Sequence[str]) -> Made:
    """How the page was made that is in ``folder`` now."""
    return Made(
        key=digest_of(folder, beside),
        page=digest_of_file(folder / RUN),
        alone=digest_of_file(folder / ALONE),
        verdict=page.verdict,
        blocks=len({trial.block for trial in context.run.trials}),
        beside=tuple(beside),
    )


def alone(page: Page) -> Page:
    """The page of a run that has no other page: it leads to all runs, and to its record."""
    sections = (section for section in page.sections if section.anchor != RECORD_SECTION.anchor)
    places = (Place(label="All runs", href=ALL_RUNS),)
    return replace(page, sections=(*sections, RECORD_SECTION), places=places)


def _renew(old: Iterable[KeptRun]) -> tuple[int, int]:
    """Leave of each run what stays, and make pages anew: how many were made, and how many wait.

    Those that are not whole come first, then the newest. What is not whole and waits is removed.
    """
    outdated = []
    for run in old:
        run.retire()
        if not run.is_current:
            outdated.append(run)
    outdated.sort(key=lambda run: run.is_whole)
    for run in outdated[:MOST_RENEWED]:
        _make_anew(run)
    waiting = outdated[MOST_RENEWED:]
    for run in waiting:
        if not run.is_whole:
            run.page.unlink(missing_ok=True)
    return len(outdated) - len(waiting), len(waiting)


def _make_anew(run: KeptRun) -> None:
    """Make the page of a run from the records that are there."""
    site = run.folder.parent
    beside = [name for name in (run.made.beside if run.made else ()) if is_readable(site / name)]
    context = next(make_contexts([read(site / name) for name in (run.folder.name, *beside)]))
    page = make_page(context)
    write_text(run.page, render_page(alone(page)))
    write_own_extracts(context, [site / name / RECORD for name in (run.folder.name, *beside)], run.folder)
    run.note(_made(context, page, run.folder, beside))


def _row(run: KeptRun) -> IndexRow:
    """A row of the index for an old run; where its page went, its record is left."""
    name = run.folder.name
    return IndexRow(
        run=Run(plan=run.plan, label=read_label(run.folder)),
        href=f"{name}/{RUN if run.page.is_file() else RECORD}",
        verdict=run.made.verdict if run.made else "its page is to be made",
        places=(Place(label="Data", href=f"{name}/{RECORD}"),),
        blocks=run.made.blocks if run.made else None,
    )
