"""``hotlap gate``: two sides measured and judged, or a recorded gate judged again."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from runners.cli.gate_options import (
    ActionBenchmark,
    Bencher,
    Budget,
    CostCells,
    CostTier,
    From,
    JsonFile,
    Junit,
    LoadTier,
    Markdown,
    Memory,
    Sentinels,
    Strict,
    Waivers,
    Where,
)
from runners.cli.gate_verdict import conclude, find_two_sides, must_be_writable, read_waivers
from runners.cli.options import (
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
from runners.cli.shared import is_default_of_file, refuse_others, run_and_close
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
    from runners.experiments.pairs.gate_cells import Globs
    from runners.experiments.pairs.options import PairOptions, SidesOptions

BESIDE_FROM = {
    "from_",
    "json_file",
    "markdown",
    "junit",
    "bencher",
    "action_benchmark",
    "waivers",
    "fail_on_inconclusive",
    "memory",
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
    connections: Connections = None,
    reuse: Reuse = None,
    rate: PairRates = None,
    workers: Workers = 1,
    duration: Duration = None,
    cell: CostCells = None,
    sentinel: Sentinels = None,
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
    budget: Budget = 15.0,
    cost: CostTier = True,
    load: LoadTier = True,
    where: Where = False,
    memory: Memory = False,
    waivers: Waivers = None,
    fail_on_inconclusive: Strict = False,
    json_file: JsonFile = None,
    markdown: Markdown = None,
    junit: Junit = None,
    bencher: Bencher = None,
    action_benchmark: ActionBenchmark = None,
    from_: From = None,
    seed: Seed = None,
    python: Pythons = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Judge whether the head is worse than the base: exit 0 fine, 1 regression, 3 could not measure.

    The cost tier counts instructions of all cells, the load tier screens the sentinels under load and
    confirms what looks worse on fresh launch pairs. Unless sides are named, the base are the apps where
    this branch left main, and the head those of the working tree.
    """
    files = {
        "json_file": json_file,
        "markdown": markdown,
        "junit": junit,
        "bencher": bencher,
        "action_benchmark": action_benchmark,
    }
    must_be_writable(files)
    allowed = read_waivers(waivers)
    if from_ is not None:
        _refuse_beside_from(context)
        folder, cut_short = find_two_sides(from_, results), 0
    else:
        from results.model import PlanKind
        from runners.experiments.pairs.gate_cells import EVERYTHING, Globs
        from runners.experiments.pairs.open_load import GATE_RATES
        from runners.experiments.pairs.options import GATE_COUNTED_S, GATE_OPEN_S, GATE_PAIRS, PairOptions
        from runners.selection import gate_defaults
        from runners.selection.discovery import discover
        from runners.selection.rates import Rate

        if not cost and not load:
            raise PlanError("neither tier is left to be measured", remedy="leave out --no-cost or --no-load")
        sides = sides_of(
            base=(base, base_python, base_rev, base_framework, base_server),
            head=(head, head_python, head_rev, head_framework, head_server),
        )
        if reuse is not None and is_default_of_file(context, "rate"):
            rate = None
        asked = (Rate(kind="closed"), *rates_of(rate, reuse)) if rate else GATE_RATES
        options = PairOptions(
            sides=_or_revisions(sides),
            selection=replace(
                EVERYTHING,
                connections=tuple(connections or EVERYTHING.connections),
                workers=workers,
                reuse=reuse,
            ),
            pairs=pairs or GATE_PAIRS,
            counted_s=duration or GATE_COUNTED_S,
            open_s=duration or GATE_OPEN_S,
            rates=() if reuse is not None else tuple(dict.fromkeys(asked)),
            seed=seed,
            pythons=pythons_of(context, python, base_python, head_python),
            command=tuple(sys.argv[1:]),
            kind=PlanKind.GATE,
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
        folder, cut_short = _measure(options, globs, budget, results, memory=memory, where=where)
    conclude(
        folder,
        allowed,
        files,
        strict=fail_on_inconclusive,
        as_json=as_json,
        cut_short=cut_short,
        memory=memory,
    )


def _refuse_beside_from(context: typer.Context) -> None:
    refuse_others(
        context,
        BESIDE_FROM,
        "--from judges what was recorded and takes no",
        "leave it out, or measure anew without --from",
    )


def _measure(
    options: PairOptions, globs: Globs, budget: float, results: Path, *, memory: bool, where: bool
) -> tuple[Path, int]:
    """Folder of a gate measured now, and the exit code of one that was cut short, else 0."""
    from runners.cli.policy import report_policy
    from runners.cli.progress import watcher
    from runners.experiments.counting.counter import find_counter
    from runners.experiments.counting.sampler import find as find_sampler
    from runners.experiments.pairs.gate import GateOptions, new_gate

    whole = GateOptions(
        pairs=options,
        globs=globs,
        counter=find_counter() if globs.cells else None,
        sampler=find_sampler() if globs.cells and where else None,
        budget_s=60 * budget,
    )
    measured = new_gate(whole, results, watcher=watcher(), policy=report_policy(memory=memory))
    return measured.folder, run_and_close(measured.run, measured.comparison.writer)


def _or_revisions(sides: SidesOptions) -> SidesOptions:
    """``sides``; where none was named, the apps where this branch left main and those of the working tree."""
    from runners.experiments.pairs.options import SidesOptions
    from runners.experiments.pairs.revision import WORKTREE, merge_base

    if sides == SidesOptions():
        sides = replace(sides, base=replace(sides.base, revision=merge_base()))
    if sides.base.revision is not None and sides.head.revision is None:
        sides = replace(sides, head=replace(sides.head, revision=WORKTREE))
    return sides
