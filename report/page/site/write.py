"""Writes the site: an index over runs, and a folder of pages and data for each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from report.analysis.history.extract import extract_run
from report.analysis.history.extract_files import extract_folder, key_of, read_extracts, write_extracts
from report.page import data_files
from report.page.build import make_contexts, render_page, shown_runs, write_text
from report.page.compose import make_page
from report.page.context import Context
from report.page.flame import files as flame_files
from report.page.index import IndexRow, make_index
from report.page.model import Column, Page, Place, Section, SectionPart, Table, TableEntry, TableRow, entry
from report.page.names import safe_names
from report.page.site.data_page import RECORD, RECORD_SCHEMA, make_data_page
from report.page.site.history_page import PAGE
from report.page.site.layout import DATA, RUN, TWO, Layout, Texts, make_layout, places_from
from report.page.site.scenario_page import make_scenario_page
from report.page.site.stack_page import make_stack_page, sentence
from report.page.site.two_page import make_two_page
from report.page.site.write_history import write_history
from results.files import write_bytes_whole
from results.model import Run
from results.record_schema import record_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRun:
    """A run with the file that it was read from."""

    run: Run
    record: Path


def build_site(runs: Sequence[SiteRun], output: Path, texts: Texts) -> tuple[Path, ...]:
    """Write the site of ``runs`` into the folder ``output``; its pages, the index first.

    Runs that timed no load are shown within the pages of the others, where there are any. ``ValueError``
    where there is no run; OSError where a file cannot be written.
    """
    every_run = [site_run.run for site_run in runs]
    shown = shown_runs(every_run)
    records = {id(site_run.run): site_run.record for site_run in runs}
    folders = safe_names(run.plan.name for run in shown)
    rows: list[IndexRow] = []
    pages: list[Path] = []
    for context, folder in zip(make_contexts(every_run), folders, strict=True):
        own_records = [records[id(run)] for run in context.runs]
        written = write_run(context, own_records, output / folder, texts)
        pages += written.pages
        rows.append(written.row)
    return write_index(rows, output), output / PAGE, *pages


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRun:
    """What was written of a run."""

    page: Page
    """Its own page as it would stand alone, without links to the others."""
    pages: tuple[Path, ...]
    row: IndexRow


def write_run(context: Context, records: Sequence[Path], folder: Path, texts: Texts) -> WrittenRun:
    """Write every page of a run, and its data, into ``folder``; ``records`` are those of ``context.runs``."""
    run_page, layout = make_page(context), make_layout(context)
    pages = (
        *_write_pages(context, run_page, layout, folder, texts),
        _write_data(context, layout, records, folder),
    )
    flame_files.write(flame_files.files_of(context.costs, context.titles), folder)
    write_own_extracts(context, records, folder)
    return WrittenRun(page=run_page, pages=pages, row=_index_row(context, run_page, folder.name, layout))


def write_index(rows: Sequence[IndexRow], output: Path) -> Path:
    """Write the page that lists ``rows`` into the folder of the site, and that of their history."""
    folders = [(output / row.href).parent for row in rows]
    extracts = [own for folder in folders for own in read_extracts(folder) or (extract_folder(folder),)]
    write_history(extracts, output, {row.run.plan.name: row.href for row in rows})
    index = make_index(rows, places=(Place(label="History", href=PAGE),))
    return write_text(output / "index.html", render_page(index))


def _index_row(context: Context, run_page: Page, folder: str, layout: Layout) -> IndexRow:
    two = [Place(label="Any two stacks", href=f"{folder}/{TWO}")] if layout.has_two else []
    return IndexRow(
        run=context.run,
        href=f"{folder}/{RUN}",
        verdict=run_page.verdict,
        places=(*two, Place(label="Data", href=f"{folder}/{DATA}")),
    )


def _write_pages(
    context: Context, run_page: Page, layout: Layout, folder: Path, texts: Texts
) -> Iterator[Path]:
    """All pages of a run but that of its data."""
    two = make_two_page(context, run_page, layout)
    made = {
        RUN: replace(
            run_page,
            overview=tuple(_with_links(table, layout) for table in run_page.overview),
            sections=(*run_page.sections, _more(context, layout, texts)),
            places=places_from(layout),
        ),
        **({TWO: two} if two else {}),
        **{stack.page: make_stack_page(context, layout, stack, texts) for stack in layout.stacks},
        **{
            page: make_scenario_page(context, run_page, layout, scenario, texts)
            for scenario, page in layout.scenarios.items()
        },
    }
    for name, page in made.items():
        yield write_text(folder / name, render_page(page))


def _with_links(overview: Table, layout: Layout) -> Table:
    """A table of all stacks, whose names lead to their pages."""
    pages = {(stack.cell.framework, stack.variant): stack.page for stack in reversed(layout.stacks)}
    rows = []
    for row in overview.rows:
        name, variant, *values = row.entries
        linked = replace(name, link=pages.get((row.framework, variant.text), ""))
        rows.append(replace(row, entries=(linked, variant, *values)))
    return replace(overview, rows=tuple(rows))


def _more(context: Context, layout: Layout, texts: Texts) -> Section:
    """The way from a run's page to those of its stacks and scenarios."""
    return Section(
        anchor="more",
        short="Stacks and scenarios",
        question="What of one stack, or of one scenario?",
        parts=(
            SectionPart(tables=(_stacks_table(context, layout),)),
            SectionPart(tables=(_scenarios_table(layout, texts),)),
        ),
    )


