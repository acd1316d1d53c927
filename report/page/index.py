"""The index over several runs: a row a run, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from report import fmt
from report.analysis.claims.claim import Evidence
from report.analysis.contenders import is_floor
from report.page.charts.look import assign_look
from report.page.model import (
    Column,
    Page,
    Place,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
)
from report.page.sections.parts import workers
from results.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A run within the index."""

    run: Run
    """Of which the plan and the label are shown."""
    href: str
    """Its page."""
    verdict: str
    """First sentence of its page."""
    places: tuple[Place, ...] = ()
    """Further pages of it."""
    blocks: int | None = None
    """Blocks with trials, where ``run`` was not read whole."""


def make_index(rows: Sequence[IndexRow], apart: Sequence[str] = (), places: tuple[Place, ...] = ()) -> Page:
    """The page that lists ``rows``, the newest run first; ``apart`` says why they are not fewer.

    ``places`` are further pages over all runs.
    """
    newest_first = sorted(rows, key=lambda row: (-row.run.plan.created_unix_s, row.href))
    return Page(
        name=fmt.counted(len(rows), "run"),
        kind="Site of",
        verdict=f"{fmt.counted(len(rows), 'recorded run')} of Python web stacks",
        hotlap=newest_first[0].run.plan.environment.harness.get("hotlap", ""),
        made_from="the records",
        places=places,
        sections=(
            Section(
                anchor="runs",
                short="Runs",
                question="What was measured, when, and what came out?",
                parts=(
                    SectionPart(tables=(_table(newest_first),)),
                    *(SectionPart(text=fmt.sentence(reason)) for reason in apart),
                ),
            ),
            *_workers([row.run for row in rows if row.run.trials]),
        ),
    )


def _workers(runs: Sequence[Run]) -> Iterator[Section]:
    """What more workers bring, where ``runs``, which have trials, differ in their number."""
    cells = [cell for run in runs for cell in run.plan.cells]
    frameworks = (cell.framework for cell in cells if not is_floor(cell))
    look = assign_look(frameworks, (cell.server for cell in cells))
    part = workers.part([Evidence(run) for run in runs], look)
    if part is not None:
        question = "What do more workers bring?"
        yield Section(anchor="workers", short="Workers", question=question, parts=(part,))


def _table(rows: Sequence[IndexRow]) -> Table:
    labels = tuple(dict.fromkeys(place.label for row in rows for place in row.places))
    return Table(
        anchor="runs-table",
        caption="Every run, the newest first",
        compact=True,
        columns=(
            Column(label="Run"),
            Column(label="What came out"),
            Column(label="Cells", numeric=True),
            Column(label="Blocks", numeric=True),
            Column(label="Machine"),
            *(Column(label=label) for label in labels),
        ),
        rows=tuple(_row(row, labels) for row in rows),
    )


def _row(row: IndexRow, labels: Sequence[str]) -> TableRow:
    """``labels`` are those of all pages beside those of runs."""
    links = {place.label: TableEntry(text=place.label, link=place.href) for place in row.places}
    plan = row.run.plan
    planned = fmt.moment(plan.created_unix_s, "%Y-%m-%d %H:%M UTC")
    machine = plan.environment.machine
    blocks = len({trial.block for trial in row.run.trials}) if row.blocks is None else row.blocks
    return TableRow(
        entries=(
            TableEntry(text=plan.name, detail=planned, link=row.href, key=plan.created_unix_s),
            entry(row.verdict),
            TableEntry(text=f"{len(plan.cells):,}", key=len(plan.cells)),
            TableEntry(text=f"{blocks:,}", key=blocks),
            TableEntry(
                text=f"{machine.cpu_model}, {fmt.counted(machine.logical_cpus, 'CPU')}", detail=row.run.label
            ),
            *(links.get(label) or gap("none") for label in labels),
        )
    )
