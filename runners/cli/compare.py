"""``hotlap compare``: two recorded runs, or two sides measured now in interleaved launch pairs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import (
    Apps,
    Connections,
    Frameworks,
    Json,
    PairRates,
    Pythons,
    Results,
    Reuse,
    Scenarios,
    Servers,
    Workers,
)
from runners.cli.shared import find_run, is_default_of_file, run_and_close, selection_of
from runners.cli.sides import (
    Base,
    BaseFramework,
    BasePython,
    BaseRev,
    BaseServer,
    Duration,
    Head,
    HeadFramework,
    HeadPython,
    HeadRev,
    HeadServer,
    Pairs,
    Seed,
    pythons_of,
    rates_of,
    sides_of,
)
from runners.errors import PlanError

if TYPE_CHECKING:
    from report.analysis.two_sides.comparison import Compared
    from runners.experiments.pairs.options import PairOptions, SidesOptions

Where = Annotated[
    bool,
    typer.Option("--where", help="Of two runs of `cost --where`: flame graphs of what differs."),
]


def compare(
    context: typer.Context,
    runs: Annotated[
        list[str] | None, typer.Argument(help="Two recorded runs, base and head; none: measure now.")
    ] = None,
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    reuse: Reuse = None,
    rate: PairRates = None,
    workers: Workers = 1,
    duration: Duration = None,
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
    pairs: Pairs = None,
    seed: Seed = None,
    python: Pythons = None,
    where: Where = False,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Hold two sides against each other: ratios with intervals, of recorded runs or measured now.

    Measured now: launch pairs in balanced random order, at closed load unless a rate is given. The servers
    of a pair live at once and take turns of some 35 ms; where they cannot rest in that time, each has whole
    windows.
    """
    sides = sides_of(
        base=(base, base_python, base_rev, base_framework, base_server),
        head=(head, head_python, head_rev, head_framework, head_server),
    )
    if runs:
        _recorded(runs, sides, results, where=where, as_json=as_json)
        return
    if where:
        raise PlanError(
            "--where needs two runs of `hotlap cost --where`: what is compared now is timed, not sampled",
            remedy="name both runs, or use `hotlap gate --where`",
        )
    from runners.experiments.pairs.options import COUNTED_S, PAIRS, PairOptions

    selection = selection_of(framework, server, scenario, connections, workers, True)
    if reuse is not None and is_default_of_file(context, "rate"):
        rate = None
    options = PairOptions(
        sides=sides,
        selection=replace(selection, reuse=reuse),
        apps=apps,
        pairs=pairs or PAIRS,
        counted_s=duration or COUNTED_S,
        open_s=duration or COUNTED_S,
        rates=rates_of(rate, reuse),
        seed=seed,
        pythons=pythons_of(context, python, base_python, head_python),
        command=tuple(sys.argv[1:]),
    )
    _measure(options, results, as_json=as_json)


def _measure(options: PairOptions, results: Path, *, as_json: bool) -> None:
    """Measure two sides now, and show how they compare."""
    from runners.cli.policy import report_policy
    from runners.cli.progress import watcher
    from runners.experiments.pairs.comparison import new_comparison

    comparison = new_comparison(options, results, watcher=watcher(), policy=report_policy())
    cut_short = run_and_close(comparison.run, comparison.writer)
    _conclude(comparison.folder, cut_short, as_json=as_json)


def _recorded(names: list[str], sides: SidesOptions, results: Path, *, where: bool, as_json: bool) -> None:
    from report.analysis.two_sides.comparison import compare_sides
    from report.analysis.two_sides.two_runs import CompareError, compare_runs
    from results.model import PlanKind
    from results.store import read
    from runners.cli.flames import write_difference, write_sides
    from runners.experiments.pairs.options import SidesOptions

    if sides != SidesOptions():
        raise PlanError(
            "recorded runs are compared as they are: they take no options of sides",
            remedy="leave the runs out to measure two sides now",
        )
    kinds = {PlanKind.COMPARE, PlanKind.GATE} if len(names) == 1 else {PlanKind.RUN, PlanKind.COST}
    folders = [find_run(name, results, kinds) for name in names]
    recorded = [read(folder) for folder in folders]
    if len(recorded) == 1 and recorded[0].plan.pairings:
        flames = write_sides(recorded[0], folders[0]) if where else ()
        _show(replace(compare_sides(recorded[0]), flames=flames), as_json=as_json)
        return
    if len(recorded) != 2:  # noqa: PLR2004 - base and head
        raise PlanError(
            f"two runs are compared, not {len(folders)}", remedy="name base and head: hotlap compare A B"
        )
    try:
        compared = compare_runs(base=recorded[0], head=recorded[1])
    except CompareError as error:
        raise PlanError(str(error), remedy="see `hotlap compare --help` for what can be compared") from error
    flames = write_difference(recorded[0], recorded[1], folders[1]) if where else ()
    _show(replace(compared, flames=flames), as_json=as_json)


def _show(compared: Compared, *, as_json: bool) -> None:
    """Print what was compared; exit 3 where something of it could not be measured."""
    from report.views import comparison

    typer.echo(comparison.as_json(compared) if as_json else comparison.as_text(compared))
    if code := compared.exit_code():
        raise typer.Exit(code)


def _conclude(folder: Path, cut_short: int, *, as_json: bool) -> None:
    from report.analysis.two_sides.comparison import compare_sides
    from results.store import read

    recorded = read(folder)
    typer.echo(f"recorded in {folder}; show it again with: hotlap compare {folder}", err=True)
    if cut_short:
        raise typer.Exit(cut_short)
    _show(compare_sides(recorded), as_json=as_json)
    if recorded.failures:
        raise typer.Exit(3)
