"""Which services a session has, and how they are placed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.experiments import backing
from runners.experiments.backing import services_for
from runners.machine import placement
from runners.services.postgres.embedded import EmbeddedPostgres, Placed
from runners.services.postgres.external import ExternalPostgres
from tests.support.fake_run import SETUP, plan
from tests.support.fake_services import FakeService
from tests.support.small_matrix import scenario

SCENARIOS = {"plaintext": scenario("plaintext"), "rows": scenario("rows", needs="database")}
CELLS = tuple(
    replace(cell, scenario=name, connections=connections)
    for cell in plan().cells
    for name, connections in (("plaintext", 1000), ("rows", 100))
)


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(backing.ADDRESS, raising=False)


def placed(monkeypatch: pytest.MonkeyPatch, spare: tuple[int, ...]) -> Placed:
    asked: list[Placed] = []
    monkeypatch.setattr(placement, "spare_cpus", lambda *_: spare)

    def start(how: Placed) -> FakeService:
        asked.append(how)
        return FakeService()

    monkeypatch.setattr(EmbeddedPostgres, "start", start)
    services_for(CELLS, SETUP, SCENARIOS).require("database")
    return asked[0]


def test_the_database_has_cpus_of_its_own_where_there_are_else_the_generators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, shared = placed(monkeypatch, (2, 3)), placed(monkeypatch, ())
    assert (own.cpus, own.own_cpus) == ((2, 3), True)
    assert (shared.cpus, shared.own_cpus) == (SETUP.generator_cpus, False)


def test_it_allows_as_many_connections_as_all_servers_of_a_heat_may_open_to_ask_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert placed(monkeypatch, ()).max_connections == SETUP.heat * 100 + backing.MARGIN


def test_an_address_names_another_server_which_is_asked_for_its_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int]] = []

    def start(address: str, _schema: object, *, least_connections: int) -> FakeService:
        asked.append((address, least_connections))
        return FakeService()

    monkeypatch.setenv(backing.ADDRESS, "postgresql://there/postgres")
    monkeypatch.setattr(ExternalPostgres, "start", start)
    services_for(CELLS, SETUP, SCENARIOS).require("database")
    assert asked == [("postgresql://there/postgres", SETUP.heat * backing.POOLED + backing.MARGIN)]
