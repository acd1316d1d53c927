"""The price list: what additions cost each stack, from counts of its scenarios."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.costs import summarise_costs
from report.analysis.prices import ADDED, WITHOUT, loaded_prices
from report.analysis.summary import summarise
from report.page.compose import make_page
from report.page.context import make_context
from report.views.cost_terminal import as_json, as_text
from report.views.terminal import as_text as run_text
from results.model import IN_PROCESS, NotApplicable, Run
from scenarios.price_list_scenario import SCENARIOS
from tests.support.json_outputs import must_conform
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_turns import make_relay

PRICED = ("price-none", "price-cors", "price-sentry", "price-base-middleware", "price-gzip")
FOLDER = Path("results/2026-11-23-cost")


def without_layers(run: Run) -> Run:
    """The run, of which one stack lacks an addition by design."""
    cell = next(c for c in run.plan.cells if c.scenario == "price-base-middleware" and c.framework == "flask")
    lacking = NotApplicable(cell=cell, reason="Flask has none")
    cells = tuple(other for other in run.plan.cells if other != cell)
    plan = replace(run.plan, cells=cells, not_applicable=(lacking,))
    return replace(run, plan=plan, costs=tuple(record for record in run.costs if record.cell != cell))


@pytest.fixture(scope="module", name="run")
def _run() -> Run:
    stacks = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))
    return without_layers(make_cost_run(stacks=stacks, scenarios=PRICED, noise=0.0001, troubles=False))


def test_every_scenario_of_the_list_has_its_words() -> None:
    assert {scenario.name for scenario in SCENARIOS} == {WITHOUT, *ADDED}
    assert len(set(ADDED.values())) == len(ADDED)


def test_additions_are_told_dearest_first_over_the_app_without_them(run: Run) -> None:
    found = summarise_costs(run).prices
    lists = {(prices.without.cell.framework, prices.without.cell.server): prices for prices in found}
    assert lists.keys() == {
        ("starlette", "uvicorn-standard"),
        ("flask", "gunicorn-gthread"),
        ("starlette", IN_PROCESS),
        ("flask", IN_PROCESS),
    }
    prices = lists["starlette", "uvicorn-standard"].prices
    assert [price.step.count.cell.scenario for price in prices] == [
        *("price-base-middleware", "price-sentry", "price-cors", "price-gzip"),
    ]
    levels = [price.step.level.value for price in prices if price.step.level]
    assert levels == pytest.approx([100_000, 31_000, 11_000, 6_000], rel=0.05)
    assert prices[0].share == pytest.approx(100_000 / 209_000, rel=0.05)


def test_what_a_framework_lacks_is_told_last_with_its_reason(run: Run) -> None:
    (found,) = (
        prices for prices in summarise_costs(run).prices if prices.without.cell.server == "gunicorn-gthread"
    )
    last = found.prices[-1]
    assert (last.step.reason, last.share) == ("not applicable: Flask has none", None)
    assert len(found.dearest) == 3


def test_the_list_has_no_layers(run: Run) -> None:
    assert summarise_costs(run).layers == ()
    assert "the floor was not counted" not in as_text(run, FOLDER)


def test_the_terminal_shows_a_table_a_stack_and_how_to_load_the_dearest(run: Run) -> None:
    lines = as_text(run, FOLDER).splitlines()
    title = next(line for line in lines if "Price list of Starlette on uvicorn-standard" in line)
    first = lines[lines.index(title) + 2]
    assert first.startswith("one BaseHTTPMiddleware")
    assert "(99," in first
    assert first.endswith("+47.8%")
    assert (
        "hotlap run --framework starlette --server uvicorn-standard --scenario price-none "
        "--scenario price-base-middleware --scenario price-sentry --scenario price-cors"
    ) in "\n".join(lines)


def test_json_has_the_same_in_its_type(run: Run) -> None:
    text = as_json(run, FOLDER)
    must_conform("cost", text)
    (found,) = (
        prices
        for prices in json.loads(text)["prices"]
        if (prices["framework"], prices["server"]) == ("flask", "gunicorn-gthread")
    )
    assert found["prices"][0]["addition"] == "Sentry as shipped"
    assert found["prices"][-1]["reason"] == "not applicable: Flask has none"
    assert found["under_load"].startswith("hotlap run --framework flask --server gunicorn-gthread")


def test_without_its_base_or_anything_added_there_is_no_list() -> None:
    for scenarios in (("price-cors",), ("price-none",), ("json",)):
        assert summarise_costs(make_cost_run(scenarios=scenarios, troubles=False)).prices == ()


def test_the_page_has_a_part_for_each_stack(run: Run) -> None:
    page = make_page(make_context(run))
    (section,) = [section for section in page.sections if section.anchor == "layers"]
    headings = [part.heading for part in section.parts]
    assert any(heading.startswith("Price list of Flask on gunicorn-gthread") for heading in headings)


def test_under_load_a_price_is_what_is_left_of_the_throughput() -> None:
    loaded = make_relay(
        stacks=(("starlette", "uvicorn-standard"),), scenarios=("json", "price-none", "price-base-middleware")
    )
    ((summary, ratio),) = loaded_prices(summarise(loaded))
    assert summary.cell.scenario == "price-base-middleware"
    assert ratio.value == pytest.approx(0.5, rel=0.2)
    (line,) = (line for line in run_text(loaded, FOLDER, None).splitlines() if "BaseHTTPMiddleware" in line)
    assert line.startswith("starlette on uvicorn-standard, 64 connections: with one BaseHTTPMiddleware 0.")
    assert line.endswith("the throughput without")


def test_under_load_nothing_is_told_without_the_app_that_adds_nothing() -> None:
    loaded = make_relay(stacks=(("starlette", "uvicorn-standard"),), scenarios=("price-base-middleware",))
    assert not list(loaded_prices(summarise(loaded)))
