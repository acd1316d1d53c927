from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runners.errors import LaunchError, PlanError
from runners.generator.client import Generator
from runners.generator.distributed_client import DistributedGenerator
from runners.generator.starting import generator_of
from runners.http.address import Endpoint
from runners.launching.remote import RemoteLauncher
from runners.machine.placement import crowding, place
from runners.processes import ports
from runners.selection.schedule import visits
from runners.selection.spread import Spread
from scenarios.catalogue import discover
from tests.support.fake_run import SETUP, plan
from tests.support.scripted_server import ScriptedServer, answer, serving
from tests.support.small_matrix import parts

TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
VISIT = visits([cell for cell in plan().cells if cell.scenario == "plaintext"], parts().scenarios)[0]


def launcher(port: int) -> RemoteLauncher:
    return RemoteLauncher(url=f"http://127.0.0.1:{port}", scenarios=discover())


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("a", "a", 5557), ("a:1", "a", 1), ("[::1]:7", "::1", 7), ("0.0.0.0:80", "0.0.0.0", 80)],  # noqa: S104
)
def test_an_address_is_host_and_port(text: str, host: str, port: int) -> None:
    assert Endpoint.parse(text) == Endpoint(host, port)


@pytest.mark.parametrize("text", ["", ":1", "a:b", "a/b", "a:99999", "u@a:1"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"HOST:PORT|[Pp]ort"):
        Endpoint.parse(text)


@pytest.mark.parametrize("url", ["https://a", "ftp://a", "a:80", "http://a/b", "http://a:99999", "http://"])
def test_a_url_is_of_a_server_alone(url: str) -> None:
    with pytest.raises(PlanError, match="is not http://HOST:PORT"):
        Endpoint.of_url(url)


def test_loopback_is_recognised() -> None:
    assert Endpoint("127.0.0.1", 1).is_loopback
    assert Endpoint("localhost", 1).is_loopback
    assert Endpoint("::1", 1).is_loopback
    assert not Endpoint("192.0.2.1", 1).is_loopback


def test_one_generator_needs_no_master(tmp_path: Path) -> None:
    assert type(generator_of(SETUP, tmp_path)) is Generator
    assert type(generator_of(replace(SETUP, generators=2), tmp_path)) is DistributedGenerator
    assert type(generator_of(replace(SETUP, joined=1), tmp_path)) is DistributedGenerator


def test_listening_is_loopback_unless_asked() -> None:
    assert Spread().endpoint() is None
    joined = Spread(joined=1).endpoint()
    assert joined
    assert joined.is_loopback
    assert Spread(listen="192.0.2.1").endpoint() == Endpoint("192.0.2.1", 5557)


def test_generators_have_cpus_of_their_own_where_there_are_enough() -> None:
    cores = [[0, 4], [1, 5], [2, 6], [3, 7]]
    assert place(cores, 1, 3) == ((3,), (0, 1, 2))
    assert place([[0], [1]], 1, 2) == ((1,), (0,))
    shared = replace(SETUP, generators=2)
    assert crowding(shared) == ("2 generators share 1 CPU: they make no more load than 1",)
    assert crowding(replace(SETUP, generators=1)) == ()


def test_a_server_elsewhere_is_only_its_answers() -> None:
    with ScriptedServer(serving(answer(b"Hello, World!", head=TEXT))) as server:
        remote = launcher(server.port)
        with remote.start(VISIT, first=VISIT.cells[0], hash_seed="0") as found:
            assert (found.host, found.port) == ("127.0.0.1", server.port)
            assert (found.pid, found.cgroup, found.first_answer_s, found.argv) == (None, None, None, ())
            assert found.alive()
            server.close()
            assert not found.alive()


def test_a_server_that_is_not_there_or_another_is_a_failed_launch() -> None:
    with (
        pytest.raises(LaunchError, match=r"nobody answers at http://127\.0\.0\.1:"),
        launcher(ports.free_port()).start(VISIT, first=VISIT.cells[0], hash_seed="0"),
    ):
        pass
    with (
        ScriptedServer(serving(answer(b"Hello, Wurld!", head=TEXT))) as server,
        pytest.raises(LaunchError, match="answers wrongly"),
        launcher(server.port).start(VISIT, first=VISIT.cells[0], hash_seed="0"),
    ):
        pass
