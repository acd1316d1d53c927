"""Which stacks a probe looks at, and why it does not look at others."""

from __future__ import annotations

import pytest

from results.model import Load
from runners.errors import PlanError
from runners.experiments.lifecycle.catalogue import PROBES, probe_cells
from runners.selection.discovery import discover
from runners.selection.matrix import Matrix, Selection

PARTS = discover()


def cells_of(probe: str, *frameworks: str, server: str = "*") -> Matrix:
    return probe_cells(Selection(frameworks=frameworks, servers=(server,)), (probe,), PARTS)


def test_every_lifecycle_of_the_contract_is_looked_at() -> None:
    assert {probe.number for probe in PROBES.values()} == {f"L{number}" for number in range(1, 9)}


def test_a_cell_has_the_name_of_its_probe_and_no_load_curve() -> None:
    (cell,) = cells_of("cold-start", "fastapi", server="granian-asgi").cells
    assert cell.slug == "fastapi--granian-asgi--cold-start--probe-1--w1"
    assert cell.load == Load.PROBE


@pytest.mark.parametrize(
    ("probe", "framework", "server", "reason"),
    [
        ("lifespan", "flask", "gunicorn-gthread", "no lifespan"),
        ("lifespan", "django", "uvicorn-standard", "refuses the lifespan"),
        ("idle-websockets", "flask", "granian-wsgi", "no websocket"),
        ("openapi", "starlette", "uvicorn-standard", "Starlette makes no OpenAPI document"),
        ("graceful-shutdown", "asgi", "uvicorn-standard", "a floor has no framework"),
    ],
)
def test_what_a_stack_lacks_by_design_has_its_reason(
    probe: str, framework: str, server: str, reason: str
) -> None:
    with pytest.raises(PlanError, match=reason):
        cells_of(probe, framework, server=server)
    matrix = probe_cells(Selection(frameworks=(framework,), servers=(server,)), (probe, "cold-start"), PARTS)
    (lack,) = matrix.not_applicable
    assert (lack.cell.scenario, lack.cell.framework) == (probe, framework)
    assert reason in lack.reason


def test_nothing_is_left_unimplemented() -> None:
    assert not probe_cells(Selection(), (), PARTS).not_implemented


def test_an_unknown_probe_is_named_with_those_that_are_like_it() -> None:
    with pytest.raises(PlanError, match="unknown probe 'cold'; nearest: cold-start"):
        cells_of("cold", "fastapi")
