from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.model import BOTH_SIDES, Cell, GateStage, Pairing, SideName
from runners.experiments.pairs.gate import confirmation_blocks
from runners.experiments.pairs.pairing import (
    first_side,
    launch_order,
    launch_pair_order,
    launch_pairs,
    match,
    pairing_order,
)
from runners.selection.matrix import Selection, expand
from tests.support.small_matrix import parts

PARTS = parts()
CELLS = expand(Selection(scenarios=("plaintext", "json"), connections=(64,)), PARTS).cells
ALIKE = tuple(Pairing(base=cell, head=cell) for cell in CELLS)


def cells_of(framework: str, server: str) -> list[Cell]:
    return [cell for cell in CELLS if (cell.framework, cell.server) == (framework, server)]


def test_cells_are_paired_with_their_like_and_the_others_named() -> None:
    matched = match(CELLS[:3], CELLS[1:])
    assert matched.pairings == ALIKE[1:3]
    assert matched.base_only == CELLS[:1]
    assert matched.head_only == CELLS[3:]


def test_servers_and_frameworks_that_differ_by_intention_are_paired_all_the_same() -> None:
    base, head = cells_of("fastapi", "uvicorn-standard"), cells_of("fastapi", "granian-asgi")
    matched = match(base, head, apart=frozenset({"server"}))
    assert [(pairing.base, pairing.head) for pairing in matched.pairings] == list(
        zip(base, head, strict=True)
    )
    unlike = match(base, cells_of("flask", "gunicorn-gthread"), apart=frozenset({"server", "framework"}))
    assert [pairing.head.scenario for pairing in unlike.pairings] == ["plaintext"]
    assert not match(base, head).pairings


def test_a_launch_pair_measures_all_cells_of_its_two_stacks() -> None:
    found = launch_pairs(ALIKE, PARTS.scenarios)
    assert [launch_pair.key for launch_pair in found] == list(
        dict.fromkeys(f"{cell.stack}@default" for cell in CELLS)
    )
    assert sum(len(launch_pair.pairings) for launch_pair in found) == len(ALIKE)


def test_unlike_stacks_are_named_both() -> None:
    base, head = cells_of("fastapi", "uvicorn-standard"), cells_of("fastapi", "granian-asgi")
    (launch_pair,) = launch_pairs(match(base, head, apart=frozenset({"server"})).pairings, PARTS.scenarios)
    assert launch_pair.key == "fastapi--uvicorn-standard@default/fastapi--granian-asgi@default"


def test_what_is_left_of_a_launch_pair_mounts_what_the_whole_did() -> None:
    launch_pair = next(
        launch_pair for launch_pair in launch_pairs(ALIKE, PARTS.scenarios) if len(launch_pair.pairings) > 1
    )
    kept = launch_pair.keeping(launch_pair.pairings[:1])
    assert kept is not None
    assert kept.pairings == launch_pair.pairings[:1]
    assert kept.visit(SideName.BASE).cells == launch_pair.visit(SideName.BASE).cells
    assert launch_pair.keeping(()) is None


@given(seed=st.integers(0, 2**31), count=st.integers(1, 30), stage=st.sampled_from(GateStage))
def test_each_side_comes_first_equally_often(seed: int, count: int, stage: GateStage) -> None:
    firsts = [first_side(seed, "a-stack@default", stage, number) for number in range(count)]
    assert abs(firsts.count(SideName.BASE) - firsts.count(SideName.HEAD)) == count % 2


def test_who_comes_first_is_left_to_chance() -> None:
    begins = {first_side(seed, "a-stack@default", GateStage.NONE, 0) for seed in range(20)}
    assert begins == {SideName.BASE, SideName.HEAD}
    by_stack = {tuple(first_side(1, key, GateStage.NONE, number) for number in range(16)) for key in "abcd"}
    assert len(by_stack) == 4


def test_the_order_of_a_block_is_seeded_and_names_both_launches_of_each_pair() -> None:
    found = launch_pairs(ALIKE, PARTS.scenarios)
    order = launch_order(found, 7, 3, GateStage.NONE)
    assert order == launch_order(found, 7, 3, GateStage.NONE)
    assert sorted(order) == sorted(
        f"{side}/{launch_pair.key}" for launch_pair in found for side in BOTH_SIDES
    )
    assert [name.partition("/")[2] for name in order[::2]] == [
        launch_pair.key for launch_pair in launch_pair_order(found, 7, 3)
    ]
    assert len({launch_order(found, 7, block, GateStage.NONE) for block in range(8)}) > 1
    assert sorted(pairing_order(found[0], 7, 3), key=str) == sorted(found[0].pairings, key=str)


def test_confirmation_goes_on_with_the_numbers_and_measures_only_what_is_in_doubt() -> None:
    found = launch_pairs(ALIKE, PARTS.scenarios)
    wanted = {ALIKE[0]: 3, ALIKE[-1]: 1}
    blocks = confirmation_blocks(found, wanted, first_block=8)
    assert [block for block, _ in blocks] == [8, 9, 10]
    measured = [
        [pairing for launch_pair in chosen for pairing in launch_pair.pairings] for _, chosen in blocks
    ]
    assert [set(each) for each in measured] == [{ALIKE[0], ALIKE[-1]}, {ALIKE[0]}, {ALIKE[0]}]
    assert confirmation_blocks(found, {}, first_block=8) == []


@pytest.mark.parametrize("field", ["connections", "workers"])
def test_another_load_is_no_pair(field: str) -> None:
    other = replace(CELLS[0], **{field: 3})  # type: ignore[arg-type] # passed by name
    assert not match([other], [CELLS[0]]).pairings
