"""The functions of other projects that boundaries name: whether the locked versions still have them."""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from runners import servers
from runners.environments.provision import Provisioned, provision
from runners.errors import PlanError
from runners.experiments.counting.boundaries import Boundary, collect, declared
from runners.selection.frameworks import Framework, discover

FRAMEWORKS = discover()
SERVERS = servers.boundaries()


def environment_of(framework: Framework) -> Provisioned:
    return provision(framework, echo=lambda _line: None)


def folders(environment: Provisioned) -> list[Path]:
    """Where the environment imports from: what is installed in it, and the standard library."""
    (site,) = (environment.python.parent.parent / "lib").glob("python3*/site-packages")
    return [site, Path(sysconfig.get_path("stdlib"))]


def gone(boundaries: Iterable[Boundary], where: Iterable[Path]) -> list[str]:
    """What of ``boundaries`` is not there, each with the reason."""
    places = tuple(where)
    reasons = {boundary: _why_gone(boundary, places) for boundary in boundaries}
    return [
        f"{boundary.layer}: {boundary.function} of {boundary.file}: {why}"
        for boundary, why in reasons.items()
        if why
    ]


def _why_gone(boundary: Boundary, places: tuple[Path, ...]) -> str:
    path = next((place / boundary.file for place in places if (place / boundary.file).is_file()), None)
    if path is None:
        return "there is no such file"
    return "" if boundary.function in _functions(path) else "the file defines no such function"


@cache
def _functions(path: Path) -> frozenset[str]:
    return frozenset(_qualified(ast.parse(path.read_text(encoding="utf-8")), ""))


def _qualified(node: ast.AST, prefix: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + child.name
                yield from _qualified(child, f"{prefix}{child.name}.<locals>.")
            case ast.ClassDef():
                yield from _qualified(child, f"{prefix}{child.name}.")
            case _:
                yield from _qualified(child, prefix)


@pytest.mark.servers
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_functions_that_a_framework_names_are_in_its_locked_versions(name: str) -> None:
    framework = FRAMEWORKS[name]
    assert framework.boundaries
    assert gone(declared(framework.boundaries), folders(environment_of(framework))) == []


@pytest.mark.servers
@pytest.mark.parametrize("file", SERVERS)
def test_functions_that_a_server_names_are_in_its_locked_version(file: str) -> None:
    assert gone(declared(SERVERS[file]), folders(environment_of(FRAMEWORKS["asgi"]))) == []


@pytest.mark.servers
def test_what_is_gone_is_named() -> None:
    framework = FRAMEWORKS["starlette"]
    wrong = {
        "routing": ("starlette/routing.py::Router.__call__", "starlette/routing.py::Router.dispatch_all"),
        "response": ("starlette/answers.py::Response.__call__",),
    }
    assert gone(declared(wrong), folders(environment_of(framework))) == [
        "routing: Router.dispatch_all of starlette/routing.py: the file defines no such function",
        "response: Response.__call__ of starlette/answers.py: there is no such file",
    ]


def test_one_function_has_one_layer() -> None:
    function = "starlette/requests.py::Request.body"
    other: Mapping[str, Mapping[str, tuple[str, ...]]] = {"toy_server.py": {"server, parsing": (function,)}}
    complaint = r"input and validation' in starlette_app\.py and of 'server, parsing' in toy_server\.py"
    with pytest.raises(PlanError, match=complaint) as caught:
        collect(FRAMEWORKS.values(), other)
    assert "same layer" in caught.value.remedy
    agreeing = {"toy_server.py": {"input and validation": (function,)}}
    known = collect(FRAMEWORKS.values(), agreeing)
    assert known.layer(*function.split("::")) == "input and validation"


def test_a_boundary_that_names_no_file_is_refused_when_the_app_is_read(tmp_path: Path) -> None:
    text = FRAMEWORKS["asgi"].path.read_text(encoding="utf-8")
    (tmp_path / "asgi_app.py").write_text(
        text.replace("json/__init__.py::dumps", "json.dumps"), encoding="utf-8"
    )
    with pytest.raises(PlanError, match=r"^asgi_app\.py: boundaries that are not .*: json\.dumps"):
        discover(tmp_path)


def test_boundaries_of_a_framework_alone_are_enough() -> None:
    alone = replace(FRAMEWORKS["asgi"], boundaries={"serialisation": ("json/__init__.py::dumps",)})
    known = collect([alone], {})
    assert known.layer("json/__init__.py", "dumps") == "serialisation"
    assert known.layer("starlette/applications.py", "Starlette.__call__") == ""
