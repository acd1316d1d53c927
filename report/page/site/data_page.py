"""The page of a run's data: each file with what it holds, and each column with what it says."""

from __future__ import annotations

from collections.abc import Mapping

from report import fmt
from report.page.context import Context
from report.page.data_columns import DataTable, table_of
from report.page.data_tables import tables
from report.page.model import (
    Column,
    Page,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    table,
)
from report.page.site.layout import Layout, places_from

RECORD, RECORD_SCHEMA = "run.jsonl", "run.schema.json"
KINDS = {
    ".csv": "CSV with a head",
    ".columns.csv": "what the columns are, for CSV and Parquet",
    ".jsonl": "JSON lines",
    ".schema.json": "JSON Schema of a line",
    ".parquet": "Parquet",
}
"""What a file is, by the end of its name."""


def make_data_page(context: Context, layout: Layout, sizes: Mapping[str, int]) -> Page:
    """``sizes`` in bytes by name are those of the files that lie beside the page."""
    frames = tables(context)
    return Page(
        name=context.run.plan.name,
        kind="Data of run",
        verdict=f"The data of this run: {fmt.counted(len(sizes), 'file')}",
        hotlap=context.run.plan.environment.harness.get("hotlap", ""),
        sections=(
            *([_record_section(sizes)] if RECORD in sizes else []),
            *(_section(name, len(frame), sizes) for name, frame in frames.items()),
        ),
        places=places_from(layout),
    )


def _record_section(sizes: Mapping[str, int]) -> Section:
    files = [*(name for name in sizes if name.endswith(RECORD)), RECORD_SCHEMA]
    return Section(
        anchor="record",
        short="The record",
        question="What was recorded?",
        answer="The record is all that was measured, a line a fact; all of these pages are made of it.",
        parts=(SectionPart(tables=(_files("record", files, sizes),)),),
    )


def _section(name: str, rows: int, sizes: Mapping[str, int]) -> Section:
    described = table_of(name)
    files = [f"{name}{end}" for end in KINDS if f"{name}{end}" in sizes]
    return Section(
        anchor=name,
        short=name.capitalize(),
        question=f"What is in {name}?",
        answer=f"{fmt.counted(rows, 'row')}; a row is {described.row}.",
        parts=(SectionPart(tables=(_files(name, files, sizes), _columns(name, described))),),
    )


def _files(name: str, files: list[str], sizes: Mapping[str, int]) -> Table:
    return Table(
        anchor=f"{name}-files",
        caption=f"Files of {name}",
        columns=(
            Column(label="File"),
            Column(label="Holds"),
            Column(label="Size", unit="bytes", numeric=True),
        ),
        rows=tuple(
            TableRow(
                entries=(
                    TableEntry(text=file, link=file),
                    entry(_holds(name, file)),
                    TableEntry(text=f"{sizes[file]:,}", key=sizes[file]),
                )
            )
            for file in files
        ),
        sortable=False,
    )


def _holds(name: str, file: str) -> str:
    """What a file of a table is, or of the record."""
    if name == "record":
        return KINDS[".schema.json"] if file == RECORD_SCHEMA else KINDS[".jsonl"]
    return KINDS[file.removeprefix(name)]


def _columns(name: str, described: DataTable) -> Table:
    rows = [(column.name, column.kind, column.unit or "–", column.meaning) for column in described.columns]
    return table(f"{name}-columns", f"Columns of {name}", ("Column", "Kind", "Unit", "What it says"), rows)
