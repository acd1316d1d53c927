"""Where instructions go: dumps as callgrind writes them, perf maps as CPython does, what is told of both."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import runners.experiments.counting.where
from results.model import CostShares
from runners import servers
from runners.errors import CostError, PlanError
from runners.experiments.counting.boundaries import Boundaries, Boundary, collect
from runners.experiments.counting.callgrind import CallgrindReading
from runners.experiments.counting.callgrind_dumps import RUN_TIME_CODE, Profile, perf_map, short
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.where import must_be_callgrind, shares, take_profile
from runners.selection import frameworks
from scenarios.exchange import Answer, Exchange
from tests.support.fake_valgrind import cost_cell, fake_valgrind, tool
from tests.support.small_matrix import scenario

DUMP = """# callgrind format
version: 1
pid: 15960
positions: line
events: Ir
summary: 1000

ob=/usr/lib/libpython3.13.so.1.0
fl=ceval.c
fn=_PyEval_EvalFrameDefault
120 300
+3 100
cob=???
cfi=???
cfn=0x00000000079096d0
calls=240 0
1948 500
cob=???
cfi=???
cfn=0x00000000079096d0'2
calls=20 0
1948 77
cfn=0x0000000001234567
calls=1 0
* 5

ob=/venv/lib/python3.13/site-packages/pydantic_core/_pydantic_core.cpython-313-x86_64-linux-gnu.so
fn=validate
7 450

ob=???
fn=0x00000000079096d0
0 149

ob=/usr/lib/libtiny.so.6
fn=tiny
0 1

