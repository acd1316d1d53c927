from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import PlanKind
from results.store import create
from runners.cli.shared import find_run
from runners.environments import cache
from runners.errors import PlanError
from tests.support.command_line import call
from tests.support.fake_run import plan
from tests.support.synthetic import make_run


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "--framework", "fastapy"], "unknown framework 'fastapy'; nearest: fastapi"),
        (["run", "--server", "uvicorn-standart"], "nearest: uvicorn-standard"),
        (["verify", "--scenario", "jason"], "nearest: json"),
        (["list", "--framework", "flask", "--server", "uvicorn-pure"], "impossible stack: flask speaks wsgi"),
        (["run", "--resume", "yesterday"], "no run 'yesterday'"),
        (["report", "yesterday"], "no run 'yesterday'"),
        (["run", "--url", "https://example.org"], "is not http://HOST:PORT"),
        (["run", "--url", "http://127.0.0.1:8000"], "is one server, and the selection needs"),
        (["run", "--generators", "0"], "nobody to make the load"),
        (["run", "--join", "1", "--listen", "192.0.2.1:5557"], "cannot reach a server on 127.0.0.1"),
        (["run", "--join", "1", "--listen", "a/b"], "is not HOST:PORT"),
        (["worker", "--master", "a b/c"], "is not HOST:PORT"),
        (["worker", "--master", "127.0.0.1", "--cpu", "100000"], "CPU 100000 may not be used"),
        (["run", "--rate", "0"], "--rate '0' offers nothing"),
        (["run", "--rate", "fast"], "--rate 'fast' is no rate"),
        (["run", "--arrivals", "constant"], "none was asked for"),
        (["run", "--slo", "fast"], "--slo 'fast' is no limit"),
        (["run", "--slo", "p99=5ms", "--rate", "500"], "it takes no --rate"),
        (["run", "--slo", "p99=5ms", "--reuse", "1"], "it takes no --reuse"),
        (["run", "--slo", "p99=5ms", "--python", "3.11", "--python", "3.12"], "on one interpreter, not on 2"),
        (["run", "--reuse", "1", "--rate", "500"], "--reuse is of closed load"),
    ],
)
def test_wrong_use_is_exit_2_with_a_message_and_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert call(monkeypatch, *arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "  try: " in said
    assert "Traceback" not in said


def test_options_out_of_range_are_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "run", "--connections", "0") == 2
    assert call(monkeypatch, "run", "--reuse", "0") == 2
    assert call(monkeypatch, "run", "--blocks", "many") == 2


def test_every_command_has_help_with_an_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("list", "verify", "run", "report", "calibrate", "serve", "worker", "lock", "cache"):
        assert call(monkeypatch, command, "--help") == 0
        assert f"Example: hotlap {command}" in capsys.readouterr().out


def test_the_list_is_json_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "list", "--quick", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert len(data["stacks"]) == 11
    assert len(data["cells"]) == 32
    assert {"fastapi", "litestar", "starlette", "flask", "django"} <= {f["name"] for f in data["frameworks"]}


def test_the_list_for_people_counts_what_a_selection_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "list", "--framework", "flask", "--scenario", "json") == 0
    text = capsys.readouterr().out
    assert "flask--gunicorn-gthread" in text
    assert "4 stacks, 4 cells" in text


def test_defaults_come_from_the_working_directory_and_options_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.hotlap]\nframework = ["flask"]\nscenario = ["json"]\n', encoding="utf-8"
    )
    assert call(monkeypatch, "list") == 0
    assert "4 stacks, 4 cells" in capsys.readouterr().out
    assert call(monkeypatch, "list", "--framework", "rsgi") == 0
    assert "1 stacks, 1 cells" in capsys.readouterr().out


def test_a_wrong_key_of_the_configuration_is_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.hotlap]\nblok = 4\n", encoding="utf-8")
    assert call(monkeypatch, "list") == 2
    assert "nearest: blocks" in capsys.readouterr().err


def test_a_run_that_goes_on_takes_no_other_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with create(tmp_path / "results", plan()):
        pass
    assert call(monkeypatch, "run", "--resume", "latest", "--blocks", "4") == 2
    assert "takes no --blocks" in capsys.readouterr().err


def test_a_run_of_stacks_that_are_gone_cannot_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tuple(replace(cell, server="tornado") for cell in plan().cells)
    with create(tmp_path / "results", replace(plan(), cells=gone)):
        pass
    assert call(monkeypatch, "run", "--resume", "a-run") == 2
    assert "tornado is no longer there" in capsys.readouterr().err


