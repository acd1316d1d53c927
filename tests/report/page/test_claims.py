"""Claims on the page: a guide, what the run says of them with pictures, and what would measure the others."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from apps.contract import DELAY_MAX_MS, DELAY_MIN_MS
from report.analysis.claims.threads import DELAY_MEAN_S
from report.page.build import build
from report.page.context import Context, make_context
from report.page.sections import claims
from results.model import Run
from scenarios.delay_scenario import DELAY_CONNECTIONS
from tests.support.figures import texts
from tests.support.made_answers import flask_level
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_lifecycles import idle_and_ends

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def test_a_claim_stands_with_its_number_and_the_others_with_their_commands(tmp_path: Path) -> None:
    page = build([flask_level()], tmp_path).read_text(encoding="utf-8")
    section = page[page.index('<section id="claims"') : page.index('<section id="trust"')]
    assert "WSGI can still be enough." in section
    assert "Flask on granian-wsgi answers 2." in section
    assert "What this run cannot tell" in section
    assert "hotlap lifecycle" in section


def test_a_run_that_tells_of_none_has_no_section_on_them(tmp_path: Path) -> None:
    alone = make_run(stacks=(("starlette", "uvicorn-standard"),), scenarios=("json",), troubles=False)
    assert 'id="claims"' not in build([alone], tmp_path).read_text(encoding="utf-8")


def waiting() -> Run:
    """Stacks that wait at the connections that the scenario has by itself."""
    runs = [
        make_run(
            stacks=TWO, scenarios=("delay",), connections=connections, control=False, troubles=False, blocks=4
        )
        for connections in DELAY_CONNECTIONS
    ]
    plan = replace(runs[0].plan, cells=tuple(cell for run in runs for cell in run.plan.cells))
    return replace(runs[0], plan=plan, trials=tuple(trial for run in runs for trial in run.trials))


def test_claims_begin_with_a_guide_and_have_their_pictures() -> None:
    counted = make_cost_run(
        stacks=(("asgi", TWO[0][1]), ("starlette", TWO[0][1]), ("fastapi", TWO[0][1])), scenarios=("json",)
    )
    context = make_context(waiting(), [counted, idle_and_ends()])
    section = claims.section(context)
    assert section is not None
    guide, *parts = section.parts
    assert guide.anchor == "claims-guide"
    assert [point.name[:2] for point in guide.points] == ["1.", "2.", "3.", "4."]
    known = {part.anchor for part in parts}
    assert all(point.link.removeprefix("#") in known for point in guide.points)
    drawn = {part.heading: texts(part) for part in parts if part.figures}
    threads = drawn["WSGI is request and response on threads or processes, ASGI is an event loop."]
    assert "40 threads / 20 ms = 2,000/s" in threads
    assert {"100", "500", "1,000", "Starlette on uvicorn-standard"} <= set(threads)
    assert "8 KiB" in drawn["Connections that live long fit ASGI."]
    ends = drawn["Lifespan opens pools, warms caches and shuts down gracefully."]
    assert {"requests in flight lost", "s until it ended", "3", "0", "30 s"} <= set(ends)
    added = drawn["FastAPI is Starlette with injection, validation, OpenAPI and security."]
    assert {"Starlette", "FastAPI"} <= set(added)


def test_claims_call_frameworks_by_their_titles(quick_context: Context) -> None:
    section = claims.section(quick_context)
    assert section is not None
    sentences = [part.text for part in section.parts if part.anchor != "claims-guide"]
    assert any("FastAPI on " in sentence for sentence in sentences)
    assert not any(re.search(r"\b(fastapi|starlette|flask) on ", sentence) for sentence in sentences)


def test_the_delay_of_the_limit_is_that_of_the_scenario() -> None:
    assert DELAY_MEAN_S * 1e3 == (DELAY_MIN_MS + DELAY_MAX_MS) / 2


def test_charts_of_a_page_have_ids_of_their_own(tmp_path: Path) -> None:
    runs = [waiting(), idle_and_ends(), make_cost_run(troubles=False)]
    page = build(runs, tmp_path).read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    inner = re.findall(r'href="#([^"]+)"', page)
    assert set(inner) <= set(ids)
