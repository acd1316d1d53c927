"""Services are started once, where they are needed, and stopped for certain."""

from __future__ import annotations

import pytest

from runners.errors import ServiceError
from runners.services.services import Services
from tests.support.fake_services import FakeService


def test_a_service_is_started_when_a_launch_first_needs_it_and_once() -> None:
    made: list[FakeService] = []

    def start() -> FakeService:
        made.append(FakeService())
        return made[-1]

    services = Services({"database": start})
    with services.leased([], "json@default", 16) as none:
        assert (none.environment, none.facts, none.evidence) == ({}, (), {})
    assert not made
    for launch in ("one", "other"):
        with services.leased(["database"], launch, 16) as leases:
            assert leases.environment == {"FAKE_URL": "fake://"}
            assert leases.roots["database"].pid == 1
            assert [facts.title for facts in leases.facts] == ["Fake 1"]
            assert leases.evidence["database"] is made[0].leases[-1].evidence
            assert not leases.trouble()
    (only,) = made
    assert [(lease.launch, lease.connections, lease.released) for lease in only.leases] == [
        ("one", 16, True),
        ("other", 16, True),
    ]
    services.close()
    services.close()
    assert only.stopped


def test_what_cannot_be_had_is_not_tried_again() -> None:
    tries = []

    def start() -> FakeService:
        tries.append(1)
        raise ServiceError("no database: no room", remedy="make room")

    services = Services({"database": start})
    for _ in range(2):
        with (
            pytest.raises(ServiceError, match="no room") as raised,
            services.leased(["database"], "launch", 16),
        ):
            pass
        assert raised.value.remedy == "make room"
    assert tries == [1]
    with pytest.raises(ServiceError, match="no upstream"):
        services.require("upstream")


def test_one_that_ended_is_named_and_started_anew_for_the_launches_that_follow() -> None:
    made: list[FakeService] = []

    def start() -> FakeService:
        made.append(FakeService())
        return made[-1]

    services = Services({"database": start})
    with services.leased(["database"], "first", 16) as leases:
        made[0].ended = "signal SIGKILL"
        assert leases.trouble() == "the database ended: signal SIGKILL"
    with services.leased(["database"], "second", 16) as leases:
        assert not leases.trouble()
    assert [service.stopped for service in made] == [True, False]