def test_a_comparison_cannot_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with create(tmp_path / "results", replace(plan(), kind=PlanKind.COMPARE)):
        pass
    assert call(monkeypatch, "run", "--resume", "a-run") == 2
    assert "kind 'compare'" in capsys.readouterr().err


def record(folder: Path) -> Path:
    run = make_run()
    with create(folder, run.plan) as writer:
        for part in (run.launches, run.trials, run.failures, run.findings, run.blocks):
            for each in part:
                writer.append(each)
    return folder / run.plan.name


def test_a_report_is_written_and_its_place_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path / "results")
    assert call(monkeypatch, "report", "latest") == 0
    page = Path(capsys.readouterr().out.strip())
    assert page == Path("results") / folder.name / "report" / "index.html"
    assert page.read_text(encoding="utf-8").startswith("<!")


def test_an_unreadable_line_is_named_and_the_rest_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "results") / "run.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[9] = lines[9][:40]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert call(monkeypatch, "report", "latest") == 3
    said = capsys.readouterr()
    assert "line 10" in said.err
    assert Path(said.out.strip()).is_file()


def test_a_file_that_is_no_record_is_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.jsonl").write_text("hello\n", encoding="utf-8")
    assert call(monkeypatch, "report", "other") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_whatever_goes_wrong_within_hotlap_is_exit_70_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("runners.cli.settings.defaults", broken)
    assert call(monkeypatch, "list") == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ZeroDivisionError" in said
    assert "a fault of hotlap itself" in said
    assert said.rstrip().endswith("hotlap list")


def test_the_latest_is_the_last_run_that_a_command_can_use(tmp_path: Path) -> None:
    for name, kind, planned_s in (
        ("b", PlanKind.RUN, 2.0),
        ("z", PlanKind.RUN, 1.0),
        ("c", PlanKind.GATE, 3.0),
        ("d", PlanKind.COST, 4.0),
        ("reference", PlanKind.RUN, 5.0),
    ):
        create(tmp_path, replace(plan(), name=name, kind=kind, created_unix_s=planned_s)).close()
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "run.jsonl").write_text("nothing", encoding="utf-8")

    def latest(*kinds: PlanKind) -> str:
        return find_run("latest", tmp_path, kinds).name

    assert latest(PlanKind.RUN) == "b"
    assert latest(PlanKind.GATE, PlanKind.COMPARE) == "c"
    assert latest(PlanKind.RUN, PlanKind.COST) == "d"
    assert find_run("reference", tmp_path, {PlanKind.RUN}).name == "reference"
    with pytest.raises(PlanError, match=r"no run 'latest' of kind compare; in .*: c, d, reference"):
        latest(PlanKind.COMPARE)


def test_a_gate_that_ends_early_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = tmp_path / "gate.md"
    assert call(monkeypatch, "gate", "--base-rev", "nosuch", "--markdown", verdict) == 2
    assert list(tmp_path.iterdir()) == []
    nowhere = tmp_path / "nowhere" / "gate.md"
    assert call(monkeypatch, "gate", "--base-rev", "nosuch", "--markdown", nowhere) == 2
    assert "--markdown" in capsys.readouterr().err


def test_what_was_built_is_listed_and_what_is_long_unused_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    home = tmp_path / "hotlap" / "environments"
    for name, unused_days in (("old", 40), ("new", 2)):
        cache.built(
            home / name, lambda folder, _lock: str((folder / "file").write_bytes(b"x" * 2**20)), waiting=print
        )
        used_s = time.time() - 86_400 * unused_days
        os.utime(home / name / cache.COMPLETE, (used_s, used_s))
    (home / "unfinished").mkdir()

    assert call(monkeypatch, "cache", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["built"]
    assert [(row["name"], row["removed"]) for row in listed] == [
        ("environments/old", False),
        ("environments/new", False),
    ]
    assert all(row["bytes"] >= 2**20 for row in listed)

    assert call(monkeypatch, "cache", "--prune") == 0
    assert "1 folders, 1 MiB in" in capsys.readouterr().out
    assert not (home / "old").exists()
    assert (home / "new" / "file").exists()
    cache.built(home / "new", lambda _folder, _lock: "", waiting=print)
    assert time.time() - (home / "new" / cache.COMPLETE).stat().st_mtime < 86_400


def test_what_is_being_built_is_not_removed(tmp_path: Path) -> None:
    cache.built(tmp_path / "a" / "b", lambda _folder, _lock: "", waiting=print)
    (built,) = cache.list_built(tmp_path)
    with (tmp_path / "a" / ".b.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not cache.remove(built)
    assert built.folder.exists()
    assert cache.remove(built)
    assert not built.folder.exists()
