"""``hotlap compare``: two recorded runs, or two sides measured now in interleaved launch pairs."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.sides import (
    Base,
    BaseFramework,
    BasePython,
    BaseRev,
    BaseServer,
    Head,
    HeadFramework,
    HeadPython,
    HeadRev,
    HeadServer,
    Pairs,
    Seed,
)
from runners.errors import PlanError
from runners.options import Connections, Frameworks, Json, Python, Results, Scenarios, Servers

if TYPE_CHECKING:
    from runners.pairs.contest import Contest
    from runners.pairs.sides import SidesWish


def compare(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Two recorded runs, base and head; none: measure now.")
    ] = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    base: Base = None,
    head: Head = None,
    base_python: BasePython = None,
    head_python: HeadPython = None,
    base_rev: BaseRev = None,
    head_rev: HeadRev = None,
    base_server: BaseServer = None,
    head_server: HeadServer = None,
    base_framework: BaseFramework = None,
    head_framework: HeadFramework = None,
    pairs: Pairs = 8,
    seed: Seed = None,
    python: Python = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Hold two sides against each other: ratios with intervals, of recorded runs or measured now.

    Measured now: back-to-back launch pairs in balanced random order, at closed load; where both are one
    stack, both servers live at once and take windows of 0.25 s in turn.
    """
    from runners.pairs.sides import SidesWish, SideWish

    sides = SidesWish(
        base=SideWish(
            overrides=tuple(base or ()),
            python=base_python,
            revision=base_rev,
            framework=base_framework,
            server=base_server,
        ),
        head=SideWish(
            overrides=tuple(head or ()),
            python=head_python,
            revision=head_rev,
            framework=head_framework,
            server=head_server,
        ),
    )
    if runs:
        _recorded(runs, sides, results, as_json=as_json)
        return
    from report.flags import foreign
    from runners.cli.commands import selection_of
    from runners.pairs import contest
    from runners.pairs.prepare import PairWish
    from runners.progress import watcher
    from runners.signals import ending_as_interrupt

    with ending_as_interrupt():
        wish = PairWish(
            sides=sides,
            selection=selection_of(framework, server, scenario, connections, 1, True),
            pairs=pairs,
            seed=seed,
            python=python,
            command=tuple(sys.argv[1:]),
        )
        new = contest.new(wish, results, watcher=watcher(), disturbed=foreign)
        interrupted = sit(new)
    _conclude(new.folder, interrupted=interrupted, as_json=as_json)


def sit(contest: Contest) -> bool:
    """Whether the contest was interrupted; everything measured until then is kept."""
    try:
        contest.run()
    except KeyboardInterrupt:
        return True
    finally:
        contest.writer.close()
    return False


def _recorded(names: list[str], sides: SidesWish, results: Path, *, as_json: bool) -> None:
    from results.store import read
    from runners.cli.commands import find_run
    from runners.pairs.sides import SidesWish

    if sides != SidesWish():
        raise PlanError(
            "recorded runs are compared as they are: they take no options of sides",
            remedy="leave the runs out to measure two sides now",
        )
    folders = [find_run(name, results) for name in names]
    if len(folders) == 1 and (run := read(folders[0])).plan.kind in {"compare", "gate"}:
        show(import_module("report.compare").compare_sides(run), as_json=as_json)
        return
    if len(folders) != 2:  # noqa: PLR2004 - base and head
        raise PlanError(
            f"two runs are compared, not {len(folders)}", remedy="name base and head: hotlap compare A B"
        )
    base, head = (read(folder) for folder in folders)
    show(import_module("report.compare").compare_runs(base, head), as_json=as_json)


def show(compared: object, *, as_json: bool) -> None:
    """Print what was compared."""
    module = import_module("report.compare")
    typer.echo(module.as_json(compared) if as_json else module.as_text(compared))


def _conclude(folder: Path, *, interrupted: bool, as_json: bool) -> None:
    from results.store import read

    run = read(folder)
    show(import_module("report.compare").compare_sides(run), as_json=as_json)
    typer.echo(f"recorded in {folder}", err=True)
    if interrupted:
        typer.echo("interrupted; what was measured is kept", err=True)
        raise typer.Exit(130)
    if run.failures:
        raise typer.Exit(3)
