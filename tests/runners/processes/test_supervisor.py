"""The supervisor leaves nothing behind, however its command or its harness ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runners.errors import LaunchError
from runners.processes import supervisor
from runners.processes.accounting import process_cpu_ns
from runners.processes.tree import ProcessTree, User, tail

DEADLINE_S = 20.0

FAMILY = """
import os, sys, time
def tell(): os.write(1, f"{os.getpid()}\\n".encode())
tell()
if os.fork() == 0:              # a child that forks one of its own, in a session of its own
    os.setsid()
    if os.fork() == 0:
        tell()
    else:
        tell()
        os._exit(0)             # the grandchild is an orphan now
time.sleep(600)
"""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def start(script: str, folder: Path, *, cpus: tuple[int, ...] = (), **environment: str) -> ProcessTree:
    with (folder / "log").open("wb") as output:
        return ProcessTree(
            [sys.executable, "-c", textwrap.dedent(script)],
            environment=environment,
            cwd=folder,
            output=output,
            cpus=cpus,
        )


def pids(folder: Path, count: int) -> list[int]:
    until(lambda: len(tail(folder / "log", 99).split()) == count)
    return [int(pid) for pid in tail(folder / "log", 99).split()]


def test_stop_kills_children_and_orphans_in_other_sessions(tmp_path: Path) -> None:
    tree = start(FAMILY, tmp_path)
    family = pids(tmp_path, 3)
    assert tree.pid == family[0]
    assert tree.exit_status() is None
    tree.stop()
    assert all(map(gone, family))
    assert tree.exit_status() == 0
    tree.stop()  # and once more does no harm


@pytest.mark.faults("orphans")
def test_what_ignores_signals_and_keeps_forking_is_killed_too(tmp_path: Path) -> None:
    script = """
        import os, signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
        os.write(1, b"0\\n")
        for _ in range(200):
            if os.fork() == 0:
                os.setsid(); signal.pause()
        signal.pause()
    """
    tree = start(script, tmp_path)
    pids(tmp_path, 1)
    until(lambda: len(supervisor.descendants(tree.pid)) > 5)
    family = supervisor.descendants(tree.pid)
    tree.stop()
    assert all(map(gone, family))
    assert gone(tree.pid)


def test_a_killed_harness_takes_everything_with_it(tmp_path: Path) -> None:
    harness = f"""
        import sys, time
        from pathlib import Path
        from runners.processes.tree import ProcessTree
        with open("log", "wb") as output:
            argv = [sys.executable, "-c", {FAMILY!r}]
            tree = ProcessTree(argv, environment={{}}, cwd=Path(), output=output)
        time.sleep(600)
    """
    root = Path(supervisor.__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(harness)], cwd=tmp_path, env={"PYTHONPATH": str(root)}
    ) as process:
        family = pids(tmp_path, 3)
        process.kill()
    until(lambda: all(map(gone, family)))


def test_a_supervisor_told_to_end_ends_its_tree(tmp_path: Path) -> None:
    tree = start(FAMILY, tmp_path)
    family = pids(tmp_path, 3)
    os.kill(tree._process.pid, signal.SIGTERM)
    until(lambda: tree.exit_status() is not None)
    assert all(map(gone, family))
    tree.stop()


@pytest.mark.parametrize(("end", "status"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", 137)])
def test_the_commands_own_end_is_passed_on_and_its_leftovers_killed(
    tmp_path: Path, end: str, status: int
) -> None:
    script = f"""
        import os, sys, time
        child = os.fork()
        if child == 0: time.sleep(600)
        os.write(1, f"{{child}}\\n".encode())
        {end}
    """
    tree = start(script, tmp_path)
    until(lambda: tree.exit_status() is not None)
    assert tree.exit_status() == status
    assert all(map(gone, pids(tmp_path, 1)))
    tree.stop()


def test_what_cannot_be_executed_says_so(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output:
        tree = ProcessTree(["/no/such/python"], environment={}, cwd=tmp_path, output=output)
    until(lambda: tree.exit_status() is not None)
    assert tree.exit_status() == supervisor.NOT_EXECUTABLE
    assert "cannot start /no/such/python" in tail(tmp_path / "log", 5)
    tree.stop()


def test_the_command_runs_in_the_environment_that_it_was_given(tmp_path: Path) -> None:
    cpu = min(os.sched_getaffinity(0))
    script = """
        import os, resource, signal, sys
        print(sorted(os.sched_getaffinity(0)), os.getsid(0) == os.getpid(), os.environ.get("GIVEN"),
              os.environ.get("HOME"), resource.getrlimit(resource.RLIMIT_NOFILE), os.read(0, 1))
    """
    tree = start(script, tmp_path, cpus=(cpu,), GIVEN="yes")
    until(lambda: tree.exit_status() is not None)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert tail(tmp_path / "log", 1) == f"[{cpu}] True yes None {(hard, hard)} b''"
    tree.stop()


def test_the_supervisor_itself_costs_the_command_nothing(tmp_path: Path) -> None:
    tree = start("import time; time.sleep(600)", tmp_path)
    assert tree._process.pid not in {tree.pid, *supervisor.descendants(tree.pid)}
    assert process_cpu_ns(tree.pid) is not None
    tree.stop()


def test_a_supervisor_that_cannot_start_is_an_error_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.processes.tree.SUPERVISOR", tmp_path / "missing.py")
    with pytest.raises(LaunchError, match="supervisor did not start") as raised:
        start("pass", tmp_path)
    assert raised.value.remedy


def test_both_ways_of_finding_descendants_agree(tmp_path: Path) -> None:
    tree = start(FAMILY, tmp_path)
    pids(tmp_path, 3)
    scanned = supervisor._children_scanned()
    assert sorted(scanned(tree.pid)) == sorted(supervisor._children_listed(tree.pid))
    tree.stop()


def test_the_tail_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert tail(tmp_path / "nothing", 5) == ""


LINGERING = """
import os, signal, sys, time
def leave(*_): os.write(1, b"farewell\\n"); sys.exit(0)
signal.signal(signal.SIGQUIT, leave)
os.write(1, b"up\\n")
time.sleep(600)
"""


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "harness gone"])
def test_a_command_with_a_farewell_puts_away_what_it_has(tmp_path: Path, killed: bool) -> None:  # noqa: FBT001
    with (tmp_path / "log").open("wb") as output:
        tree = ProcessTree(
            [sys.executable, "-c", LINGERING],
            environment={},
            cwd=tmp_path,
            output=output,
            farewell=signal.SIGQUIT,
        )
    until(lambda: tail(tmp_path / "log", 9) == "up")
    if killed and tree._process.stdin:
        tree._process.stdin.close()  # as the kernel does it
        tree.wait()
    tree.stop()
    assert tail(tmp_path / "log", 9) == "up\nfarewell"
    assert gone(tree.pid)


def test_a_command_that_hears_no_farewell_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "supervisor.py"
    source = Path(supervisor.__file__).read_text(encoding="utf-8")
    script.write_text(source.replace("FAREWELL_S = 3.0", "FAREWELL_S = 0.05"), encoding="utf-8")
    monkeypatch.setattr("runners.processes.tree.SUPERVISOR", script)
    deaf = LINGERING.replace("signal.SIGQUIT, leave", "signal.SIGQUIT, signal.SIG_IGN")
    with (tmp_path / "log").open("wb") as output:
        tree = ProcessTree(
            [sys.executable, "-c", deaf],
            environment={},
            cwd=tmp_path,
            output=output,
            farewell=signal.SIGQUIT,
        )
    until(lambda: tail(tmp_path / "log", 9) == "up")
    tree.stop()
    assert gone(tree.pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_a_command_runs_as_the_user_that_is_named(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output:
        tree = ProcessTree(
            ["/bin/sh", "-c", "id -u; id -G"],
            environment={"PATH": os.defpath},
            cwd=tmp_path,
            output=output,
            user=User(65534, 65533),
        )
    assert tree.wait() == 0
    tree.stop()
    assert tail(tmp_path / "log", 9) == "65534\n65533"