totals: 1000
"""
MAP = """79096d0 b py::Starlette.__call__:/venv/lib/python3.13/site-packages/starlette/applications.py
79096e0 b py::message:/stage/apps/starlette_app.py
"""
SYMBOLS = {
    0x79096D0: "py::Starlette.__call__:/venv/lib/python3.13/site-packages/starlette/applications.py",
    0x79096E0: "py::message:/stage/apps/starlette_app.py",
}


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "callgrind.out.15960.6"
    path.write_text(DUMP, encoding="utf-8")
    return path


def test_a_dump_says_what_each_object_took_itself_and_each_function_with_what_it_called(dump: Path) -> None:
    profile = Profile()
    profile.add(dump, SYMBOLS)
    assert profile.total == 1000
    assert profile.by_object == {
        "libpython3.13": 400,
        "_pydantic_core": 450,
        RUN_TIME_CODE: 149,
        "libtiny": 1,
    }
    assert profile.by_symbol == {SYMBOLS[0x79096D0]: 500}  # what is within itself is counted once


def test_processes_add_up(dump: Path) -> None:
    profile = Profile()
    profile.add(dump, SYMBOLS)
    profile.add(dump, {})
    assert profile.total == 2000
    assert profile.by_symbol[SYMBOLS[0x79096D0]] == 500


def test_a_perf_map_names_addresses(tmp_path: Path) -> None:
    path = tmp_path / "perf-1.map"
    assert perf_map(path) == {}
    path.write_text(MAP, encoding="utf-8")
    assert perf_map(path) == SYMBOLS


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/libpython3.13.so.1.0", "libpython3.13"),
        ("/x/loop.cpython-313-x86_64-linux-gnu.so", "loop"),
        ("/x/_granian.abi3.so", "_granian"),
        ("/usr/bin/python3.11", "python3.11"),
        ("???", RUN_TIME_CODE),
        ("", RUN_TIME_CODE),
    ],
)
def test_objects_are_called_as_a_person_would(path: str, name: str) -> None:
    assert short(path) == name


def test_boundaries_are_told_by_function_and_file() -> None:
    known = collect(frameworks.discover().values(), servers.boundaries())
    boundary = known.find("py::solve_dependencies:/venv/site-packages/fastapi/dependencies/utils.py")
    assert boundary is not None
    assert boundary.name == "input and validation: solve_dependencies"
    assert known.find("py::solve_dependencies:/venv/site-packages/other/utils.py") is None
    handler = known.find("py::OrdersController.create_order:/stage/apps/litestar_app.py")
    assert handler is not None
    assert handler.name == "handler: OrdersController.create_order"
    assert known.find("py::total_cents:/stage/apps/contract.py") is None
    assert known.find("main") is None


def profiled(**symbols: int) -> Profile:
    profile = Profile(total=1000)
    profile.by_object.update({"libpython3.13": 400, "_pydantic_core": 599, "libtiny": 1})
    files = {"app": "/v/starlette/applications.py", "small": "/s/apps/x_app.py", "large": "/s/apps/x_app.py"}
    names = {"app": "Starlette.__call__", "small": "helper", "large": "message"}
    profile.by_symbol.update({f"py::{names[key]}:{files[key]}": cost for key, cost in symbols.items()})
    return profile


def shares_of(tmp_path: Path, python: str, profile: Profile) -> dict[str, CostShares]:
    profiled_subject = cost_cell(tmp_path, "")
    object.__setattr__(profiled_subject.environment.record, "python", python)
    boundary = Boundary("framework, whole", "starlette/applications.py", "Starlette.__call__")
    told = shares(profiled_subject, profile, "valgrind-3", Boundaries([boundary]))
    return {by_kind.by: by_kind for by_kind in told}


def test_shares_are_told_by_function_and_by_object(tmp_path: Path) -> None:
    told = shares_of(tmp_path, "3.13.0", profiled(app=900, small=30, large=70))
    assert told["function"].shares == {"framework, whole: Starlette.__call__": 0.9, "handler: message": 0.07}
    assert told["object"].shares == {"_pydantic_core": 0.599, "libpython3.13": 0.4, "libtiny": 0.001}
    assert {(by_kind.tool, by_kind.python) for by_kind in told.values()} == {("valgrind-3", "3.13.0")}


def test_before_python_3_12_by_object_alone(tmp_path: Path) -> None:
    told = shares_of(tmp_path, "3.11.7", profiled())
    assert told.keys() == {"object"}
    assert sum(told["object"].shares.values()) == pytest.approx(1.0)


def test_no_boundary_at_all_is_an_error_and_not_an_empty_table(tmp_path: Path) -> None:
    with pytest.raises(CostError, match="no boundary function was met"):
        shares_of(tmp_path, "3.12.1", profiled())
    with pytest.raises(CostError, match="counted nothing"):
        shares_of(tmp_path, "3.12.1", Profile())


def test_only_callgrind_tells_where() -> None:
    must_be_callgrind("callgrind")
    with pytest.raises(PlanError, match="needs callgrind, not perf"):
        must_be_callgrind("perf")


class Asked:
    """An app that is asked nothing."""

    def first(self, _exchange: Exchange) -> Answer:
        return Answer(status=200, headers=(), body=b"")

    def take(self, inputs: Inputs) -> None: ...

    def warm(self) -> None: ...

    def ask(self, batch: int) -> None: ...

    def check(self) -> None: ...


WRITES = """
import os, sys
from pathlib import Path
options = dict(word.split("=", 1) for word in sys.argv[1:] if word.startswith("--"))
if sys.argv[-1] == "dump":
    folder = Path(options["--vgdb-prefix"]).parent
    (folder / f"callgrind.out.{options['--pid']}.1").write_text(Path(os.environ["FAKE_DUMP"]).read_text())
"""


def test_a_profile_is_of_one_warm_hand_and_leaves_no_file(
    tmp_path: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, "[]")
    tool(tmp_path / "bin", "vgdb", WRITES)
    monkeypatch.setenv("FAKE_DUMP", str(dump))
    monkeypatch.setattr(runners.experiments.counting.where, "MAPS", tmp_path)
    (tmp_path / f"perf-{os.getpid()}.map").write_text(MAP, encoding="utf-8")
    profile = take_profile(
        Asked(), CallgrindReading(folder=tmp_path), scenario("json"), lambda: [os.getpid()], idles=True
    )
    assert profile.by_symbol == {SYMBOLS[0x79096D0]: 500}
    assert not list(tmp_path.glob(f"callgrind.out.{os.getpid()}.*"))
    assert not list(tmp_path.glob("perf-*.map"))
