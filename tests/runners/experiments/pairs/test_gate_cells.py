from __future__ import annotations

from dataclasses import replace

import pytest

from results.model import IN_PROCESS, Side, SideName
from runners.errors import PlanError
from runners.experiments.pairs.gate_cells import EVERYTHING, Globs, choose, name_of
from runners.experiments.pairs.options import SideOptions
from runners.experiments.pairs.sides import SideParts
from runners.selection.matrix import Parts
from tests.support.small_matrix import parts

PARTS = parts()


def side_parts(base: Parts = PARTS, head: Parts = PARTS) -> dict[SideName, SideParts]:
    return {
        name: SideParts(options=SideOptions(), side=Side(name=name, title=name), parts=each)
        for name, each in ((SideName.BASE, base), (SideName.HEAD, head))
    }


def without(framework: str) -> Parts:
    return replace(PARTS, frameworks={k: v for k, v in PARTS.frameworks.items() if k != framework})


def test_globs_choose_the_cells_of_each_tier() -> None:
    globs = Globs(cells=("fastapi--*--json",), sentinels=("flask--*", "fastapi--granian-asgi--plaintext"))
    chosen = choose(globs, side_parts(), frozenset())
    assert {name_of(pairing.head) for pairing in chosen.load.pairings} == {
        "flask--gunicorn-gthread--plaintext",
        "flask--gunicorn-as-shipped--plaintext",
        "fastapi--granian-asgi--plaintext",
    }
    assert {pairing.head.load for pairing in chosen.cost.pairings} == {"lockstep"}
    assert {pairing.head.server for pairing in chosen.cost.pairings} == {
        IN_PROCESS,
        "uvicorn-standard",
        "granian-asgi",
    }
    assert all(pairing.head.connections == 64 for pairing in chosen.load.pairings)


def test_options_narrow_both_tiers() -> None:
    globs = Globs(cells=("*",), sentinels=("*",), frameworks=("fastapi",), servers=("granian-*",))
    chosen = choose(globs, side_parts(), frozenset())
    for tier in (chosen.cost, chosen.load):
        assert {(p.head.framework, p.head.server) for p in tier.pairings} == {("fastapi", "granian-asgi")}


def test_a_tier_that_is_left_out_has_no_cells() -> None:
    chosen = choose(Globs(cells=(), sentinels=("fastapi--*--json",)), side_parts(), frozenset())
    assert not chosen.cost.pairings
    assert chosen.load.pairings


def test_a_glob_that_matches_nothing_is_wrong_use_and_the_nearest_are_named() -> None:
    globs = Globs(cells=(), sentinels=("fastapi--granian--json",))
    with pytest.raises(PlanError, match="nearest: fastapi--granian-asgi--json"):
        choose(globs, side_parts(), frozenset())


def test_narrowing_to_nothing_is_wrong_use() -> None:
    globs = Globs(cells=(), sentinels=("fastapi--*--json",), frameworks=("flask",))
    with pytest.raises(PlanError, match="gives no cell"):
        choose(globs, side_parts(), frozenset())


def test_cells_that_one_side_lacks_are_told_apart() -> None:
    globs = Globs(cells=(), sentinels=("*--plaintext",))
    lost = choose(globs, side_parts(head=without("flask")), frozenset())
    assert {cell.framework for cell in lost.load.base_only} == {"flask"}
    new = choose(globs, side_parts(base=without("flask")), frozenset())
    assert {cell.framework for cell in new.load.head_only} == {"flask"}
    assert not new.load.base_only


def test_a_declared_glob_that_matches_nothing_is_passed_over_but_not_all_of_a_tier() -> None:
    declared = ("django--*--json", "fastapi--*--json")
    globs = Globs(cells=(), sentinels=declared, declared=frozenset(declared))
    chosen = choose(globs, side_parts(), frozenset())
    assert {pairing.head.framework for pairing in chosen.load.pairings} == {"fastapi"}
    with pytest.raises(PlanError, match="no cell of these sides is one that a gate looks at unless told"):
        choose(globs, side_parts(without("fastapi"), without("fastapi")), frozenset())


def test_sentinels_are_loaded_as_asked_and_counted_as_ever() -> None:
    globs = Globs(cells=("fastapi--*--json",), sentinels=("fastapi--*--json",))
    asked = replace(EVERYTHING, connections=(16, 32), workers=2, reuse=5)
    chosen, usual = (choose(globs, side_parts(), frozenset(), loaded_as) for loaded_as in (asked, EVERYTHING))
    loaded = {
        (pairing.head.connections, pairing.head.workers, pairing.head.reuse)
        for pairing in chosen.load.pairings
    }
    assert loaded == {(16, 2, 5), (32, 2, 5)}
    assert chosen.cost == usual.cost
