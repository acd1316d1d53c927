"""The verdict of a gate: judged from its record, printed, and written into the files asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import typer

from results.files import write_whole
from runners.cli.gate_options import WAIVERS
from runners.cli.shared import NOT_MEASURED, complain, find_run, write_output
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from report.analysis.gate.judgement import Judgement
    from report.analysis.two_sides.waivers import Waiver


def find_two_sides(name: str, results: Path) -> Path:
    """Folder of a run that has two sides; raises PlanError for another."""
    from results.model import PlanKind
    from results.store import read_plan

    two_sided = {PlanKind.GATE, PlanKind.COMPARE}
    folder = find_run(name, results, two_sided)
    kind = read_plan(folder).kind
    if kind not in two_sided:
        raise PlanError(
            f"{name} is a run of kind '{kind}': it has no two sides to be judged",
            remedy="name a run of `hotlap gate` or `hotlap compare`",
        )
    return folder


def read_waivers(path: Path | None) -> tuple[Waiver, ...]:
    """Waivers of ``path``, or of the usual file where it is there; raises PlanError for a bad one."""
    from report.analysis.two_sides.waivers import WaiverError, load

    if path is None and not WAIVERS.is_file():
        return ()
    try:
        return load(path or WAIVERS)
    except WaiverError as error:
        raise PlanError(str(error), remedy="mend the file of waivers; see docs/gate.md") from error


def must_be_writable(files: Mapping[str, Path | None]) -> None:
    """Try every output before measuring, so that a wrong path costs no quarter of an hour; creates none.

    A file is there once there is a verdict: an empty one would be taken for it.
    """
    for name, path in files.items():
        if path is not None:
            try:
                if path.exists():
                    path.open("a", encoding="utf-8").close()
                else:
                    TemporaryFile(dir=path.parent).close()
            except OSError as error:
                raise PlanError(
                    f"--{name.replace('_', '-')} {path}: {error.strerror}",
                    remedy="name a file in a folder that is there",
                ) from error


def conclude(
    folder: Path,
    waivers: tuple[Waiver, ...],
    files: Mapping[str, Path | None],
    *,
    strict: bool,
    as_json: bool,
    cut_short: int,
    memory: bool = False,
) -> None:
    """Judge what was recorded, write what was asked for, and leave with the verdict's code."""
    from report.analysis.gate.judge import judge
    from report.analysis.two_sides.tolerances import Tolerances
    from report.views.gate import outputs
    from results.store import read
    from runners.cli.flames import write_sides

    recorded = read(folder)
    flames = write_sides(recorded, folder)
    judgement: Judgement = replace(judge(recorded, waivers, Tolerances(memory=memory)), flames=flames)
    typer.echo(outputs.as_json(judgement) if as_json else outputs.as_text(judgement))
    typer.echo(f"recorded in {folder}; judge it again with: hotlap gate --from {folder}", err=True)
    missed = [name for name, path in files.items() if path and not _is_written(name, path, judgement)]
    if cut_short:
        raise typer.Exit(cut_short)
    raise typer.Exit(judgement.exit_code(strict) or (NOT_MEASURED if missed else 0))


def _is_written(name: str, path: Path, judgement: Judgement) -> bool:
    """Write one output whole; where it cannot be, say so and leave what was there."""
    from report.views.gate import outputs

    write = outputs.as_json if name == "json_file" else getattr(outputs, name)
    try:
        write_output(path, lambda: write_whole(path, write(judgement)))
    except PlanError as error:
        complain(error.message, error.remedy)
        return False
    return True
