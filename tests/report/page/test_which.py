"""Which is fastest: the heat map of all scenarios, and ratios that have no interval."""

from __future__ import annotations

import re
from dataclasses import replace

from report.page.context import Context, make_context
from report.page.sections import which
from results.model import NotApplicable
from tests.support.figures import anchors, part_of, texts
from tests.support.synthetic_turns import make_relay

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def test_the_heat_map_holds_every_framework_against_one_on_its_server(quick_context: Context) -> None:
    part = part_of(which.section(quick_context), "which-all")
    written = texts(part)
    assert "uvicorn-standard · ASGI, relative to Starlette" in written
    assert {"json", "params", "orders", "1×", "failed", "–"} <= set(written)
    (table,) = part.tables
    rows = {(row.framework, row.entries[1].text): row for row in table.rows}
    assert rows["django", "gunicorn-gthread · WSGI"].entries[2].text.startswith("not measured (launch)")
    fastapi = rows["fastapi", "uvicorn-standard · ASGI"].entries[2]
    assert fastapi.key is not None
    assert fastapi.key < 1
    assert re.fullmatch(r"\(0\.\d\d–0\.\d\d\)", fastapi.detail)
    assert fastapi.text in written


def test_what_a_stack_lacks_by_design_is_a_sign_and_its_reason_stands_in_the_table() -> None:
    stacks = (("flask", "gunicorn-gthread"), ("django", "gunicorn-gthread"))
    run = make_relay(stacks=stacks, scenarios=("json",), control=False, blocks=4, rounds=6)
    lacking = NotApplicable(
        cell=replace(run.plan.cells[0], scenario="websocket"), reason="WSGI has no WebSocket"
    )
    context = make_context(replace(run, plan=replace(run.plan, not_applicable=(lacking,))))
    part = part_of(which.section(context), "which-all")
    assert {"n/a", "–"} <= set(texts(part))
    reasons = [entry.text for row in part.tables[0].rows for entry in row.entries if entry.gap]
    assert reasons == ["not planned", "not applicable: WSGI has no WebSocket"]


def test_a_floor_of_the_heat_map_has_a_number_and_no_colour(quick_context: Context) -> None:
    (figure,) = part_of(which.section(quick_context), "which-all").figures
    floors = re.findall(r'<g data-framework="asgi".*?</g>', figure.svg)
    assert floors
    assert not any("--heat" in floor for floor in floors)


def test_one_scenario_alone_has_no_heat_map() -> None:
    alone = make_context(make_relay(stacks=TWO, scenarios=("json",)))
    assert "which-all" not in anchors(which.section(alone))


def test_without_intervals_the_ratio_stands_alone_and_the_caption_says_why_once() -> None:
    context = make_context(make_relay(stacks=(*TWO, ("django", "gunicorn-gthread")), blocks=2))
    part = part_of(which.section(context), "which-0")
    written = " ".join(texts(part))
    assert "too few" not in written
    assert re.search(r"\d\.\d\d×", written)
    assert part.figures[0].caption.endswith("2 blocks: too few for an interval.")


def test_many_scenarios_are_several_heat_maps() -> None:
    names = tuple(f"routing-{number}" for number in range(11))
    stacks = (("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"))
    context = make_context(make_relay(stacks=stacks, scenarios=names, blocks=2, rounds=4, control=False))
    part = part_of(which.section(context), "which-all")
    assert len(part.figures) == 2
    assert set(names) <= set(texts(part))
    assert len(part.tables[0].columns) == 2 + len(names)
