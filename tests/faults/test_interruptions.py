"""Signals in the stages beside loading: the exit code is the documented one, and no process is left."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from results.store import read
from runners.environments.lock import SHARED
from runners.selection.frameworks import APPS
from tests.support.processes import processes_in, uncounted
from tests.support.recording import record_lines
from tests.support.synthetic import make_run

DEADLINE_S = 60.0
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)]
HANGS = "import time\n\ntime.sleep(600)\n"
PROGRAM = "from runners.cli import main; main()"
RENDERS_FOR_EVER = f"""
import time
import report.page.build as build

build.render_page = lambda _page: (print("rendering", flush=True), time.sleep(600))
{PROGRAM}
"""


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """What is started heeds SIGINT, as it does not where the tests themselves run in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Started:
    """``hotlap`` in a process of its own, in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str, program: str = PROGRAM, **variables: str) -> None:
        self.folder = folder
        environment = {**uncounted(), "PYTHONPATH": str(APPS.parent), "PYTHONUNBUFFERED": "1", **variables}
        with (folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                cwd=folder,
                env=environment,
                stdout=output,
                stderr=output,
            )

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(encoding="utf-8")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not is_so():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def end_by(self, number: signal.Signals) -> int:
        """Exit code; by then, or soon after a SIGKILL, no process is left."""
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(DEADLINE_S)
        while left := processes_in(self.folder):
            assert time.monotonic() - begun < DEADLINE_S, f"still there: {left}"
            time.sleep(0.02)
        return code


@pytest.mark.faults("interrupted-building", "index-silent")
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_environments_are_built(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:
        started = Started(
            tmp_path,
            *("run", "--framework", "asgi", "--server", "uvicorn-pure", "--scenario", "json"),
            XDG_CACHE_HOME=str(tmp_path / "cache"),
            UV_CACHE_DIR=str(tmp_path / "uv"),
            UV_DEFAULT_INDEX=f"http://127.0.0.1:{index.getsockname()[1]}/simple",
        )
        index.settimeout(DEADLINE_S)
        connection, _ = index.accept()  # uv asks, and is not answered
        with connection:
            assert started.end_by(number) == code, started.output
    assert ("interrupted" in started.output) == (number != signal.SIGKILL)
    assert not (tmp_path / "results").exists()


@pytest.mark.servers
@pytest.mark.faults("interrupted-verifying")
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_stacks_are_verified(tmp_path: Path, number: signal.Signals, code: int) -> None:
    apps = tmp_path / "apps"
    (apps / "locks").mkdir(parents=True)
    for lock in ("asgi.txt", SHARED):
        (apps / "locks" / lock).write_bytes((APPS / "locks" / lock).read_bytes())
    app = (APPS / "asgi_app.py").read_text(encoding="utf-8")
    (apps / "asgi_app.py").write_text(
        app.replace("async def app", f"{HANGS}\n\nasync def app"), encoding="utf-8"
    )
    started = Started(
        tmp_path,
        "run",
        "--apps",
        str(apps),
        "--framework",
        "asgi",
        "--server",
        "uvicorn-pure",
        "--scenario",
        "json",
    )
    started.wait_until(lambda: any((tmp_path / "results").glob("*/logs/*/cwd")))
    assert started.end_by(number) == code, started.output
    (folder,) = (tmp_path / "results").iterdir()
    assert not read(folder).trials
    assert ("interrupted" in started.output) == (number != signal.SIGKILL)


@pytest.mark.faults("interrupted-reporting")
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_the_report_is_written(tmp_path: Path, number: signal.Signals, code: int) -> None:
    folder = tmp_path / "results" / "a-run"
    folder.mkdir(parents=True)
    (folder / "run.jsonl").write_bytes(b"".join(record_lines(make_run())))
    before, page = read(folder), tmp_path / "site" / "index.html"
    page.parent.mkdir()
    page.write_text("the page as it was", encoding="utf-8")
    started = Started(tmp_path, "report", str(folder), "--output", "site", program=RENDERS_FOR_EVER)
    started.wait_until(lambda: "rendering" in started.output)
    assert started.end_by(number) == code, started.output
    assert page.read_text(encoding="utf-8") == "the page as it was"
    assert read(folder) == before
