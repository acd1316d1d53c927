"""``hotlap gate``: two sides measured and judged, or a recorded gate judged again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Frameworks, Json, Python, Results, Scenarios, Servers
from runners.cli.shared import find_run, refuse_given, sit
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
    sides_of,
)
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from report.analysis.gate.judgement import Judgement
    from report.analysis.two_sides.waivers import Waiver
    from runners.experiments.pairs.gate_cells import Globs
    from runners.experiments.pairs.planning import PairOptions
    from runners.experiments.pairs.sides import SidesOptions

WAIVERS = Path("perf-waivers.toml")
KEPT = {
    "from_",
    "markdown",
    "junit",
    "bencher",
    "action_benchmark",
    "waivers",
    "fail_on_inconclusive",
    "as_json",
    "results",
    "context",
}
"""Options that go with ``--from``: what was measured is not among them."""


def gate(
    context: typer.Context,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    cell: Annotated[
        list[str] | None,
        typer.Option(help="Glob over framework--server--scenario of cells to be counted; may be repeated."),
    ] = None,
    sentinel: Annotated[
        list[str] | None, typer.Option(help="The same of cells to be loaded; may be repeated.")
    ] = None,
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
    budget: Annotated[float, typer.Option(min=0.1, help="Minutes that may be used in all.")] = 15.0,
    cost: Annotated[
        bool, typer.Option("--cost/--no-cost", help="Count instructions (needs valgrind).")
    ] = True,
    load: Annotated[bool, typer.Option("--load/--no-load", help="Load the sentinels.")] = True,
    waivers: Annotated[
        Path | None, typer.Option(help=f"Regressions that are allowed; {WAIVERS} where it is there.")
    ] = None,
    fail_on_inconclusive: Annotated[
        bool, typer.Option("--fail-on-inconclusive", help="Exit 4 where a cell cannot be called fine.")
    ] = False,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the verdict as Markdown.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JUnit XML.")] = None,
    bencher: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as Bencher Metric Format.")
    ] = None,
    action_benchmark: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it for github-action-benchmark (customSmallerIsBetter)."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="RUN", help="Judge a recorded gate again, measuring nothing."),
    ] = None,
    seed: Seed = None,
    python: Python = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Judge whether the head is worse than the base: exit 0 fine, 1 regression, 3 could not measure.

    The cost tier counts instructions of all cells, the load tier screens the sentinels under load and
    confirms what looks worse on fresh launch pairs. Unless sides are named, the base are the apps where
    this branch left main, and the head those of the working tree.
    """
    files = {"markdown": markdown, "junit": junit, "bencher": bencher, "action_benchmark": action_benchmark}
    _must_be_writable(files)
    allowed = _waivers(waivers)
    if from_ is not None:
        refuse_given(
            context,
            KEPT,
            "--from judges what was recorded and takes no",
            "leave it out, or measure anew without --from",
        )
        folder, interrupted = _find(from_, results), False
    else:
        from runners.experiments.pairs.gate_cells import EVERYTHING, Globs
        from runners.experiments.pairs.planning import PairOptions
        from runners.selection import gate_defaults
        from runners.selection.discovery import discover

        if not cost and not load:
            raise PlanError("neither tier is left to be measured", remedy="leave out --no-cost or --no-load")
        sides = sides_of(
            base=(base, base_python, base_rev, base_framework, base_server),
            head=(head, head_python, head_rev, head_framework, head_server),
        )
        options = PairOptions(
            sides=_or_revisions(sides),
            selection=EVERYTHING,
            pairs=pairs,
            seed=seed,
            python=python,
            command=tuple(sys.argv[1:]),
            kind="gate",
        )
        parts = discover()
        counted, sentinels = gate_defaults.counted(parts), gate_defaults.sentinels(parts)
        globs = Globs(
            cells=tuple(cell or counted) if cost else (),
            sentinels=tuple(sentinel or sentinels) if load else (),
            declared=frozenset((*counted, *sentinels)) - {*(cell or ()), *(sentinel or ())},
            frameworks=tuple(framework or ()),
            servers=tuple(server or ()),
            scenarios=tuple(scenario or ()),
        )
        folder, interrupted = _measured(options, globs, budget, results)
    _conclude(folder, allowed, files, strict=fail_on_inconclusive, as_json=as_json, interrupted=interrupted)


