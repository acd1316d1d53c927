"""What is said of these stacks: told where a run has the cells, asked for where it has not."""

from __future__ import annotations

import re

import pytest

from report.analysis.claims.catalogue import CLAIMS, MeasuredClaim, measure_claims
from results.model import Run
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_plan import FRAMEWORK_US, SERVER_US
from tests.support.synthetic_turns import make_relay

QUICK = make_relay(scenarios=("json", "orders"))
PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")


def entries_of(name: str, *runs: Run) -> list[MeasuredClaim]:
    return [entry for entry in measure_claims(runs) if entry.claim.name == name]


def entry_of(name: str, *runs: Run) -> MeasuredClaim:
    (entry,) = entries_of(name, *runs)
    return entry


def test_a_run_without_the_cells_says_nothing() -> None:
    alone = make_run(stacks=(("starlette", "uvicorn-standard"),), scenarios=("json",), troubles=False)
    for entry in measure_claims([alone]):
        assert (entry.run, entry.told) == ("", ()), entry.claim.name


def test_what_is_made_is_what_is_told() -> None:
    told = entry_of("litestar", QUICK).told
    assert {"json", "orders"} == {cell.split("--")[2] for entry in told for cell in entry.cells}
    uvicorn = next(entry for entry in told if "uvicorn-standard--json" in entry.cells[0])
    made = [FRAMEWORK_US[name] + SERVER_US["uvicorn-standard"] for name in ("fastapi", "litestar")]
    assert uvicorn.value.value == pytest.approx(made[0] / made[1], rel=0.05)
    assert uvicorn.value.low is not None
    assert uvicorn.value.high is not None
    assert uvicorn.value.low < uvicorn.value.value < uvicorn.value.high
    assert f"{uvicorn.value.value:.2f}×" in uvicorn.sentence


def test_what_is_left_of_a_request_is_the_share_of_framework_and_app() -> None:
    told = entry_of("migration", QUICK).told
    assert told
    assert not any(entry.cells[0].startswith("asgi--") for entry in told)
    for entry in told:
        assert 0 < (entry.value.low or 0) < entry.value.value < (entry.value.high or 0) < 100
        assert entry.cells[1].split("--")[0] in {"asgi", "wsgi", "rsgi"}


def test_wsgi_is_enough_where_the_interval_says_so() -> None:
    stacks = (("fastapi", "uvicorn-standard"), ("flask", "granian-wsgi"))
    even = {"fastapi--uvicorn-standard": 100.0, "flask--granian-wsgi": 100.0}
    for cost, word in ((100.0, "WSGI is enough"), (70.0, "more than enough"), (140.0, "answers fewer")):
        run = make_relay(
            stacks=stacks, scenarios=("json",), control=False, cost_us=even | {"flask--granian-wsgi": cost}
        )
        (told,) = entry_of("wsgi-enough", run).told
        assert word in told.sentence


def test_threads_are_told_by_what_waits_at_few_and_at_many_connections() -> None:
    runs = [
        make_run(
            stacks=(("flask", "gunicorn-gthread"), ("starlette", "uvicorn-standard")),
            scenarios=("delay",),
            connections=connections,
            control=False,
            troubles=False,
        )
        for connections in (100, 500)
    ]
    few, many = runs
    both = Run(
        plan=few.plan,
        launches=few.launches,
        trials=(*few.trials, *many.trials),
        failures=(),
        findings=(),
        blocks=few.blocks,
    )
    told = entry_of("threads-or-loop", both).told
    assert [entry.cells[0].split("--")[0] for entry in told] == ["flask", "starlette"]
    assert "WSGI, 40 threads" in told[0].sentence
    for entry in told:
        assert entry.value.value == pytest.approx(5, rel=0.05)  # as it is made: they only wait


def test_servers_meet_on_the_bare_app_and_a_variant_on_any() -> None:
    run = make_relay(
        stacks=(
            ("asgi", "uvicorn-standard"),
            ("asgi", "granian-asgi"),
            ("starlette", "uvicorn-standard"),
            ("starlette", "uvicorn-pure"),
        ),
        scenarios=("json",),
        control=False,
    )
    (role,) = entry_of("server-role", run).told
    assert role.cells[0].startswith("asgi--granian-asgi--")
    assert role.value.value > 1
    (standard,) = entry_of("uvicorn-standard", run).told
    assert standard.cells[0].startswith("starlette--uvicorn-standard--")
    assert standard.value.value > 1


def test_layers_are_told_by_counts_too() -> None:
    told = entry_of("fastapi-layers", make_cost_run(troubles=False)).told
    assert {entry.unit for entry in told} == {"instructions"}
    assert {entry.cells[0].split("--")[0] for entry in told} == {"fastapi", "starlette"}


def test_every_run_tells_for_itself() -> None:
    other = make_relay(scenarios=("json",), name="another", seed=2)
    assert [entry.run for entry in entries_of("litestar", QUICK, other)] == [QUICK.plan.name, "another"]


def test_the_document_has_every_claim_with_its_command() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [claim.says for claim in CLAIMS.values()]
    for claim in CLAIMS.values():
        assert claim.wants in PAGE.replace("\n", " ")
        assert claim.command in re.sub(r" \\\n +", " ", PAGE)
