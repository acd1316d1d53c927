"""What comes from outside: text that a terminal would obey, configuration of wrong types, other machines."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from report.views import cost_terminal, terminal
from results.model import Failure, FailureStage, Interface
from runners.cli.progress import PlainLines, TerminalBar
from runners.cli.settings import GATE_SETTINGS, SETTINGS, TextOrList, defaults, gate_defaults
from runners.cli.shared import complain
from runners.errors import PlanError
from runners.experiments.options import timing
from runners.generator.distributed_client import DistributedGenerator
from runners.processes.ports import LOOPBACK
from runners.selection.spread import Spread
from runners.servers.recipe import Serve
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31m[red]\r\x9b1m"
OBEYED = set("\x1b\x07\r\x9b")
WRONG = {
    "text": '"x"',
    "whole": "3",
    "real": "1.5",
    "truth": "true",
    "list": '["x"]',
    "date": "1979-05-27",
    "time": "07:32:00",
    "moment": "1979-05-27T07:32:00Z",
    "nan": "nan",
    "infinite": "inf",
    "table": "{ a = 1 }",
}
FITS = {
    str: {"text"},
    int: {"whole"},
    float: {"whole", "real", "nan", "infinite"},
    list: {"list"},
    TextOrList: {"text", "list"},
    bool: {"truth"},
}


def failure() -> Failure:
    return Failure(
        stack=f"a{HOSTILE}--b",
        cell=None,
        block=0,
        stage=FailureStage.LOAD,
        message=f"a\tmessage {HOSTILE}\nof two lines",
        remedy=HOSTILE,
        log_tail=f"first {HOSTILE}\nlast",
    )


@pytest.mark.faults("hostile-terminal")
def test_a_failure_in_progress_drives_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    plain, drawn = io.StringIO(), io.StringIO()
    PlainLines(plain).failure(failure())
    TerminalBar(Console(file=drawn, width=200)).failure(failure())
    complain(HOSTILE, HOSTILE, HOSTILE)
    for said in (plain.getvalue(), drawn.getvalue(), capsys.readouterr().err):
        assert said
        assert not OBEYED & set(said)
    assert "of two lines" in plain.getvalue().splitlines()[1]
    assert "[red]" in drawn.getvalue()


@pytest.mark.faults("hostile-terminal")
def test_what_a_run_prints_at_its_end_drives_no_terminal(tmp_path: Path) -> None:
    run = replace(make_run(), failures=(failure(),), problems=(HOSTILE,))
    assert not OBEYED & set(terminal.as_text(run, tmp_path, None))
    counted = replace(make_cost_run(), failures=(failure(),), problems=(HOSTILE,))
    assert not OBEYED & set(cost_terminal.as_text(counted, tmp_path))


@pytest.mark.faults("wrong-configuration")
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("key", [*SETTINGS, *(f"gate.{key}" for key in GATE_SETTINGS)])
def test_a_key_of_a_wrong_type_is_refused_by_name(tmp_path: Path, key: str, kind: str) -> None:
    table, _, name = key.rpartition(".")
    known, read = (GATE_SETTINGS, gate_defaults) if table else (SETTINGS, defaults)
    where = "[tool.hotlap.gate]" if table else "[tool.hotlap]"
    (tmp_path / "pyproject.toml").write_text(f"{where}\n{name} = {WRONG[kind]}\n", encoding="utf-8")
    if kind in FITS[known[name]] or (kind == "table" and not table):  # a table of another part
        read(tmp_path)
        return
    with pytest.raises(PlanError) as caught:
        read(tmp_path)
    assert f"{name} = " in caught.value.message
    assert f"wanted {known[name].__name__}" in caught.value.message


@pytest.mark.faults("wrong-configuration")
@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_length_of_time_that_never_ends_is_refused(seconds: float) -> None:
    with pytest.raises(PlanError, match=r"--duration .* never ends"):
        timing(quick=True, window_s=seconds)
    with pytest.raises(PlanError, match=r"--warmup .* never ends"):
        timing(quick=True, warmup_s=seconds)
    with pytest.raises(PlanError, match=r"--precision .* never ends"):
        timing(quick=True, precision_percent=seconds)


@pytest.mark.faults("not-loopback")
def test_other_machines_are_listened_to_only_where_it_was_asked_for(tmp_path: Path) -> None:
    assert Serve(target="apps.x_app:app", interface=Interface.ASGI).host == LOOPBACK
    assert Spread().is_loopback
    joined = Spread(joined=1).endpoint()
    assert joined is not None
    assert joined.is_loopback
    command = DistributedGenerator((), tmp_path / "log", local=2)._command()
    assert command[command.index("--listen") + 1].startswith(f"{LOOPBACK}:")
