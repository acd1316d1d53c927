"""A fake valgrind that counts what a test says, and small apps to count."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import pytest

from results.model import IN_PROCESS, Cell, FrameworkEnvironment, Interface, Load, Setup
from runners.environments.provision import Provisioned
from runners.experiments.counting.cost_cell import CostCell
from tests.support.small_matrix import framework

VALGRIND = """
import os, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("valgrind-3.fake")
    sys.exit(0)
command = [word for word in arguments if not word.startswith("--")]
begin = arguments.index(command[0])
os.execvp(command[0], arguments[begin:])
"""
"""Starts the command as it is; counting is left to the fake vgdb."""

VGDB = """
import json, os, sys
from pathlib import Path
options = dict(word.split("=", 1) for word in sys.argv[1:] if word.startswith("--"))
words = [word for word in sys.argv[1:] if not word.startswith("--")]
folder, pid = Path(options["--vgdb-prefix"]).parent, options["--pid"]
with (folder / "asked").open("a") as file:
    file.write(" ".join(words) + "\\n")
os.kill(int(pid), 0)
if words == ["dump"]:
    number = (folder / "asked").read_text().splitlines().count("dump")
    counts = json.loads(os.environ["FAKE_COUNTS"])
    count = counts[(number - 1) % len(counts)]
    (folder / f"callgrind.out.{pid}.{number}").write_text(f"events: Ir\\n\\ntotals: {count}\\n")
"""
"""The n-th dump of a launch holds the n-th of FAKE_COUNTS, which repeat."""


def tool(folder: Path, name: str, script: str) -> None:
    """Put an executable called ``name`` into ``folder``."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{textwrap.dedent(script)}", encoding="utf-8")
    path.chmod(0o755)


def fake_valgrind(folder: Path, monkeypatch: pytest.MonkeyPatch, counts: str) -> None:
    """Let ``valgrind`` and ``vgdb`` be the fake ones; ``counts`` is a JSON list."""
    tool(folder / "bin", "valgrind", VALGRIND)
    tool(folder / "bin", "vgdb", VGDB)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_COUNTS", counts)


SETUP = Setup(blocks=2, warmup_s=0.0, window_s=0.0, seed=0, server_cpus=(), generator_cpus=())


def cell(server: str = IN_PROCESS, interface: Interface = Interface.ASGI, scenario: str = "json") -> Cell:
    """A cell of the small app."""
    return Cell(
        framework="small",
        server=server,
        interface=interface,
        scenario=scenario,
        load=Load.LOCKSTEP,
        connections=1,
    )


def provisioned(stage: Path) -> Provisioned:
    """An environment of this very interpreter, with an app in ``stage``."""
    record = FrameworkEnvironment(
        framework="small",
        title="Small",
        key="key",
        python="3.11",
        python_build="",
        optimised_build=True,
        versions={},
    )
    return Provisioned(python=Path(sys.executable), stage=stage, record=record)


def cost_cell(
    folder: Path, source: str, *, server: str = IN_PROCESS, interface: Interface = Interface.ASGI
) -> CostCell:
    """An app whose module is ``source``, which is to define ``app``."""
    apps = folder / "stage" / "apps"
    apps.mkdir(parents=True, exist_ok=True)
    (apps / "__init__.py").touch()
    (apps / "small_app.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return CostCell(
        cell=cell(server, interface),
        framework=framework("small", interface),
        environment=provisioned(folder / "stage"),
    )
