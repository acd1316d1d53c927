"""Heats: everything once a block, server variants together, drawn anew, and no more than memory holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from results.model import Load
from runners.selection.heats import draw_heats, launch_order, workload_order
from runners.selection.matrix import Selection, expand
from runners.selection.schedule import visits
from tests.support.small_matrix import framework, parts

KNOWN = parts()
NAMES = ("fastapi", "litestar", "starlette", "quart", "sanic")
KNOWN = replace(
    KNOWN,
    frameworks={name: framework(name, "asgi", implements=("plaintext", "json", "routing")) for name in NAMES},
)
CELLS = expand(Selection(), KNOWN).cells
VISITS = visits(CELLS, KNOWN.scenarios)
KEYS = sorted(visit.key for visit in VISITS)


@pytest.mark.parametrize("most", [1, 2, 3, 5, 12, 100])
def test_each_launch_is_in_one_heat_of_each_block(most: int) -> None:
    for block in range(4):
        heats = draw_heats(VISITS, most=most, seed=7, block=block)
        assert sorted(visit.key for heat in heats for visit in heat) == KEYS
        assert all(0 < len(heat) <= most for heat in heats)


def test_what_is_compared_lives_at_once_where_it_fits() -> None:
    for block in range(8):
        for heat in draw_heats(VISITS, most=len(NAMES), seed=7, block=block):
            assert len({(visit.cells[0].server, visit.target) for visit in heat}) == 1
            assert len(heat) == len(NAMES)


def test_heats_follow_the_seed_and_are_drawn_anew_for_each_block() -> None:
    drawn = [launch_order(VISITS, most=3, seed=7, block=block) for block in range(8)]
    assert len(set(drawn)) > 1
    assert drawn == [launch_order(VISITS, most=3, seed=7, block=block) for block in range(8)]
    assert drawn != [launch_order(VISITS, most=3, seed=8, block=block) for block in range(8)]


def test_a_heat_takes_no_more_memory_than_there_is_but_a_launch_may_be_alone() -> None:
    taken = {visit.key: 100 for visit in VISITS} | {VISITS[0].key: 1000}
    heats = draw_heats(VISITS, most=12, seed=7, block=0, memory_bytes=taken, available_bytes=300)
    assert max(map(len, heats)) == 3
    (alone,) = (heat for heat in heats if VISITS[0] in heat)
    assert alone == (VISITS[0],)


def test_a_workload_is_what_is_asked_alike_of_all_its_stacks_in_random_order() -> None:
    offered = [replace(cell, load=Load.OPEN, rate_rps=100.0) for cell in CELLS if cell.scenario == "json"]
    orders = [workload_order([*CELLS, *offered], 7, block) for block in range(8)]
    for order in orders:
        assert sorted(cell.slug for part in order for cell in part) == sorted(
            cell.slug for cell in (*CELLS, *offered)
        )
        for part in order:
            assert len({(cell.scenario, cell.load, cell.connections) for cell in part}) == 1
    assert len({order[0][0].scenario for order in orders}) > 1
    assert len({order[0][0].stack for order in orders}) > 1


def test_a_heat_holds_one_interpreter() -> None:
    cells = expand(Selection(pythons=("3.12", "3.13")), KNOWN).cells
    launches = visits(cells, KNOWN.scenarios)
    first = set()
    for block in range(8):
        heats = draw_heats(launches, most=12, seed=7, block=block)
        assert all(len({visit.cells[0].python for visit in heat}) == 1 for heat in heats)
        assert sum(map(len, heats)) == len(launches) == 2 * len(VISITS)
        first.add(heats[0][0].cells[0].python)
    assert first == {"3.12", "3.13"}


@pytest.mark.parametrize("most", [1, 3, 12])
def test_the_reference_stack_is_in_every_heat_beside_as_many_others(most: int) -> None:
    everywhere = VISITS[0].stack
    own = [visit for visit in VISITS if visit.stack == everywhere]
    others = sorted(visit.key for visit in VISITS if visit.stack != everywhere)
    for block in range(4):
        heats = draw_heats(VISITS, most=most, seed=7, block=block, everywhere=everywhere)
        assert sorted(visit.key for heat in heats for visit in heat if visit not in own) == others
        for heat in heats:
            assert [visit for visit in heat if visit in own] == own
            assert 0 < len(heat) - len(own) <= most
    order = launch_order(VISITS, most=most, seed=7, block=0, everywhere=everywhere)
    assert order == tuple(
        visit.key
        for heat in draw_heats(VISITS, most=most, seed=7, block=0, everywhere=everywhere)
        for visit in heat
    )


def test_the_reference_stack_may_be_alone_and_takes_of_the_memory() -> None:
    everywhere = VISITS[0].stack
    own = [visit for visit in VISITS if visit.stack == everywhere]
    assert draw_heats(own, most=3, seed=7, block=0, everywhere=everywhere) == (tuple(own),)
    taken = {visit.key: 100 for visit in VISITS}
    heats = draw_heats(
        VISITS,
        most=12,
        seed=7,
        block=0,
        memory_bytes=taken,
        available_bytes=200 + 100 * len(own),
        everywhere=everywhere,
    )
    assert max(map(len, heats)) == 2 + len(own)


def test_the_reference_stack_of_each_interpreter_is_in_its_heats() -> None:
    launches = visits(expand(Selection(pythons=("3.12", "3.13")), KNOWN).cells, KNOWN.scenarios)
    everywhere = VISITS[0].stack
    for heat in draw_heats(launches, most=3, seed=7, block=0, everywhere=everywhere):
        own = {
            visit.cells[0].python for visit in heat if replace(visit.cells[0], python="").stack == everywhere
        }
        assert own == {visit.cells[0].python for visit in heat}
