"""Launching fake servers: ready only by a right answer, alone on the port, and every failure explained."""

from __future__ import annotations

import os
import socket
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from results.model import Interface
from runners.errors import LaunchError
from runners.launching.server import LocalServer, launch
from runners.processes import ports
from runners.servers.recipe import Serve, Variant

PREAMBLE = """
import os, signal, socket, sys, time
host, port = sys.argv[1], int(sys.argv[2])

def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen()
    return listener

def answer(listener, text=b"right"):
    while True:
        connection, _ = listener.accept()
        connection.sendall(text)
        connection.close()
"""
GOOD = "answer(listen())"
Launch = Callable[..., LocalServer]


def ready(host: str, port: int, timeout_s: float = 5) -> str | None:
    with socket.create_connection((host, port), timeout_s) as connection:
        came = connection.recv(100)
    return None if came == b"right" else f"{came!r}"


def ready_when_listening(host: str, port: int, timeout_s: float = 5) -> str | None:
    """As ``ready``, asked first when the server listens, however long its interpreter takes to start."""
    deadline_s = time.monotonic() + 20
    while ports.can_bind(host, port) and time.monotonic() < deadline_s:
        time.sleep(0.005)
    return ready(host, port, timeout_s)


def command(serve: Serve) -> tuple[str, ...]:
    return ("-m", "fake", serve.host, str(serve.port))


VARIANT = Variant(
    name="fake", interface=Interface.WSGI, title="Fake", command=command, environment={"RECIPE": "1"}
)


@pytest.fixture
def start(tmp_path: Path) -> Launch:
    """Launch a fake server whose module is the given script."""

    def call(script: str, *, workers: int = 1, **options: object) -> LocalServer:
        stage = tmp_path / "stage"
        stage.mkdir(exist_ok=True)
        (stage / "fake.py").write_text(PREAMBLE + textwrap.dedent(script), encoding="utf-8")
        given: dict[str, object] = {
            "python": Path(sys.executable),
            "stage": stage,
            "variant": VARIANT,
            "serve": Serve(target="apps.x_app:app", interface=Interface.WSGI, workers=workers),
            "groups": ("json", "orders"),
            "cpus": (min(os.sched_getaffinity(0)),),
            "hash_seed": "5",
            "folder": tmp_path / "run",
            "ready": ready,
        }
        return launch(**{**given, **options})  # type: ignore[arg-type] # one table for all tests

    return call


def failure(start: Launch, script: str, **options: object) -> LaunchError:
    with pytest.raises(LaunchError) as raised:
        start(script, **options)
    assert raised.value.remedy
    return raised.value


def test_a_server_that_answers_is_ready_and_then_gone(start: Launch) -> None:
    with start(GOOD) as server:
        assert ready(server.host, server.port) is None
        assert server.alive()
        assert server.pids() == {server.pid}
        assert server.first_answer_s > 0
        assert server.argv == ("python", "-m", "fake", server.host, str(server.port))
        assert (server.pss_bytes() or 1) > 0
    assert not server.alive()
    assert not Path(f"/proc/{server.pid}").exists()
    assert ports.can_bind(server.host, server.port)


def test_children_belong_to_the_server(start: Launch) -> None:
    script = """
        listener = listen()
        if os.fork() == 0: answer(listener)
        signal.pause()
    """
    with start(script) as server:
        pids = server.pids()
        assert len(pids) == 2
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_it_waits_for_a_server_that_accepts_before_it_answers(start: Launch) -> None:
    script = """
        listener = listen()
        early, _ = listener.accept(); early.close()
        answer(listener)
    """
    with start(script) as server:
        assert server.alive()


