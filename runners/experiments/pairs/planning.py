"""Before pairs are measured: both sides provisioned, their cells matched, and all of it in a plan."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import SystemRandom

from results.model import BASE, HEAD, Cell, Environment, Failure, NotApplicable, Pairing, Plan, Setup, Side
from runners.environments import cache
from runners.environments.interpreters import find
from runners.environments.overrides import parse
from runners.environments.provision import Provisioned
from runners.environments.resolution import concerned
from runners.environments.uv_tool import shown
from runners.errors import HotlapError, PlanError, ProvisionError
from runners.experiments.pairs.blocks import WINDOW_S, of_side
from runners.experiments.pairs.pairing import LaunchPair, MatchedCells, launch_order, launch_pairs, match
from runners.experiments.pairs.sides import SideParts, SidesOptions, resolve_sides
from runners.experiments.planning import QUICK, RunOptions, environments_of
from runners.experiments.progress import Watcher
from runners.machine import facts, placement
from runners.selection.matrix import CONNECTIONS, Matrix, Selection, expand

PAIRS = 8
"""Launch pairs of a cell unless asked otherwise."""
WARMUP_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """Everything that a comparison measured now is asked for."""

    sides: SidesOptions
    selection: Selection
    pairs: int = PAIRS
    seed: int | None = None
    python: str | None = None
    """Of both sides where they name none."""
    command: tuple[str, ...] = ()
    kind: str = "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Two sides ready to be measured."""

    plan: Plan
    sides: Mapping[str, SideParts]
    """By side."""
    environments: Mapping[str, Mapping[str, Provisioned]]
    """By side, then by framework."""
    failures: tuple[Failure, ...] = ()
    """What failed before anything was measured."""

    def loads(self) -> tuple[Pairing, ...]:
        """Pairings that are measured under load: those that are ready."""
        return tuple(
            pairing
            for pairing in self.plan.pairings
            if pairing.head.load == "closed" and ready(pairing, self.environments)
        )

    def launch_pairs(self) -> tuple[LaunchPair, ...]:
        """Launch pairs of a block."""
        return launch_pairs(self.loads(), self.sides[HEAD].parts.scenarios)


def prepare(options: PairOptions, watcher: Watcher) -> Prepared:
    """Plan, environments and early failures of a comparison.

    Raises PlanError where it makes no sense, ProvisionError where no pair is left to be measured.
    """
    facts.require_linux()
    found = resolve_sides(options.sides)
    matched = paired(options, found)
    return provisioned(options, found, matched.pairings, watcher, failures=missing(matched))


def provisioned(
    options: PairOptions,
    found: Mapping[str, SideParts],
    pairings: tuple[Pairing, ...],
    watcher: Watcher,
    *,
    failures: tuple[Failure, ...] = (),
    absent: tuple[NotApplicable, ...] = (),
    must: bool = True,
) -> Prepared:
    """Both sides of ``pairings`` with their environments, and their plan.

    Where nothing can be measured it raises ProvisionError if it ``must`` be; else the failures say so.
    """
    environments: dict[str, Mapping[str, Provisioned]] = {}
    for side, side_parts in found.items():
        cells = [pairing.base if side == BASE else pairing.head for pairing in pairings]
        environments[side], failed = _environments(options, side_parts, cells, watcher)
        failures += failed
    if must and not any(ready(pairing, environments) for pairing in pairings):
        raise ProvisionError(
            "nothing can be compared: " + "; ".join(dict.fromkeys(failure.message for failure in failures)),
            remedy=failures[0].remedy if failures else "",
            log_tail=failures[0].log_tail if failures else "",
        )
    pairings, same = _split(pairings, environments, watcher)
    plan = _plan(options, found, pairings, environments, (*absent, *same))
    return Prepared(plan=plan, sides=found, environments=environments, failures=failures)


def ready(pairing: Pairing, environments: Mapping[str, Mapping[str, Provisioned]]) -> bool:
    """Whether both sides have the environment that they need."""
    return pairing.base.framework in environments[BASE] and pairing.head.framework in environments[HEAD]


def paired(options: PairOptions, found: Mapping[str, SideParts]) -> MatchedCells:
    """Cells of both sides that are held against each other; raises PlanError where there is none."""
    apart = apart_of(options.sides)
    matrices = {side: _matrix(options.selection, side_parts) for side, side_parts in found.items()}
    matched = match(matrices[BASE].cells, matrices[HEAD].cells, apart=apart)
    if not matched.pairings:
        raise PlanError(
            "no cell of the base has its like at the head",
            remedy="choose servers that both frameworks run on, or give --base-server and --head-server",
        )
    return replace(matched, base_only=(), head_only=()) if apart else matched


def apart_of(sides: SidesOptions) -> frozenset[str]:
    """In what the cells of the two sides differ by intention: ``framework``, ``server``."""
    return frozenset(name for name in ("framework", "server") if getattr(sides.base, name) is not None)