def _stacks_table(context: Context, layout: Layout) -> Table:
    return Table(
        anchor="more-stacks",
        caption="Stacks, each with a page of its own",
        columns=(Column(label="Stack"), Column(label="In short")),
        rows=tuple(
            TableRow(
                framework=stack.cell.framework,
                entries=(TableEntry(text=stack.name, link=stack.page), entry(sentence(context, stack))),
            )
            for stack in layout.stacks
        ),
    )


def _scenarios_table(layout: Layout, texts: Texts) -> Table:
    return Table(
        anchor="more-scenarios",
        caption="Scenarios, each with a page of its own",
        columns=(Column(label="Scenario"), Column(label="What is asked")),
        rows=tuple(
            TableRow(
                entries=(
                    TableEntry(text=scenario, link=page),
                    entry(texts.scenarios.get(scenario, "not known")),
                )
            )
            for scenario, page in layout.scenarios.items()
        ),
    )


def _write_data(context: Context, layout: Layout, records: Sequence[Path], folder: Path) -> Path:
    """The records (the run's own first) and each table in every form, and the page that lists them."""
    files = {
        **{name: path.read_bytes() for name, path in zip(_record_names(context), records, strict=True)},
        RECORD_SCHEMA: f"{json.dumps(record_schema(), indent=2)}\n".encode(),
        **{name: text.encode(errors="replace") for name, text in data_files.texts(context).items()},
        **data_files.parquet_files(context),
    }
    for name, content in files.items():
        write_bytes_whole(folder / name, content)
    sizes = {name: len(content) for name, content in files.items()}
    return write_text(folder / DATA, render_page(make_data_page(context, layout, sizes)))


def write_own_extracts(context: Context, records: Sequence[Path], folder: Path) -> None:
    """Keep in ``folder`` what a history needs of the runs that are shown there, in place of their records."""
    told = context.conclusions
    summaries = (*told.summaries, *told.reference)
    extracts = [extract_run(run, summaries if run is context.run else None) for run in context.runs]
    write_extracts(folder, key_of(records), extracts)


def _record_names(context: Context) -> list[str]:
    """Names of the records of all that is shown, the run's own first."""
    return [RECORD, *(f"{name}.{RECORD}" for name in safe_names(run.plan.name for run in context.runs[1:]))]
