"""What several commands share: a selection, a run by its name, measuring until interrupted, the report."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from runners.errors import PlanError

if TYPE_CHECKING:
    from results.model import Run
    from results.store import Writer
    from runners.selection.matrix import Selection


def selection_of(
    framework: list[str] | None,
    server: list[str] | None,
    scenario: list[str] | None,
    connections: list[int] | None,
    workers: int,
    quick: bool,
) -> Selection:
    """The cells that the options of a command ask for."""
    from runners.selection.matrix import Selection

    return Selection(
        frameworks=tuple(framework or ()),
        servers=tuple(server or ()),
        scenarios=tuple(scenario or ()),
        connections=tuple(connections or ()),
        workers=workers,
        quick=quick,
    )


def find_run(name: str, results: Path) -> Path:
    """Folder of a run by folder, file, name in ``results`` or ``latest``; raises PlanError."""
    known = sorted(path.parent for path in results.glob("*/run.jsonl"))
    if name == "latest" and known:
        return known[-1]
    for path in (Path(name), Path(name).parent, results / name):
        if (path / "run.jsonl").is_file() and (path != Path(name).parent or Path(name).name == "run.jsonl"):
            return path
    there = ", ".join(path.name for path in known[-5:]) or "none"
    raise PlanError(
        f"no run {name!r}; in {results}: {there}", remedy="name a run's folder, or --results where it is"
    )


def run_and_close(run: Callable[[], None], writer: Writer) -> bool:
    """Call ``run``, then close the record; whether it was interrupted, which keeps what was measured."""
    try:
        run()
    except KeyboardInterrupt:
        return True
    finally:
        writer.close()
    return False


def refuse_others(context: typer.Context, kept: Collection[str], message: str, remedy: str) -> None:
    """Raise PlanError, ``message`` followed by their names, where options other than ``kept`` were used."""
    refused = [
        "--" + name.strip("_").replace("_", "-")
        for name in context.params
        if name not in kept and getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if refused:
        raise PlanError(f"{message} {', '.join(refused)}", remedy=remedy)


def write_report(runs: list[Run], output: Path) -> Path:
    """Write the site of ``runs`` into ``output``; its first page."""
    from report.page.build import build

    return build(runs, output)
