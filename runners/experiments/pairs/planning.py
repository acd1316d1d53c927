"""Before pairs are measured: cells of both sides matched, their environments built, all of it in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from results.model import (
    Failure,
    FailureStage,
    GateStage,
    Load,
    NotApplicable,
    Pairing,
    Plan,
    PlanKind,
    Setup,
    Side,
    SideName,
)
from runners.environments.provision import Provisioned
from runners.errors import PlanError, ProvisionError
from runners.experiments.options import QUICK, Timing
from runners.experiments.pairs.open_load import with_open_load
from runners.experiments.pairs.options import OPEN_TURN_S, PairOptions
from runners.experiments.pairs.pairing import MatchedCells, launch_order, launch_pairs, match
from runners.experiments.pairs.prepared import Prepared
from runners.experiments.pairs.provisioning import (
    Environments,
    interpreters_of_sides,
    is_ready,
    leave_out_alike,
    leave_out_lacking,
    leave_out_unsupported,
    must_be_startable,
    on_interpreters,
    provision_sides,
)
from runners.experiments.pairs.sides import SideParts, resolve_sides
from runners.experiments.planning import build_plan, build_setup
from runners.experiments.progress import Watcher
from runners.machine import facts, placement
from runners.selection.matrix import CLOSED_CONNECTIONS, Matrix, Selection, expand


def prepare(options: PairOptions, watcher: Watcher) -> Prepared:
    """Plan, environments and early failures of a comparison.

    Raises PlanError where it makes no sense, ProvisionError where no pair is left to be measured.
    """
    facts.require_linux()
    sides, options = resolve_sides(options.sides, apps=options.apps), on_interpreters(options)
    matched = match_selection(options, sides)
    return prepare_pairings(options, sides, matched.pairings, watcher, failures=missing(matched))


def prepare_pairings(
    options: PairOptions,
    sides: Mapping[SideName, SideParts],
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
    must_be_startable(sides)
    interpreters = interpreters_of_sides(options, sides, pairings)
    pairings, unsupported, unsupported_at_head = leave_out_unsupported(pairings, interpreters, sides)
    environments, failed = provision_sides(interpreters, sides, pairings, watcher)
    pairings, old, lost = leave_out_lacking(pairings, environments, sides)
    failures += (*unsupported_at_head, *failed, *lost)
    absent += (*unsupported, *old)
    if must and not any(is_ready(pairing, environments) for pairing in pairings):
        reasons = (*(failure.message for failure in failures), *(lack.reason for lack in absent))
        raise ProvisionError(
            "nothing can be compared: " + "; ".join(dict.fromkeys(reasons)),
            remedy=failures[0].remedy if failures else "",
            log_tail=failures[0].log_tail if failures else "",
        )
    pairings, same = leave_out_alike(pairings, environments, watcher)
    plan = _plan(options, sides, pairings, environments, (*absent, *same))
    prepared = Prepared(plan=plan, sides=sides, environments=environments, failures=failures)
    return with_open_load(prepared, options, watcher) if options.rates else prepared


def match_selection(options: PairOptions, sides: Mapping[SideName, SideParts]) -> MatchedCells:
    """Cells of both sides that are held against each other; raises PlanError where there is none."""
    apart = options.sides.apart
    matrices = {name: _matrix(options.selection, side_parts) for name, side_parts in sides.items()}
    matched = match(matrices[SideName.BASE].cells, matrices[SideName.HEAD].cells, apart=apart)
    if not matched.pairings:
        raise PlanError(
            "no cell of the base has its like at the head",
            remedy="choose servers that both frameworks run on, or give --base-server and --head-server",
        )
    return replace(matched, base_only=(), head_only=()) if apart else matched


def _matrix(selection: Selection, side_parts: SideParts) -> Matrix:
    chosen = replace(selection, connections=selection.connections or (CLOSED_CONNECTIONS,))
    if side_parts.options.framework is not None:
        chosen = replace(chosen, frameworks=(side_parts.options.framework,))
    if side_parts.options.server is not None:
        chosen = replace(chosen, servers=(side_parts.options.server,))
    try:
        return expand(chosen, side_parts.parts)
    except PlanError as error:
        raise error.retold(f"{side_parts.side.name}: {error.message}") from error


def missing(matched: MatchedCells) -> tuple[Failure, ...]:
    """Cells that one side lacks: a failure where it is the head, which has lost them."""
    return tuple(
        Failure(
            stack=cell.stack,
            cell=cell,
            block=None,
            stage=FailureStage.PLAN,
            message=f"{SideName.HEAD}: {cell.slug} is there in the base and not in the head",
            remedy="put it back, or waive it",
            side=SideName.HEAD,
        )
        for cell in matched.base_only
    )


def _plan(
    options: PairOptions,
    sides: Mapping[SideName, SideParts],
    pairings: tuple[Pairing, ...],
    environments: Environments,
    absent: tuple[NotApplicable, ...],
) -> Plan:
    setup = _setup(options)
    loads = [pairing for pairing in pairings if pairing.head.load != Load.LOCKSTEP]
    launches = launch_pairs(loads, sides[SideName.HEAD].parts.scenarios)
    stage = GateStage.SCREEN if options.kind == PlanKind.GATE else GateStage.NONE
    return build_plan(
        kind=options.kind,
        setup=setup,
        cells=tuple(pairing.head for pairing in pairings),
        frameworks=(environment.record for side in environments.values() for environment in side.values()),
        not_applicable=absent,
        sides=tuple(_recorded(side_parts, environments[name]) for name, side_parts in sides.items()),
        pairings=pairings,
        order=tuple(launch_order(launches, setup.seed, block, stage) for block in range(setup.blocks)),
    )


def _recorded(side_parts: SideParts, environments: Mapping[str, Provisioned]) -> Side:
    """The side with its overrides as its environments recorded them: no path, git with its commit."""
    overrides = [text for environment in environments.values() for text in environment.record.overrides]
    return replace(side_parts.side, overrides=tuple(dict.fromkeys(overrides)))


def _setup(options: PairOptions) -> Setup:
    server_cpus, generator_cpus = placement.choose_cpus(options.selection.workers, 1)
    return build_setup(
        timing=Timing(
            blocks=options.pairs,
            warmup_s=QUICK.warmup_s,
            window_s=options.counted_s,
            leg_s=options.counted_s,
            open_window_s=options.open_s,
            open_turn_s=OPEN_TURN_S,
        ),
        seed=options.seed,
        server_cpus=server_cpus,
        generator_cpus=generator_cpus,
        command=options.command,
    )
