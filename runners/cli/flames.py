"""Flame graphs, written beside a record; where they cannot be, that is said: the record itself is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runners.cli.shared import complain, write_output
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.analysis.flames import FlameGraph
    from report.page.flame.files import FlameFile
    from results.model import Run


def write_cells(run: Run, folder: Path) -> tuple[FlameGraph, ...]:
    """A flame graph of each cell that was sampled."""
    if not run.samples:
        return ()
    from report.analysis.costs import summarise_costs
    from report.analysis.titles import titles_of
    from report.page.flame.files import files_of

    return _write(files_of([summarise_costs(run)], titles_of(run)), folder)


def write_sides(run: Run, folder: Path) -> tuple[FlameGraph, ...]:
    """What differs between the two sides of ``run``, of each pairing that was sampled."""
    if not run.samples:
        return ()
    from report.page.flame.files import differences_of

    return _write(differences_of(run), folder)


def write_difference(base: Run, head: Run, folder: Path) -> tuple[FlameGraph, ...]:
    """What differs between two runs, of each cell that was sampled in both; where none was, that is said."""
    from report.page.flame.files import differences_of_two

    files = differences_of_two(base, head)
    if not files:
        names = f"{base.plan.name} and {head.plan.name}"
        complain(f"no cell was sampled in both {names}", "count both with `hotlap cost --where`")
    return _write(files, folder)


def _write(files: Sequence[FlameFile], folder: Path) -> tuple[FlameGraph, ...]:
    from report.page.flame.files import write

    try:
        return write_output(folder, lambda: write(files, folder))
    except PlanError as error:
        complain(error.message, error.remedy)
        return ()
