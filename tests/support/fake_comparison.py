"""A comparison of two sides that measures nothing: fake servers, a fake measurer, no environments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from results.model import (
    BOTH_SIDES,
    Environment,
    FrameworkEnvironment,
    GateStage,
    Load,
    Pairing,
    Plan,
    PlanKind,
    Setup,
    Side,
    SideName,
)
from results.store import Writer
from runners.environments.provision import Provisioned
from runners.experiments.pairs.comparison import Comparison
from runners.experiments.pairs.options import SideOptions
from runners.experiments.pairs.pairing import launch_order, launch_pairs, match
from runners.experiments.pairs.prepared import Prepared
from runners.experiments.pairs.sides import SideParts
from runners.experiments.policy import Policy
from runners.selection.matrix import Selection, expand
from tests.support.fake_run import MACHINE, FakeGenerator, FakeLauncher, Heard
from tests.support.small_matrix import parts

PARTS = parts()
SETUP = Setup(
    blocks=4,
    warmup_s=0.1,
    window_s=1.6,
    seed=1,
    server_cpus=(1,),
    generator_cpus=(0,),
    turn_s=0.035,
    leg_s=1.6,
)


@dataclass
class Fakes:
    """A comparison, and the fakes that it works with, to look at afterwards."""

    comparison: Comparison
    launchers: dict[SideName, FakeLauncher]
    measurer: FakeGenerator
    heard: Heard = field(default_factory=Heard)


def pairings(apart: str = "") -> tuple[Pairing, ...]:
    """Pairings of all cells, or of two servers where ``apart`` is ``server``."""
    everything = Selection(scenarios=("plaintext", "json"), connections=(8,))
    if apart == "server":
        base, head = (
            expand(replace(everything, frameworks=("fastapi",), servers=(name,)), PARTS).cells
            for name in ("uvicorn-standard", "granian-asgi")
        )
        return match(base, head, apart=frozenset({"server"})).pairings
    cells = expand(everything, PARTS).cells
    return match(cells, cells).pairings


def provisioned(framework: str, side: SideName) -> Provisioned:
    """An environment that is not there."""
    record = FrameworkEnvironment(
        framework=framework,
        title=framework,
        key=f"{framework}-{side}",
        python="3.11.7",
        python_build="gcc",
        optimised_build=True,
        versions={},
        side=side,
    )
    return Provisioned(python=Path("python"), stage=Path("stage"), record=record)


def prepared(chosen: tuple[Pairing, ...], kind: PlanKind = PlanKind.COMPARE, blocks: int = 4) -> Prepared:
    setup = replace(SETUP, blocks=blocks)
    environments = {side: {name: provisioned(name, side) for name in PARTS.frameworks} for side in BOTH_SIDES}
    sides = {
        side: SideParts(options=SideOptions(), side=Side(name=side, title=side), parts=PARTS)
        for side in BOTH_SIDES
    }
    launches = launch_pairs(
        [pairing for pairing in chosen if pairing.head.load == Load.CLOSED], PARTS.scenarios
    )
    plan = Plan(
        name="two-sides",
        created_unix_s=1e9,
        setup=setup,
        environment=Environment(
            machine=MACHINE,
            harness={},
            frameworks=tuple(
                environment.record for by_name in environments.values() for environment in by_name.values()
            ),
        ),
        cells=tuple(pairing.head for pairing in chosen),
        kind=kind,
        sides=tuple(side_parts.side for side_parts in sides.values()),
        pairings=chosen,
        order=tuple(launch_order(launches, setup.seed, block, GateStage.NONE) for block in range(blocks)),
    )
    return Prepared(plan=plan, sides=sides, environments=environments)


def fakes(
    prepared_plan: Prepared,
    writer: Writer,
    *,
    act: Callable[[int], None] = lambda _count: None,
    broken: dict[str, str] | None = None,
    policy: Policy | None = None,
) -> Fakes:
    """A comparison of ``prepared_plan``; ``broken`` names by side the stack whose server does not start."""
    launchers: dict[SideName, Any] = {
        side: FakeLauncher(PARTS.scenarios, (broken or {}).get(side, "")) for side in BOTH_SIDES
    }
    measurer, heard = FakeGenerator(act), Heard()

    def generators() -> AbstractContextManager[FakeGenerator]:
        return nullcontext(measurer)

    comparison = Comparison(
        prepared=prepared_plan,
        writer=writer,
        watcher=heard,
        policy=policy or Policy(),
        launchers=launchers,
        generators=generators,
    )
    return Fakes(comparison=comparison, launchers=launchers, measurer=measurer, heard=heard)