def test_the_server_sees_only_the_allow_list(start: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEB_CONCURRENCY", "UVICORN_PORT", "GUNICORN_CMD_ARGS", "PYTHONOPTIMIZE", "LD_DEBUG"):
        monkeypatch.setenv(name, "1")
    script = """
        print(sorted(os.environ), os.listdir(), os.environ["HOTLAP_GROUPS"], flush=True)
        answer(listen())
    """
    with start(script) as server:
        seen = server.log_tail(1)
    names = "HOME HOTLAP_GROUPS HOTLAP_TASKS LANG PATH PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONPATH"
    assert seen == f"{sorted([*names.split(), 'PYTHONSAFEPATH', 'RECIPE', 'TMPDIR'])} [] json,orders"


def test_what_a_server_writes_beside_its_answers_is_gone_with_it(start: Launch) -> None:
    script = """
        import tempfile
        file = tempfile.NamedTemporaryFile(delete=False)
        print(file.name, os.environ["HOTLAP_TASKS"], flush=True)
        answer(listen())
    """
    with start(script) as server:
        file, tasks = map(Path, server.log_tail(1).split())
        assert file.is_file()
        assert file.parent == tasks.parent
        assert tasks == server.tasks
        assert tasks.is_dir()
    assert not file.parent.exists()


def test_what_a_server_that_does_not_start_wrote_is_gone_too(start: Launch) -> None:
    error = failure(start, 'print(os.environ["TMPDIR"], flush=True); raise SystemExit(1)')
    assert not Path(error.log_tail.split()[0]).exists()


def test_every_launch_has_an_empty_directory_and_a_new_log(start: Launch, tmp_path: Path) -> None:
    script = """
        print("files", os.listdir(), flush=True)
        open("left-behind", "w").close()
        answer(listen())
    """
    for _ in range(2):
        with start(script) as server:
            assert server.log_tail() == "files []"
    assert (tmp_path / "run" / "server.log").read_text(encoding="utf-8") == "files []\n"


def test_paths_of_this_machine_are_not_in_the_tail(start: Launch, tmp_path: Path) -> None:
    error = failure(start, "print(__file__, os.getcwd()); raise RuntimeError('no database')")
    assert "<stage>/fake.py <run>/cwd" in error.log_tail
    assert str(tmp_path) not in error.log_tail
    assert "no database" in error.log_tail


def test_a_server_that_dies_is_told_by_its_exit_status_and_log(start: Launch) -> None:
    error = failure(start, "import no_such_module")
    assert "died at its start (exit status 1)" in error.message
    assert "fake serving apps.x_app:app" in error.message
    assert "No module named 'no_such_module'" in error.log_tail


def test_a_server_that_is_killed_is_told_by_its_signal(start: Launch) -> None:
    error = failure(start, "os.kill(os.getpid(), signal.SIGSEGV)")
    assert "signal SIGSEGV" in error.message


def test_a_missing_interpreter_is_told(start: Launch, tmp_path: Path) -> None:
    error = failure(start, GOOD, python=tmp_path / "no" / "python")
    assert "its interpreter cannot be executed" in error.message


@pytest.mark.faults("hangs-at-start")
def test_a_server_that_hangs_is_told_by_what_was_seen_last(start: Launch) -> None:
    error = failure(start, "time.sleep(600)", deadline_s=0.3)
    assert "not ready after 0.3 s" in error.message
    assert "ConnectionRefusedError" in error.message


def test_a_server_that_accepts_and_never_answers_hangs_too(start: Launch) -> None:
    def impatient(host: str, port: int) -> str | None:
        return ready_when_listening(host, port, 0.1)

    error = failure(start, "listener = listen(); time.sleep(600)", deadline_s=0.5, ready=impatient)
    assert "TimeoutError" in error.message


def test_an_answer_that_stays_wrong_is_told_before_the_deadline(
    start: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.launching.readiness.WRONG_S", 0.1)
    error = failure(start, "answer(listen(), b'500 oops')", deadline_s=600)
    assert "answers wrongly: b'500 oops'" in error.message


def test_a_wrong_answer_while_warming_up_is_forgiven(start: Launch) -> None:
    script = """
        listener = listen()
        early, _ = listener.accept(); early.sendall(b"wait"); early.close()
        answer(listener)
    """
    with start(script) as server:
        assert server.alive()


@pytest.mark.faults("port-taken")
def test_a_taken_port_is_told_with_its_owner(start: Launch) -> None:
    with start(GOOD) as first:
        serve = Serve(target="apps.x_app:app", interface=Interface.WSGI, port=first.port)
        error = failure(start, GOOD, serve=serve)
        assert f"(pid {first.pid})" in error.message
        assert f"port {first.port}" in error.message


@pytest.mark.faults("port-shared")
def test_a_second_listener_on_the_port_is_found(start: Launch) -> None:
    """With SO_REUSEPORT it starts without a word and takes half of the load."""
    with socket.socket() as second:

        def ready_and_joined(host: str, port: int) -> str | None:
            answer = ready(host, port)
            if second.getsockname()[1] == 0:
                second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                second.bind((host, port))
                second.listen()
            return answer

        error = failure(start, GOOD, ready=ready_and_joined)
    assert "is not alone on port" in error.message
    assert f"(pid {os.getpid()})" in error.message


def test_all_workers_are_waited_for(start: Launch, tmp_path: Path) -> None:
    script = f"""
        listener = listen()
        if os.fork() == 0: answer(listener)
        begun = time.process_time()
        while time.process_time() - begun < 0.3: pass       # a second worker that still imports
        open({str(tmp_path / "up")!r}, "w").close()
        answer(listener)
    """
    with start(script, workers=2):
        assert (tmp_path / "up").exists()


def test_a_server_that_never_rests_is_told(start: Launch) -> None:
    script = """
        listener = listen()
        if os.fork() == 0: answer(listener)
        while True: pass
    """
    error = failure(start, script, workers=2, deadline_s=0.6, ready=ready_when_listening)
    assert "busy since its first answer" in error.message


def test_an_interrupted_launch_leaves_nothing(start: Launch) -> None:
    assert "interrupted" in failure(start, "time.sleep(600)", is_aborted=lambda: True).message


def test_whatever_readiness_raises_leaves_nothing_running(start: Launch) -> None:
    seen: list[int] = []

    def broken(_host: str, port: int) -> str | None:
        seen.append(port)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start(GOOD, ready=broken)
    assert ports.can_bind("127.0.0.1", seen[0])


def test_a_port_that_was_chosen_is_not_looked_at_again(
    start: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def once(_host: str, port: int) -> bool:
        """As where a child that another thread forked still holds the socket of the first look."""
        looks.append(port)
        return port not in looks[:-1]

    monkeypatch.setattr(ports, "can_bind", once)
    with start(GOOD) as server:
        assert looks == [server.port]


def test_a_server_that_dies_later_is_not_alive(start: Launch) -> None:
    script = """
        listener = listen()
        for text in (b"right", b"last"):
            connection, _ = listener.accept(); connection.sendall(text); connection.close()
    """
    with start(script) as server:
        assert server.alive()
        assert ready(server.host, server.port) == "b'last'"
        deadline = time.monotonic() + 20
        while server.alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        assert not server.alive()
        assert server.pss_bytes() == 0