def _measured(options: PairOptions, globs: Globs, budget: float, results: Path) -> tuple[Path, bool]:
    """Folder of a gate measured now, and whether it was interrupted."""
    from report.analysis.gate import decide
    from report.analysis.validity import foreign
    from runners.cli.progress import watcher
    from runners.experiments.counting import counters
    from runners.experiments.pairs import gate as gates
    from runners.processes.signals import ending_as_interrupt

    whole = gates.GateOptions(
        pairs=options,
        globs=globs,
        counter=counters.find() if globs.cells else None,
        budget_s=60 * budget,
    )
    decisions = gates.Decisions(
        cost_repeats=decide.cost_repeats, confirmations=decide.confirmations, disturbed=foreign
    )
    with ending_as_interrupt():
        made = gates.new(whole, results, watcher=watcher(), decisions=decisions)
        return made.folder, sit(made.run, made.comparison.writer)


def _or_revisions(sides: SidesOptions) -> SidesOptions:
    """``sides``; where none was named, the apps where this branch left main and those of the working tree."""
    from dataclasses import replace

    from runners.experiments.pairs.revision import WORKTREE, merge_base
    from runners.experiments.pairs.sides import SidesOptions

    if sides == SidesOptions():
        sides = replace(sides, base=replace(sides.base, revision=merge_base()))
    if sides.base.revision is not None and sides.head.revision is None:
        sides = replace(sides, head=replace(sides.head, revision=WORKTREE))
    return sides


def _find(name: str, results: Path) -> Path:
    from results.store import read

    folder = find_run(name, results)
    kind = read(folder).plan.kind
    if kind not in {"gate", "compare"}:
        raise PlanError(
            f"{name} is a run of kind {kind!r}: it has no two sides to be judged",
            remedy="name a run of `hotlap gate` or `hotlap compare`",
        )
    return folder


def _waivers(path: Path | None) -> tuple[Waiver, ...]:
    """Waivers of ``path``, or of the usual file where it is there; read before anything is measured."""
    from report.analysis.two_sides.waivers import WaiverError, load

    if path is None and not WAIVERS.is_file():
        return ()
    try:
        return load(path or WAIVERS)
    except WaiverError as error:
        raise PlanError(str(error), remedy="mend the file of waivers; see docs/gate.md") from error


def _must_be_writable(files: Mapping[str, Path | None]) -> None:
    """Open every output before measuring, so that a wrong path costs no quarter of an hour."""
    for name, path in files.items():
        if path is not None:
            try:
                path.open("a", encoding="utf-8").close()
            except OSError as error:
                raise PlanError(
                    f"--{name.replace('_', '-')} {path}: {error.strerror}",
                    remedy="name a file in a folder that is there",
                ) from error


def _conclude(
    folder: Path,
    allowed: tuple[Waiver, ...],
    files: Mapping[str, Path | None],
    *,
    strict: bool,
    as_json: bool,
    interrupted: bool,
) -> None:
    """Judge what was recorded, write what was asked for, and leave with the verdict's code."""
    from report.analysis.gate.judging import judge
    from report.views.gate import outputs
    from results.store import read

    judgement: Judgement = judge(read(folder), allowed)
    for name, path in files.items():
        if path is not None:
            path.write_text(getattr(outputs, name)(judgement), encoding="utf-8")
    typer.echo(outputs.as_json(judgement) if as_json else outputs.as_text(judgement))
    typer.echo(f"recorded in {folder}; judge it again with: hotlap gate --from {folder}", err=True)
    if interrupted:
        typer.echo("interrupted; what was measured is kept", err=True)
        raise typer.Exit(130)
    raise typer.Exit(judgement.exit_code(strict))
