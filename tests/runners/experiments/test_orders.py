from __future__ import annotations

import os
from dataclasses import replace

import pytest

from runners.experiments.orders import stays_awake
from runners.services.services import Leases
from tests.support.fake_run import SETUP, FakeServer
from tests.support.fake_services import FakeService

AWAKE = replace(SETUP, generator_awake=True)


def test_a_generator_stays_awake_unless_the_setup_says_that_it_sleeps() -> None:
    assert stays_awake(FakeServer("a"), AWAKE)
    assert not stays_awake(FakeServer("a"), replace(AWAKE, generator_awake=False))


@pytest.mark.parametrize(("cpus", "awake"), [({0, 1}, False), ({0, 1, 2}, True)])
def test_it_sleeps_beside_a_service_that_shares_its_cpu(
    cpus: set[int], *, awake: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: cpus)
    ours, another = FakeService(), FakeService(root=None)
    assert stays_awake(FakeServer("a", leases=Leases({"database": ours})), AWAKE) == awake
    assert stays_awake(FakeServer("a", leases=Leases({"database": another})), AWAKE), "it runs elsewhere"
