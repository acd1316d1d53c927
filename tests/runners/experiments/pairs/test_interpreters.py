"""Two sides on several interpreters: each cell on each, base and head of it on one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Cell, Failure, SideName
from runners.environments import interpreters
from runners.environments.provision import Provisioned
from runners.environments.yardstick import Chosen
from runners.errors import PlanError, ProvisionError
from runners.experiments.pairs import provisioning
from runners.experiments.pairs.gate_cells import EVERYTHING, Globs, choose
from runners.experiments.pairs.options import PairOptions, SideOptions, SidesOptions
from runners.experiments.pairs.planning import match_selection, prepare_pairings
from runners.experiments.pairs.provisioning import on_interpreters
from runners.experiments.pairs.sides import SideParts
from runners.experiments.progress import Watcher
from runners.selection.matrix import Selection
from tests.support.fake_comparison import PARTS, prepared
from tests.support.fake_comparison import provisioned as environment

PYTHONS = ("3.12", "3.13")
OPTIONS = PairOptions(
    sides=SidesOptions(base=SideOptions(overrides=("a==1",)), head=SideOptions(overrides=("a",))),
    selection=Selection(frameworks=("fastapi", "flask"), scenarios=("plaintext",), connections=(8,)),
    pythons=PYTHONS,
    seed=1,
)


def side_parts(requires: Mapping[SideName, str] = {}) -> dict[SideName, SideParts]:
    """Both sides; FastAPI wants another Python where ``requires`` says so."""
    sides = {}
    for side, known in prepared(()).sides.items():
        fastapi = replace(PARTS.frameworks["fastapi"], requires_python=requires.get(side, ">=3.11"))
        parts = replace(PARTS, frameworks={**PARTS.frameworks, "fastapi": fastapi})
        options = OPTIONS.sides.base if side == SideName.BASE else SideOptions()
        sides[side] = replace(known, parts=parts, options=options)
    return sides


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """Two interpreters are there; names of environments that cannot be installed on the base."""
    running, names = interpreters.find(sys.executable, tmp_path), set[str]()

    def choose_named(wanted: Sequence[str], _frameworks: object, _folder: object) -> dict[str, Chosen]:
        if unknown := set(wanted) - set(PYTHONS):
            raise PlanError(f"there is no Python {', '.join(unknown)}")
        return {
            version if len(wanted) > 1 else "": Chosen(
                interpreter=replace(running, version=f"{version}.1"), yardstick_ms=1.0, behind=None
            )
            for version in wanted or PYTHONS[-1:]
        }

    def environments_of(
        cells: Iterable[Cell], _parts: object, *, overrides: tuple[str, ...], **_more: object
    ) -> tuple[dict[str, Provisioned], tuple[Failure, ...]]:
        side = SideName.BASE if overrides else SideName.HEAD
        broken = names if side == SideName.BASE else set()
        made: dict[str, Provisioned] = {}
        stacks: dict[str, None] = {}
        for cell in cells:
            if cell.environment in broken:
                stacks[cell.stack] = None
            else:
                made[cell.environment] = environment(cell.framework, side)
        error = ProvisionError("a has no wheel for it", remedy="choose another version")
        return made, tuple(error.failure(stack) for stack in stacks)

    monkeypatch.setattr(provisioning, "choose", choose_named)
    monkeypatch.setattr(provisioning, "environments_of", environments_of)
    return names


def test_every_cell_is_compared_on_each_and_its_sides_share_one() -> None:
    options, sides = on_interpreters(OPTIONS), side_parts()
    pairings = match_selection(options, sides).pairings
    made = prepare_pairings(options, sides, pairings, Watcher())
    assert {pairing.head.python for pairing in made.loads()} == set(PYTHONS)
    assert all(pairing.base.python == pairing.head.python for pairing in made.loads())
    stacks = {pairing.head.stack.replace("--py3.12", "--py3.13") for pairing in made.loads()}
    assert 2 * len(stacks) == len(made.launch_pairs()) == len(made.loads())
    for launch_pair in made.launch_pairs():
        both = (*launch_pair.base.cells, *launch_pair.head.cells)
        assert len({cell.python for cell in both}) == 1  # a heat holds one


def test_what_has_no_wheel_fails_on_its_interpreter_and_the_rest_goes_on(failing: set[str]) -> None:
    failing.add("fastapi@3.13")
    options, sides = on_interpreters(OPTIONS), side_parts()
    made = prepare_pairings(options, sides, match_selection(options, sides).pairings, Watcher())
    assert {(failure.cell.environment, failure.side) for failure in made.failures if failure.cell} == {
        ("fastapi@3.13", SideName.BASE)
    }
    assert {failure.message for failure in made.failures} == {"base: a has no wheel for it"}
    assert {pairing.head.environment for pairing in made.loads()} == {
        "fastapi@3.12",
        "flask@3.12",
        "flask@3.13",
    }


@pytest.mark.parametrize("side", [SideName.BASE, SideName.HEAD])
def test_a_framework_that_does_not_run_on_one_of_them_is_left_out_there(side: SideName) -> None:
    options, sides = on_interpreters(OPTIONS), side_parts({side: ">=3.13"})
    made = prepare_pairings(options, sides, match_selection(options, sides).pairings, Watcher())
    assert "fastapi@3.12" not in {pairing.head.environment for pairing in made.plan.pairings}
    assert "fastapi@3.13" in {pairing.head.environment for pairing in made.loads()}
    why = "fastapi requires Python >=3.13, this is 3.12.1"
    if side == SideName.BASE:
        assert {lack.reason for lack in made.plan.not_applicable} == {f"not applicable to the base: {why}"}
        assert not made.failures
    else:
        assert {failure.message for failure in made.failures} == {f"head: {why}"}


def test_both_tiers_of_a_gate_hold_each_cell_on_each() -> None:
    globs = Globs(cells=("fastapi--*--plaintext",), sentinels=("flask--gunicorn-gthread--plaintext",))
    chosen = choose(globs, side_parts(), frozenset(), replace(EVERYTHING, pythons=PYTHONS))
    for tier in (chosen.cost, chosen.load):
        assert {pairing.head.python for pairing in tier.pairings} == set(PYTHONS)
        assert all(pairing.base == pairing.head for pairing in tier.pairings)


def test_what_is_wrong_with_interpreters_is_said() -> None:
    with pytest.raises(PlanError, match=r"there is no Python 3\.99"):
        on_interpreters(replace(OPTIONS, pythons=("3.12", "3.99")))
    own = SidesOptions(base=SideOptions(python="3.12"), head=SideOptions(python="3.13"))
    with pytest.raises(PlanError, match="several --python compare each cell on each"):
        on_interpreters(replace(OPTIONS, sides=own))
    alone = replace(OPTIONS, sides=own, pythons=("3.12",))
    assert on_interpreters(alone).selection.pythons == ()
