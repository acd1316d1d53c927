"""The one builder of a Plan, whatever its kind: name, time, machine, harness, seed and command line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import SystemRandom

from results.model import (
    Ceiling,
    Cell,
    Environment,
    Failure,
    FailureStage,
    FrameworkEnvironment,
    NotApplicable,
    Pairing,
    Plan,
    PlanKind,
    Setup,
    Side,
)
from results.store import Writer, create_new
from runners.environments.uv_tool import shown
from runners.experiments.options import Timing
from runners.experiments.progress import Watcher
from runners.machine import facts
from runners.machine.placement import may_stay_awake
from runners.selection.spread import Spread

UNNAMED_KINDS = (PlanKind.RUN, PlanKind.COST, PlanKind.LIFECYCLE)
"""Kinds of plan that the name of a run does not end with."""


def build_plan(
    *,
    kind: PlanKind,
    setup: Setup,
    cells: tuple[Cell, ...],
    frameworks: Iterable[FrameworkEnvironment],
    not_applicable: tuple[NotApplicable, ...] = (),
    ceilings: tuple[Ceiling, ...] = (),
    sides: tuple[Side, ...] = (),
    pairings: tuple[Pairing, ...] = (),
    order: tuple[tuple[str, ...], ...] = (),
) -> Plan:
    """A plan made now, on this machine, by this harness."""
    return Plan(
        name=time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + ("" if kind in UNNAMED_KINDS else f"-{kind}"),
        created_unix_s=time.time(),
        setup=setup,
        environment=Environment(machine=facts.machine(), harness=_harness(), frameworks=tuple(frameworks)),
        cells=cells,
        not_applicable=not_applicable,
        ceilings=ceilings,
        kind=kind,
        sides=sides,
        pairings=pairings,
        order=order,
    )


def _harness() -> dict[str, str]:
    """Versions of what measures, with the commit of hotlap where it is a checkout."""
    commit = facts.harness_commit()
    return facts.harness_versions() | ({"commit": commit} if commit else {})


def build_setup(
    *,
    timing: Timing,
    seed: int | None,
    server_cpus: tuple[int, ...],
    generator_cpus: tuple[int, ...],
    command: Sequence[str],
    spread: Spread | None = None,
    reference: str = "",
) -> Setup:
    """How a plan is measured; a seed is drawn where none is given, addresses in ``command`` lose secrets."""
    spread = spread or Spread()
    return Setup(
        blocks=timing.blocks,
        warmup_s=timing.warmup_s,
        window_s=timing.window_s,
        seed=SystemRandom().randrange(2**31) if seed is None else seed,
        server_cpus=server_cpus,
        generator_cpus=generator_cpus,
        generator_awake=spread.url is None
        and not spread.joined
        and may_stay_awake(server_cpus, generator_cpus, spread.generators),
        generators=spread.generators,
        joined=spread.joined,
        host=spread.host,
        url=spread.url,
        command=tuple(shown(word) for word in command),
        precision_percent=timing.precision_percent,
        turn_s=None if timing.leg_s is None else timing.turn_s,
        leg_s=timing.leg_s,
        heat=timing.heat,
        open_window_s=timing.open_window_s,
        open_turn_s=timing.open_turn_s,
        reference=reference,
    )


def not_implemented(absent: NotApplicable) -> Failure:
    """A cell that its app should have and has not, as a failure."""
    return Failure(
        stack=absent.cell.stack,
        cell=absent.cell,
        block=None,
        stage=FailureStage.NOT_IMPLEMENTED,
        message=absent.reason,
        remedy=f"add the routes of {absent.cell.scenario} to the app file of {absent.cell.framework}",
    )


def begin_record(plan: Plan, failures: Iterable[Failure], results: Path, watcher: Watcher) -> Writer:
    """The record of a new run in the folder ``results``: line 1, and what failed before it."""
    writer = create_new(results, plan)
    watcher.say(f"recording in {writer.folder}")
    for failure in failures:
        writer.append(failure)
        watcher.failure(failure)
    return writer
