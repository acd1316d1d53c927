from __future__ import annotations

from dataclasses import replace

from apps.contract import GROUPS
from runners.selection.matrix import Selection, expand
from runners.selection.schedule import (
    groups_of,
    hash_seed,
    select_visits,
    trial_seed,
    visits,
)
from scenarios.exchange import Part
from tests.support.small_matrix import framework, parts, scenario

KNOWN = parts()
FASTAPI = framework("fastapi", "asgi", implements=("plaintext", "json", "routing"))
KNOWN = replace(KNOWN, frameworks={**KNOWN.frameworks, "fastapi": FASTAPI})
CELLS = expand(Selection(), KNOWN).cells
VISITS = visits(CELLS, KNOWN.scenarios)


def test_a_launch_serves_one_target_and_visits_its_cells() -> None:
    keys = [visit.key for visit in VISITS]
    assert "fastapi--uvicorn-standard@default" in keys
    assert "fastapi--uvicorn-standard@routing" in keys
    assert sorted(cell.slug for visit in VISITS for cell in visit.cells) == sorted(
        cell.slug for cell in CELLS
    )


def test_of_a_wanted_cell_the_whole_launch_is_made() -> None:
    wanted = VISITS[0].cells[-1]
    assert select_visits(VISITS, {wanted}) == (VISITS[0],)
    assert select_visits(VISITS, set()) == ()


def test_only_measured_groups_are_mounted_in_contract_order() -> None:
    by_key = {visit.key: visit for visit in VISITS}
    assert groups_of(by_key["fastapi--granian-asgi@default"].cells, KNOWN.scenarios) == ("plaintext", "json")
    assert groups_of(by_key["fastapi--granian-asgi@routing"].cells, KNOWN.scenarios) == ()


def test_what_is_asked_beside_a_load_is_mounted_too() -> None:
    cells = [replace(CELLS[0], scenario="cpu")]
    known = {"cpu": scenario("cpu", beside_group="json")}
    assert groups_of(cells, known) == ("json", "cpu")


def test_groups_are_recorded_in_the_order_in_which_apps_mount_them() -> None:
    names = ("own", "sse", "cpu", "delay")
    cells = [replace(CELLS[0], scenario=name) for name in names]
    mounted = groups_of(cells, {name: scenario(name) for name in names})
    assert mounted == (*(group for group in GROUPS if group in names), "own")


def test_hash_seeds_differ_and_inputs_are_alike_within_a_block() -> None:
    assert len({hash_seed(7, block, visit) for block in range(4) for visit in VISITS}) == 4 * len(VISITS)
    json = [cell for cell in CELLS if cell.scenario == "json" and cell.connections == 100]
    assert len({trial_seed(7, 0, cell) for cell in json}) == 1
    assert trial_seed(7, 0, json[0]) != trial_seed(7, 1, json[0])


def test_a_scenario_of_parts_has_the_groups_of_all_of_them_mounted() -> None:
    whole = replace(
        scenario("day"), group=None, parts=(Part(scenario("json"), 60), Part(scenario("plaintext"), 40))
    )
    cells = [replace(CELLS[0], scenario=name) for name in ("day", "json")]
    assert groups_of(cells, {"day": whole, "json": scenario("json")}) == ("plaintext", "json")
