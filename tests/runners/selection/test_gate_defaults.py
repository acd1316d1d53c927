"""The cells that files declare for the gate: those that there are, and what is said of one that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.errors import PlanError
from runners.selection import gate_defaults
from runners.selection.discovery import discover
from runners.selection.matrix import Parts
from tests.support.small_matrix import framework, parts, scenario, variant


def with_parts(**changed: object) -> Parts:
    known = parts()
    for kind, part in changed.items():
        named = {**getattr(known, kind), part.name: part}  # type: ignore[attr-defined] # one of three kinds
        known = replace(known, **{kind: named})
    return known


def test_a_gate_counts_and_loads_the_published_cells() -> None:
    shipped = discover()
    assert set(gate_defaults.sentinels(shipped)) == {
        "starlette--uvicorn-standard--json",
        "fastapi--uvicorn-standard--orders",
        "fastapi--granian-asgi--json",
        "litestar--uvicorn-standard--json",
        "flask--gunicorn-gthread--json",
        "django--granian-wsgi--json",
    }
    assert set(gate_defaults.counted(shipped)) == {
        "*--in-process--json",
        "*--in-process--orders",
        "*--uvicorn-standard--json",
        "*--granian-asgi--json",
        "*--granian-wsgi--json",
        "*--granian-rsgi--json",
        "*--granian-wsgi-as-shipped--json",
    }


def test_each_kind_of_part_declares_the_two_other_parts_of_a_cell() -> None:
    known = with_parts(
        frameworks=framework("toy", "asgi", sentinel=("granian-asgi--json",)),
        servers=variant("toy-server", "asgi", sentinel=("fastapi--*",), counted=("*--json",)),
        scenarios=scenario("toy-scenario", sentinel=("fastapi--in-process",)),
    )
    assert gate_defaults.sentinels(known) == (
        "toy--granian-asgi--json",
        "fastapi--toy-server--*",
        "fastapi--in-process--toy-scenario",
    )
    assert gate_defaults.counted(known) == ("*--toy-server--json",)


@pytest.mark.parametrize(
    ("kind", "part", "complaint"),
    [
        (
            "frameworks",
            framework("toy", "asgi", sentinel=("granian--json",)),
            r"^toy_app\.py, sentinel: no cell is called 'toy--granian--json'",
        ),
        (
            "servers",
            variant("toy-server", "asgi", counted=("json",)),
            "^server toy-server, counted: no cell is called 'json--toy-server'",
        ),
        (
            "scenarios",
            scenario("toy-scenario", counted=("fastapy--*",)),
            r"^scenario toy-scenario, counted: no cell is called 'fastapy--\*--toy-scenario'",
        ),
    ],
)
def test_a_declaration_that_names_no_cell_names_its_part(kind: str, part: object, complaint: str) -> None:
    known = with_parts(**{kind: part})
    with pytest.raises(PlanError, match=complaint) as caught:
        _ = gate_defaults.sentinels(known) + gate_defaults.counted(known)
    assert "framework--server--scenario" in caught.value.remedy