def _matrix(selection: Selection, side_parts: SideParts) -> Matrix:
    options = side_parts.options
    chosen = replace(selection, connections=selection.connections or (CONNECTIONS,))
    if options.framework is not None:
        chosen = replace(chosen, frameworks=(options.framework,))
    if options.server is not None:
        chosen = replace(chosen, servers=(options.server,))
    try:
        return expand(chosen, side_parts.parts)
    except PlanError as error:
        error.message = f"{side_parts.side.name}: {error.message}"
        raise


def missing(matched: MatchedCells) -> tuple[Failure, ...]:
    """Cells that one side lacks: a failure where it is the head, which has lost them."""
    return tuple(
        Failure(
            stack=cell.stack,
            cell=cell,
            block=None,
            stage="plan",
            message=f"{HEAD}: {cell.slug} is there in the base and not in the head",
            remedy="put it back, or waive it",
            side=HEAD,
        )
        for cell in matched.base_only
    )


def _environments(
    options: PairOptions, side_parts: SideParts, cells: Iterable[Cell], watcher: Watcher
) -> tuple[Mapping[str, Provisioned], tuple[Failure, ...]]:
    """Environments of one side by framework, and the failures of what could not be installed."""
    cells, side, asked = tuple(cells), side_parts.side.name, side_parts.options
    known, python = side_parts.parts.frameworks, asked.python or options.python
    whole = RunOptions(selection=options.selection, timing=QUICK, python=python, overrides=asked.moved)
    watcher.say(f"{side}: {side_parts.side.title}")
    try:
        used = [known[name] for name in dict.fromkeys(cell.framework for cell in cells)]
        if asked.bare:
            concerned(used, tuple(map(parse, asked.bare)), find(python, cache.root()))
        environments, failures = environments_of(cells, known, whole, watcher)
    except HotlapError as error:
        error.message = f"{side}: {error.message}"
        raise
    records = {
        name: replace(each, record=replace(each.record, side=side)) for name, each in environments.items()
    }
    by_stack = {failure.stack: failure for failure in failures}
    return records, tuple(
        of_side(replace(by_stack[cell.stack], cell=cell), side)
        for cell in dict.fromkeys(cells)
        if cell.stack in by_stack
    )


def _split(
    pairings: tuple[Pairing, ...], environments: Mapping[str, Mapping[str, Provisioned]], watcher: Watcher
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...]]:
    """What is worth measuring, and what is the same on both sides; where all is, all of it is (A/A)."""
    alike = [pairing for pairing in pairings if _is_alike(pairing, environments)]
    names = ", ".join(dict.fromkeys(pairing.head.framework for pairing in alike))
    if len(alike) == len(pairings):
        watcher.say(f"{names}: base and head are the same, so what differs is noise (A/A)")
        return pairings, ()
    if alike:
        watcher.say(f"{names}: the same on both sides, not measured")
    same = tuple(NotApplicable(cell=pairing.head, reason="the same on both sides") for pairing in alike)
    return tuple(pairing for pairing in pairings if pairing not in alike), same


def _is_alike(pairing: Pairing, environments: Mapping[str, Mapping[str, Provisioned]]) -> bool:
    if pairing.base != pairing.head or not ready(pairing, environments):
        return False
    base, head = (environments[side][pairing.head.framework].record.key for side in (BASE, HEAD))
    return base == head


def _plan(
    options: PairOptions,
    found: Mapping[str, SideParts],
    pairings: tuple[Pairing, ...],
    environments: Mapping[str, Mapping[str, Provisioned]],
    absent: tuple[NotApplicable, ...],
) -> Plan:
    setup = _setup(options)
    loads = [pairing for pairing in pairings if pairing.head.load == "closed"]
    launches = launch_pairs(loads, found[HEAD].parts.scenarios)
    stage = "screen" if options.kind == "gate" else ""
    return Plan(
        name=time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{options.kind}",
        created_unix_s=time.time(),
        setup=setup,
        environment=Environment(
            machine=facts.machine(),
            harness=facts.harness_versions(),
            frameworks=tuple(each.record for side in environments.values() for each in side.values()),
        ),
        cells=tuple(pairing.head for pairing in pairings),
        not_applicable=absent,
        kind=options.kind,
        sides=tuple(_recorded(side_parts, environments[side]) for side, side_parts in found.items()),
        pairings=pairings,
        order=tuple(launch_order(launches, setup.seed, block, stage) for block in range(setup.blocks)),
    )


def _recorded(side_parts: SideParts, environments: Mapping[str, Provisioned]) -> Side:
    """The side with its overrides as its environments recorded them: no path, git with its commit."""
    overrides = dict.fromkeys(text for each in environments.values() for text in each.record.overrides)
    return replace(side_parts.side, overrides=tuple(overrides))


def _setup(options: PairOptions) -> Setup:
    server_cpus, generator_cpus = placement.choose_cpus(options.selection.workers, 1)
    return Setup(
        blocks=options.pairs,
        warmup_s=WARMUP_S,
        window_s=WINDOW_S,
        seed=SystemRandom().randrange(2**31) if options.seed is None else options.seed,
        server_cpus=server_cpus,
        generator_cpus=generator_cpus,
        command=tuple(shown(word) for word in options.command),
    )
