from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Run
from results.store import create
from tests.support.command_line import call
from tests.support.fake_run import plan
from tests.support.synthetic_gate import make_gate


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare"], "nothing tells base and head apart"),
        (["compare", "yesterday", "today"], "no run 'yesterday'"),
        (["compare", "yesterday", "--base", "fastapi"], "take no options of sides"),
        (["compare", "--base-server", "uvicorn-pure"], "needs --head-server"),
        (
            ["compare", "--base-server", "uvicorn-pur", "--head-server", "granian-asgi"],
            "base: unknown server",
        ),
        (["compare", "--head-framework", "flask"], "needs --base-framework"),
        (["compare", "-f", "fastapi", "--base-rev", "nowhere"], "no revision 'nowhere'"),
        (["compare", "-f", "fastapy", "--base-python", "3.12"], "unknown framework 'fastapy'"),
        (
            ["compare", "--base-framework", "flask", "--head-framework", "fastapi"],
            "no cell of the base has its like",
        ),
        (["gate", "--no-cost", "--no-load"], "neither tier is left"),
        (["gate", "--from", "yesterday"], "no run 'yesterday'"),
        (["gate", "--from", "yesterday", "--pairs", "4"], "takes no --pairs"),
        (["gate", "--no-cost", "--head-rev", "worktree", "--sentinel", "x--y"], "no cell is called 'x--y'"),
        (["gate", "--no-cost", "--base-rev", "worktree", "-f", "flusk"], "gives no cell"),
        (["gate", "--markdown", "nowhere/gate.md"], "No such file or directory"),
        (["gate", "--waivers", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["gate", "--from", "yesterday", "--rate", "50%"], "takes no --rate"),
        (["gate", "--rate", "500", "--reuse", "3"], "--reuse is of closed load"),
        (["compare", "-f", "fastapi", "--rate", "fast"], "is no rate"),
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


def test_a_wrong_table_of_the_gate_concerns_the_gate_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.hotlap.gate]\nbudgets = 4\n", encoding="utf-8")
    assert call(monkeypatch, "gate") == 2
    assert "nearest: budget" in capsys.readouterr().err
    assert call(monkeypatch, "list", "--framework", "rsgi") == 0


def record(folder: Path, run: Run) -> None:
    with create(folder / "results", run.plan) as writer:
        for part in (run.launches, run.trials, run.costs, run.failures, run.blocks):
            for each in part:
                writer.append(each)


def test_a_recorded_gate_is_judged_again_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_gate()
    record(tmp_path, run)
    outputs = []
    for number in range(2):
        files = {
            name: tmp_path / f"{name}-{number}"
            for name in ("markdown", "junit", "bencher", "action-benchmark")
        }
        options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
        code = call(monkeypatch, "gate", "--from", run.plan.name, "--json", *options)
        assert code == json.loads(capsys.readouterr().out)["exit_code"]
        outputs.append([path.read_bytes() for path in files.values()])
    assert outputs[0] == outputs[1]
    assert all(outputs[0])


def test_a_recorded_comparison_is_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_gate()
    record(tmp_path, run)
    call(monkeypatch, "compare", run.plan.name, "--json")
    assert json.loads(capsys.readouterr().out)["rows"]


def test_a_run_without_two_sides_cannot_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, Run(plan=plan()))
    assert call(monkeypatch, "gate", "--from", "a-run") == 2
    assert "no two sides" in capsys.readouterr().err
    record(tmp_path, Run(plan=replace(plan(), name="another")))
    assert call(monkeypatch, "compare", "a-run", "another", "another") == 2
    assert "two runs are compared, not 3" in capsys.readouterr().err


def test_two_sides_are_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_gate()
    record(tmp_path, run)
    assert call(monkeypatch, "report", run.plan.name) == 2
    assert f"hotlap compare results/{run.plan.name}" in capsys.readouterr().err
