"""Stacks as py-spy writes them: full names, files without machine paths, whose code it is."""

from __future__ import annotations

import gc
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from results.model import CodeLayer
from results.stacks import Frame
from runners.experiments.counting import dispatch
from runners.experiments.counting.stack_reader import StackReader, full_name, stack_reader
from runners.selection.frameworks import discover

STAGE = Path("/cache/stages/1a2b")
SITE = "/cache/environments/3c4d/lib/python3.13/site-packages"


@pytest.fixture(scope="module")
def reader() -> StackReader:
    return stack_reader(discover().values())


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            "main (/usr/lib/python3.11/asyncio/runners.py:1)",
            ("main", "asyncio/runners.py", "standard-library"),
        ),
        ("f (/opt/lib64/python3.14t/json/decoder.py:1)", ("f", "json/decoder.py", "standard-library")),
        (
            "_load (<frozen importlib._bootstrap>:7)",
            ("_load", "<frozen importlib._bootstrap>", "standard-library"),
        ),
        (f"serve ({SITE}/uvicorn/server.py:1)", ("serve", "uvicorn/server.py", "server")),
        (f"run ({SITE}/gunicorn/app/base.py:1)", ("run", "gunicorn/app/base.py", "server")),
        (f"run ({SITE}/uvicorn_worker/_workers.py:1)", ("run", "uvicorn_worker/_workers.py", "server")),
        (f"get ({SITE}/starlette/requests.py)", ("get", "starlette/requests.py", "framework")),
        (f"get ({SITE}/werkzeug/routing/map.py:1)", ("get", "werkzeug/routing/map.py", "framework")),
        (f"check ({SITE}/pydantic/main.py:1)", ("check", "pydantic/main.py", "package")),
        (f"one ({SITE}/six.py:1)", ("one", "six.py", "package")),
        ("f (/usr/lib/python3/dist-packages/jwt/api.py:1)", ("f", "jwt/api.py", "package")),
        ("f (/home/me/code/starlette/starlette/routing.py:1)", ("f", "starlette/routing.py", "framework")),
        ("f (/home/me/tool.py:1)", ("f", "tool.py", "package")),
        (
            "message (/cache/stages/1a2b/apps/starlette_app.py:110)",
            ("message", "apps/starlette_app.py", "app"),
        ),
        (f"ask ({dispatch.__file__}:1)", ("ask", "dispatch.py", "server")),
        ("what is this", ("what is this", "", "standard-library")),
        ("f ()", ("f", "", "package")),
    ],
)
def test_a_function_is_told_without_its_machine(
    reader: StackReader, text: str, frame: tuple[str, str, str]
) -> None:
    ((told,),) = reader.read({text: 1}, STAGE)
    function, file, layer = frame
    assert (told.function, told.file, told.layer) == (function, file, layer)


def test_boundaries_are_told_by_file_and_function(reader: StackReader) -> None:
    line = f"dumps ({SITE}/x.py:1);solve_dependencies ({SITE}/fastapi/dependencies/utils.py:1)"
    ((other, boundary),) = reader.read({line: 1}, STAGE)
    assert other.boundary == ""
    assert boundary.boundary == "input and validation"


def test_stacks_that_become_alike_are_one(reader: StackReader) -> None:
    lines = {"f (/a/x.py:1)": 2, "f (/b/x.py:1)": 3, "<shim> (<shim>:0);f (/c/x.py:1)": 4}
    assert reader.read(lines, STAGE) == {(Frame("f", "x.py", CodeLayer.PACKAGE),): 9}


SOURCE = """
class Route:
    @property
    def path(self): ...

    async def handle(self):
        def inner(): ...
        class Local:
            def f(self): ...
        return lambda: inner()

def outer():
    if True:
        def one(): ...
"""


def test_full_names_stand_in_the_source(tmp_path: Path) -> None:
    path = tmp_path / "routes.py"
    path.write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    lines = SOURCE.splitlines()

    def name(text: str, bare: str) -> str:
        return full_name(str(path), bare, next(at for at, line in enumerate(lines, 1) if text in line))

    assert name("@property", "path") == "Route.path"
    assert name("def handle", "handle") == "Route.handle"
    assert name("def inner", "inner") == "Route.handle.<locals>.inner"
    assert name("def f", "f") == "Route.handle.<locals>.Local.f"
    assert name("def one", "one") == "outer.<locals>.one"
    assert name("lambda", "<lambda>") == "<lambda>"
    assert name("def handle", "changed_since") == "changed_since"
    assert full_name(str(path), "handle", 999) == "handle"


class Garbage:
    """Freed by the collector alone, in Python code, where threads take turns."""

    def __init__(self) -> None:
        self.own = self

    def __del__(self) -> None:
        sum(range(50))


@pytest.fixture
def restless_threads() -> Iterator[None]:
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(5)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("restless_threads")
def test_sources_are_read_side_by_side(tmp_path: Path) -> None:
    source = "".join(
        f"def f{n}(x):\n    return [y + (x * {n}) for y in range(x) if y]\n\n" for n in range(100)
    )
    paths = [tmp_path / f"m{n}.py" for n in range(200)]
    for path in paths:
        path.write_text(source)

    def named(path: Path) -> str:
        Garbage()
        return full_name(str(path), "f1", 4)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(named, paths)) == {"f1"}


@pytest.mark.parametrize("content", [None, "def broken(:", "\0", "match x: case"])
def test_a_source_that_cannot_be_read_leaves_the_bare_name(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "x.py"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert full_name(str(path), "f", 1) == "f"
