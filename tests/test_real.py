"""The main job with real servers: bad apps beside a good one, killed in the middle, and taken up again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import runners.launching.server
from results.model import FailureStage, Run
from results.store import read
from runners.cli import main
from runners.environments.lock import SHARED
from runners.processes.ports import can_bind
from runners.selection.frameworks import APPS
from tests.support.processes import COVERAGE, processes_in, uncounted

pytestmark = pytest.mark.servers

GOOD = (APPS / "asgi_app.py").read_text(encoding="utf-8")
BAD = {
    "dies": GOOD.replace("async def app", 'raise RuntimeError("broken at import")\n\n\nasync def app'),
    "hangs": GOOD.replace("async def app", "import time\n\ntime.sleep(600)\n\n\nasync def app"),
    "wrong": GOOD.replace("contract.greeting()", '"Hello, Wrong"'),
    "keeps": GOOD
    + """

_answers = []


def _kept():
    if len(_answers) < 300:
        _answers.append(message())
    return _answers[-1]


MOUNTED["/json"] = _kept
""",
    "careless": GOOD
    + """

import itertools

_right, _asked = app, itertools.count()


async def app(scope, receive, send):
    if scope["type"] == "http" and (number := next(_asked)) > 300 and number % 97 == 0:
        await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
    else:
        await _right(scope, receive, send)
""",
}
SHORT = ("--scenario", "json", "--warmup", "0.05", "--duration", "0.1", "--results", "results")
DEADLINE_S = 60.0


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    folder = tmp_path / "apps"
    (folder / "locks").mkdir(parents=True)
    shutil.copy(APPS / "locks" / SHARED, folder / "locks" / SHARED)
    for name, text in {"asgi": GOOD, **BAD}.items():
        (folder / f"{name}_app.py").write_text(text, encoding="utf-8")
        shutil.copy(APPS / "locks" / "asgi.txt", folder / "locks" / f"{name}.txt")
    return folder


@pytest.fixture
def bad_apps(apps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(runners.launching.server, "READY_DEADLINE_S", 3.0)
    monkeypatch.chdir(tmp_path)
    return apps


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hotlap", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_bad_servers_are_failures_with_their_logs_and_the_rest_is_measured(
    bad_apps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--apps", str(bad_apps), "--server", "uvicorn-pure", "--blocks", "2")
    code = call(monkeypatch, "run", *SHORT, *asked)
    assert f"apps in {bad_apps}" in capsys.readouterr().err
    (folder,) = (tmp_path / "results").iterdir()
    run = read(folder)
    failures = {failure.stack.partition("--")[0]: failure for failure in run.failures}
    assert code == 3
    assert failures.keys() == {"dies", "hangs", "wrong", "keeps", "careless"}
    assert "RuntimeError: broken at import" in failures["dies"].log_tail
    assert "not ready after" in failures["hangs"].message
    assert "Hello, Wrong" in failures["wrong"].message
    assert failures["careless"].stage == FailureStage.VERIFY_AFTER, run.failures
    assert "wanted status 200, got 500" in failures["careless"].message
    assert failures["keeps"].stage == FailureStage.VERIFY_AFTER, run.failures
    seen_first = ("not made on every call", "always the same of what the contract rotates")
    assert any(words in failures["keeps"].message for words in seen_first)
    assert all(failure.remedy for failure in run.failures)
    assert {trial.cell.framework for trial in run.trials} == {"asgi"}
    assert len(run.blocks) == 2
    assert all(trial.requests and not trial.errors for trial in run.trials)


@pytest.mark.skipif(not can_bind("::1", 0), reason="needs IPv6")
def test_servers_listen_on_ipv6_where_they_are_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = ["--framework", "django", "--framework", "starlette", "--server", "gunicorn-gthread"]
    chosen += ["--server", "uvicorn-pure", "--server", "granian-asgi", "--server", "granian-wsgi"]
    assert call(monkeypatch, "run", *SHORT, *chosen, "--host", "::1", "--blocks", "1") == 0
    (folder,) = (tmp_path / "results").iterdir()
    measured = {trial.cell.stack for trial in read(folder).trials}
    assert {"django--gunicorn-gthread", "django--granian-wsgi", "starlette--uvicorn-pure"} <= measured
    assert "starlette--granian-asgi" in measured


def hotlap(*arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    program = "from runners.cli import main; main()"
    environment = {**uncounted(), "PYTHONPATH": str(APPS.parent)}
    with (cwd / "output").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=cwd,
            env=environment,
            stdout=output,
            stderr=output,
        )


def record(folder: Path) -> Iterator[Path]:
    return (folder / "results").glob("*/run.jsonl")


def wait_for_trials(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not any('"type":"trial"' in path.read_text().replace(": ", ":") for path in record(folder)):
        assert process.poll() is None, (folder / "output").read_text()
        assert time.monotonic() < deadline, (folder / "output").read_text()
        time.sleep(0.02)


def wait_until_gone(folder: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while left := processes_in(folder):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.02)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started heeds SIGINT, as it does not where the tests themselves run in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 130), (signal.SIGINT, 130)]
)
@pytest.mark.faults("interrupted-measuring")
def test_a_killed_run_leaves_no_process_keeps_its_trials_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    asked = ("run", *SHORT, "--framework", "asgi", "--server", "uvicorn-pure", "--blocks", "2")
    process = hotlap(*asked, cwd=tmp_path)
    wait_for_trials(tmp_path, process)
    process.send_signal(number)
    assert process.wait(DEADLINE_S) == code, (tmp_path / "output").read_text()
    wait_until_gone(tmp_path)
    kept = whole(tmp_path)
    assert kept.trials
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.delenv(COVERAGE, raising=False)
        assert call(patch, "run", "--resume", "latest") == 0
    finished = whole(tmp_path)
    assert [end.block for end in finished.blocks] == [0, 1]
    assert finished.plan == kept.plan
    assert {trial.launch for trial in kept.trials} <= {
        trial.launch for trial in (*finished.trials, *finished.partial)
    }
    assert not processes_in(tmp_path)


def whole(folder: Path) -> Run:
    (path,) = record(folder)
    return read(path.parent)
