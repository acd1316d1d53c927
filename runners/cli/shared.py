"""What several commands share: a selection, a run by its name, measuring until interrupted, the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

import results as recorded_types
from results.text import plain_lines
from runners.errors import PlanError

T = TypeVar("T")

if TYPE_CHECKING:
    from results.model import PlanKind, Run
    from results.store import Writer
    from runners.selection.matrix import Selection

NOT_MEASURED = 3
"""Exit code where something could not be measured, recorded or written."""
INTERRUPTED = 130
"""Exit code of a command that was ended by Ctrl-C, SIGTERM or SIGHUP, as shells have it for Ctrl-C."""
REFERENCE = "reference"
"""A folder of this name, or of one that begins with it and ``-``, holds a record that is kept to be compared
with. hotlap brings such records along."""
BROUGHT_ALONG = Path(recorded_types.__file__).parent
"""Folder of these."""


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


def find_run(name: str, results: Path, kinds: Collection[PlanKind]) -> Path:
    """Folder of a run by folder, file, name in ``results`` or ``latest``, the last one of ``kinds``.

    A reference run that is nowhere there is the one that hotlap brings along. Raises PlanError.
    """
    known = sorted(path.parent for path in results.glob("*/run.jsonl"))
    brought_along = [BROUGHT_ALONG / name] if is_reference(name) else []
    if name == "latest" and (last := _latest(known, kinds)):
        return last
    for path in (Path(name), Path(name).parent, results / name, *brought_along):
        if (path / "run.jsonl").is_file() and (path != Path(name).parent or Path(name).name == "run.jsonl"):
            return path
    there = ", ".join(path.name for path in known[-5:]) or "none"
    wanted = f" of kind {' or '.join(sorted(kinds))}" if name == "latest" else ""
    raise PlanError(
        f"no run {name!r}{wanted}; in {results}: {there}",
        remedy="name a run's folder, or --results where it is",
    )


def is_reference(name: str) -> bool:
    """Whether a folder of this name holds a record that is kept to be compared with."""
    return name.partition("-")[0] == REFERENCE and Path(name).name == name


def read_runs(names: Sequence[str], results: Path) -> dict[Path, Run]:
    """Runs by their folders, each once, to be shown on pages of one side; raises PlanError."""
    from results.model import PlanKind
    from results.store import read

    kinds = {PlanKind.RUN, PlanKind.COST, PlanKind.LIFECYCLE}
    recorded = {
        folder: read(folder) for folder in dict.fromkeys(find_run(name, results, kinds) for name in names)
    }
    for folder, run in recorded.items():
        if run.plan.pairings:
            raise PlanError(
                f"{folder.name} holds two sides, which a page of one would mix up",
                remedy=f"`hotlap compare {folder}`, or `hotlap gate --from {folder} --markdown FILE`",
            )
    return recorded


def tell_problems(runs: Iterable[Run]) -> None:
    """Say which lines of records could not be read, and exit with 3 where there are any."""
    problems = [f"{run.plan.name}: {problem}" for run in runs for problem in run.problems]
    for problem in problems:
        typer.echo(f"hotlap: {problem}", err=True)
    if problems:
        raise typer.Exit(NOT_MEASURED)


def _latest(folders: Sequence[Path], kinds: Collection[PlanKind]) -> Path | None:
    """The run of one of ``kinds`` that was planned last; what others are compared with is none."""
    from results.store import RecordError, read_plan

    planned: dict[Path, float] = {}
    for folder in folders:
        with suppress(RecordError):
            plan = read_plan(folder)
            if plan.kind in kinds and not is_reference(folder.name):
                planned[folder] = plan.created_unix_s
    return max(planned, key=lambda folder: (planned[folder], folder.name), default=None)


def is_default_of_file(context: typer.Context, option: str) -> bool:
    """Whether ``option`` was not given: its value is the default of pyproject.toml."""
    return getattr(context.get_parameter_source(option), "name", "") == "DEFAULT_MAP"


def run_and_close(run: Callable[[], None], writer: Writer) -> int:
    """Call ``run``, then close the record; the exit code of a run that was cut short, else 0.

    Whether it was interrupted or its record cannot be written any more: what was measured is kept, is shown,
    and may be gone on with.
    """
    from results.store import RecordError

    try:
        run()
    except KeyboardInterrupt:
        typer.echo("hotlap: interrupted; what was measured is kept", err=True)
        return INTERRUPTED
    except RecordError as error:
        complain(error.message, error.remedy)
        return NOT_MEASURED
    finally:
        writer.close()
    return 0


def complain(message: str, remedy: str = "", log_tail: str = "") -> None:
    """Say what went wrong and what to try, without anything that a terminal would obey."""
    typer.echo(plain_lines(f"hotlap: {message}"), err=True)
    if remedy:
        typer.echo(plain_lines(f"  try: {remedy}"), err=True)
    for line in log_tail.splitlines():
        typer.echo(plain_lines(f"  | {line}"), err=True)


def refuse_others(context: typer.Context, kept: Collection[str], message: str, remedy: str) -> None:
    """Raise PlanError, ``message`` followed by their names, where options other than ``kept`` were used."""
    refused = [
        "--" + name.strip("_").replace("_", "-")
        for name in context.params
        if name not in kept and getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if refused:
        raise PlanError(f"{message} {', '.join(refused)}", remedy=remedy)


def page_folder(run: Path, results: Path) -> Path:
    """Folder of the page of the run in the folder ``run``, unless asked otherwise: beside it.

    Of a run that hotlap brings along it is in ``results``, as no program writes among its own files.
    """
    return (results / run.name if run.parent == BROUGHT_ALONG else run) / "report"


def write_report(runs: list[Run], output: Path) -> Path:
    """Write the pages of ``runs`` into ``output``; the first page. Raises PlanError where they cannot be."""
    from report.page.build import build

    return write_output(output, lambda: build(runs, output))


def write_output(path: Path, write: Callable[[], T]) -> T:
    """What ``write``, which writes to ``path``, gives; raises PlanError where it cannot be written."""
    try:
        return write()
    except OSError as error:
        raise PlanError(
            f"{path} cannot be written: {error.strerror}",
            remedy="make room or name another place; the record itself is whole",
        ) from error
