from __future__ import annotations

import pytest

from runners.errors import LaunchError
from runners.launching.remote import RemoteLauncher
from runners.processes import ports
from runners.selection.schedule import visits
from scenarios.catalogue import discover
from tests.support.fake_run import plan
from tests.support.scripted_server import ScriptedServer, answer, serving
from tests.support.small_matrix import parts

TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
VISIT = visits([cell for cell in plan().cells if cell.scenario == "plaintext"], parts().scenarios)[0]


def launcher(port: int) -> RemoteLauncher:
    return RemoteLauncher(url=f"http://127.0.0.1:{port}", scenarios=discover())


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
