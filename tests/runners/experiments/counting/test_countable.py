from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from runners.errors import PlanError
from runners.experiments.counting.countable import countable_cells, unfit
from runners.selection.discovery import discover
from runners.selection.matrix import Parts, Selection
from scenarios.exchange import Exchange, Request
from tests.support.small_matrix import framework, parts, scenario, variant


def known(**scenarios: object) -> Parts:
    base = parts()
    return replace(base, scenarios={**base.scenarios, **scenarios})  # type: ignore[dict-item]  # scenarios


def waiting(_random: Random) -> tuple[Exchange, ...]:
    return (Exchange(request=Request(target="/"), check=lambda _: None, min_elapsed_s=0.01),)


def talking(_random: Random) -> tuple[Exchange, ...]:
    return (Exchange(request=Request(target="/"), check=lambda _: None, messages=("hello",)),)


def test_cells_are_one_a_stack_and_scenario_in_lockstep() -> None:
    found = countable_cells(
        Selection(frameworks=("fastapi",), scenarios=("json",), connections=(100, 500), workers=4),
        parts(),
        in_process=False,
    )
    assert [each.slug for each in found.cells] == [
        "fastapi--uvicorn-standard--json--lockstep-1--w1",
        "fastapi--granian-asgi--json--lockstep-1--w1",
    ]


def test_in_process_cells_come_once_a_framework_and_scenario() -> None:
    found = countable_cells(Selection(scenarios=("plaintext",)), parts(), in_process=True)
    assert [(each.framework, each.interface) for each in found.cells if each.server == "in-process"] == [
        ("asgi", "asgi"),
        ("fastapi", "asgi"),
        ("flask", "wsgi"),
    ]
    assert len({each.slug for each in found.cells}) == len(found.cells)


def test_in_process_a_scenario_of_one_interface_is_called_through_it() -> None:
    known_parts = known(plain=scenario("plain", needs="asgi", group="plaintext"))
    django = framework("django", "wsgi", "asgi", implements=("plaintext",))
    cells = countable_cells(
        Selection(frameworks=("django",), scenarios=("plaintext", "plain")),
        replace(known_parts, frameworks={"django": django}),
        in_process=True,
    ).cells
    in_process = {cell.scenario: cell.interface for cell in cells if cell.server == "in-process"}
    assert in_process == {"plaintext": "wsgi", "plain": "asgi"}


@pytest.mark.parametrize(
    ("ring", "reason"), [(waiting, "waiting is not counted"), (talking, "a conversation is no request")]
)
def test_what_cannot_run_in_lockstep_is_not_applicable(ring: object, reason: str) -> None:
    more = known(odd=scenario("odd", ring=ring, group="plaintext"))
    found = countable_cells(
        Selection(frameworks=("fastapi",), scenarios=("odd", "json")),
        replace(
            more,
            frameworks={
                **more.frameworks,
                "fastapi": replace(more.frameworks["fastapi"], implements=frozenset({"plaintext", "json"})),
            },
        ),
        in_process=True,
    )
    assert {each.scenario for each in found.cells} == {"json"}
    assert {each.cell.load for each in found.not_applicable} == {"lockstep"}
    assert all(reason in each.reason for each in found.not_applicable)


def test_a_server_that_keeps_no_connection_is_not_applicable() -> None:
    base = parts()
    servers = {"sync": variant("sync", "wsgi", http_keep_alive=False)}
    with pytest.raises(PlanError, match="sync opens a connection for every request"):
        countable_cells(
            Selection(frameworks=("flask",), servers=("sync",), scenarios=("plaintext",)),
            replace(base, servers=servers),
            in_process=True,
        )


def test_the_catalogue_is_counted_but_for_what_waits_and_talks() -> None:
    everything = discover()
    reasons = {
        name: unfit(cell, everything)
        for cell in countable_cells(
            Selection(frameworks=("starlette",), servers=("uvicorn-standard",)), everything, in_process=False
        ).cells
        for name in [cell.scenario]
    }
    assert set(reasons.values()) == {None}
    assert {"json", "orders", "items-large", "stream", "routing-last"} <= reasons.keys()
    assert not {"delay", "sse", "websocket"} & reasons.keys()
