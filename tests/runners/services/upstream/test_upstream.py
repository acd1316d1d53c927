"""The stub: a process under the supervisor, that answers late and counts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from runners.errors import ServiceError
from runners.http.client import HttpClient
from runners.processes.accounting import tree_cpu_ns
from runners.services.upstream import upstream
from runners.services.upstream.upstream import Upstream, UpstreamLease
from scenarios.exchange import Answer, Request
from scenarios.upstream import ITEMS, UPSTREAM_MS, upstream_item

CPUS = tuple(sorted(os.sched_getaffinity(0)))[:1]

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def stub() -> Iterator[Upstream]:
    running = Upstream.start(CPUS, own_cpus=True)
    yield running
    running.stop()


def asked(lease: UpstreamLease, *item_ids: int) -> list[Answer]:
    address = urlsplit(lease.environment["HOTLAP_UPSTREAM_URL"])
    with HttpClient(address.hostname or "", address.port or 0) as client:
        return [client.send(Request(target=f"{address.path}/items/{item_id}")) for item_id in item_ids]


def test_it_answers_as_the_contract_says_and_not_at_once(stub: Upstream) -> None:
    first, last, unknown = asked(stub.lease("a launch", 16), 1, ITEMS, ITEMS + 1)
    assert json.loads(first.body) == upstream_item(1)
    assert json.loads(last.body) == upstream_item(ITEMS)
    assert (first.status, unknown.status) == (200, 404)
    assert first.elapsed_s >= UPSTREAM_MS / 1000


def test_calls_are_counted_for_each_launch(stub: Upstream) -> None:
    one, other = stub.lease("a launch", 16), stub.lease("another", 16)
    assert one.environment != other.environment
    asked(one, 1, 2)
    assert (one.rows("calls"), other.rows("calls")) == ([(2,)], [(0,)])
    with one.watched() as noted:
        assert noted is None
    one.release()


def test_the_record_tells_what_it_is_and_its_cpu_is_read(stub: Upstream) -> None:
    facts = stub.facts
    assert (facts.name, facts.cpus, facts.own_cpus) == ("upstream", CPUS, True)
    assert facts.settings == {"delay_ms": str(UPSTREAM_MS)}
    assert (tree_cpu_ns(*stub.root) or 0) > 0


@pytest.mark.faults("service-dies")
def test_one_that_is_killed_says_so() -> None:
    stub = Upstream.start(CPUS, own_cpus=False)
    lease = stub.lease("a launch", 16)
    os.kill(stub.root.pid, 9)
    deadline = time.monotonic() + 20
    while not stub.trouble():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with pytest.raises(ServiceError, match="does not answer"):
        lease.rows("calls")
    with pytest.raises(ServiceError, match="ended"):
        stub.lease("another", 16)
    stub.stop()
    stub.stop()


@pytest.mark.faults("no-service")
def test_one_that_does_not_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "MODULE", "runners.services.upstream.nothing")
    with pytest.raises(ServiceError, match="the stub did not start") as raised:
        Upstream.start(CPUS, own_cpus=False)
    assert "nothing" in raised.value.log_tail
