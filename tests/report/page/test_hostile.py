"""Whatever a record holds its pages are sound: no exception, no script of its own, a layout that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from report.page.build import render_page, write_text
from results.model import Cell, Run, Trial
from tests.report.page.site.made_site import make_site
from tests.report.page.site.test_site import all_failed, must_be_sound, one_trial
from tests.report.page.test_page import EVIL, hostile
from tests.support import synthetic_lifecycles
from tests.support.browsing import PHONE, Visit
from tests.support.large_page import CELLS, large_page
from tests.support.large_page import STACKS as ROWS
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STACKS = (
    ("asgi", "uvicorn-standard"),
    ("starlette", "uvicorn-standard"),
    ("fastapi", "uvicorn-standard"),
    ("litestar", "uvicorn-standard"),
    ("flask", "gunicorn-gthread"),
)
NAMES = {
    "starlette": "x" * 10_000,
    "fastapi": "\u202e\u05e2\u05d1\u05e8\u05d9\u05ea العربية\u200f (right to left)",
    "litestar": "🦄👩‍👩‍👧‍👦 e\u0301 ﷽",
    "flask": "a\x00b\x1b[31m\x7f\ufffe\t\r\n c",
    "json": "s" * 10_000,
    "orders": EVIL,
}
"""What frameworks and scenarios are called."""
ABSURD: tuple[dict[str, Any], ...] = (
    {"window_s": 1e300},
    {"window_s": 1e-300},
    {"window_s": -1.0},
    {"window_s": 0.0},
    {"requests": 0},
    {"requests": 2**62},
    {"requests": -5},
    {"server_cpu_ns": -1},
    {"server_cpu_ns": 2**62},
    {"memory_pss_bytes": 2**62},
    {"memory_pss_bytes": -1},
    {"generator_idle_s": -1e300, "generator_wait_us": 1e300, "in_flight_mean": -1e300},
    {"started_unix_s": -1e300, "busy_ticks": -3, "steal_ticks": 2**62},
    {"errors": {"timeout": 2**62, "": -1}, "stale": -1, "connections_opened": 2**62},
    {"latency": "no histogram"},
)
"""What trials say, one after the other."""


def rename(cell: Cell, names: Mapping[str, str]) -> Cell:
    return replace(
        cell,
        framework=names.get(cell.framework, cell.framework),
        scenario=names.get(cell.scenario, cell.scenario),
    )


def renamed() -> Run:
    """A run whose frameworks and scenarios have names that no file should have."""
    run = make_run(name="renamed", blocks=6, stacks=STACKS, scenarios=("json", "orders"), troubles=False)
    stacks = {cell.stack: rename(cell, NAMES).stack for cell in run.plan.cells}
    plan = replace(
        run.plan,
        cells=tuple(rename(cell, NAMES) for cell in run.plan.cells),
        environment=replace(
            run.plan.environment,
            frameworks=tuple(
                replace(
                    known,
                    framework=NAMES.get(known.framework, known.framework),
                    title=NAMES.get(known.framework, ""),
                )
                for known in run.plan.environment.frameworks
            ),
        ),
    )
    return replace(
        run,
        plan=plan,
        trials=tuple(replace(trial, cell=rename(trial.cell, NAMES)) for trial in run.trials),
        launches=tuple(replace(launch, stack=stacks[launch.stack]) for launch in run.launches),
    )


def absurd() -> Run:
    """A run in which every other trial, and much of its plan, has numbers that cannot be."""
    run = make_run(name="absurd", blocks=8, stacks=STACKS, scenarios=("json",), rates=(1e15,))
    machine = replace(run.plan.environment.machine, memory_bytes=-1, logical_cpus=0)
    setup = replace(run.plan.setup, blocks=2**40, warmup_s=-1.0, window_s=1e300)
    return replace(
        run,
        plan=replace(
            run.plan,
            created_unix_s=1e300,
            setup=setup,
            environment=replace(run.plan.environment, machine=machine),
        ),
        trials=tuple(_absurd_trials(run.trials)),
        launches=tuple(
            replace(launch, first_answer_s=(0.4, -1.0, 1e300, 0.0, 1e-300)[launch.id % 5])
            for launch in run.launches
        ),
    )


def _absurd_trials(trials: tuple[Trial, ...]) -> Iterator[Trial]:
    for number, trial in enumerate(trials):
        changes = ABSURD[number // 2 % len(ABSURD)] if number % 2 else {}
        yield replace(trial, **changes)


def absurd_counts() -> Run:
    """A run in which every other count has numbers that cannot be."""
    run = make_cost_run(name="absurd counts", stacks=STACKS[:3], scenarios=("json",))
    changes = ({"seconds": -1e300}, {"seconds": 1e300}, {"requests": -1}, {"instructions": 2**62})
    return replace(
        run,
        costs=tuple(
            replace(
                record,
                intervals=tuple(replace(part, **changes[number // 2 % 4]) for part in record.intervals),
            )
            if number % 2
            else record
            for number, record in enumerate(run.costs)
        ),
    )


def absurd_lives() -> Run:
    """A run in which probes saw what cannot be."""
    run = synthetic_lifecycles.run()
    wrong = (1e300, -1.0, 0.0, 1e-300)
    return replace(
        run,
        lifecycles=tuple(
            replace(record, values=dict.fromkeys(record.values, wrong[number % 4]))
            for number, record in enumerate(run.lifecycles)
        ),
    )


def empty() -> Run:
    run = make_run(name="empty", blocks=0, planned_blocks=8, troubles=False)
    return replace(run, plan=replace(run.plan, cells=(), order=()))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every hostile run in one site."""
    evil = hostile(make_run(blocks=1, stacks=STACKS[:3], scenarios=("json",)))
    runs = [evil, renamed(), absurd(), empty(), all_failed(), one_trial()]
    return make_site(runs, tmp_path_factory.mktemp("hostile"))


@pytest.mark.faults("hostile-html", "hostile-numbers")
def test_whatever_the_records_hold_every_page_is_sound(site: Path) -> None:
    must_be_sound(site)
    assert len([path for path in site.iterdir() if path.is_dir()]) == 6


@pytest.mark.faults("hostile-numbers")
def test_a_trial_that_cannot_be_is_left_out_and_said(site: Path) -> None:
    html = (site / "absurd" / "index.html").read_text(encoding="utf-8")
    for said in ("a window of 1e+300 s", "a window of 0 s", "requests out of range", "at an unknown time"):
        assert said in html, said


@pytest.mark.faults("hostile-numbers")
@pytest.mark.parametrize("make", [absurd_counts, absurd_lives])
def test_absurd_counts_and_lifecycles_have_sound_pages(make: Callable[[], Run], tmp_path: Path) -> None:
    site = make_site([make()], tmp_path)
    must_be_sound(site)
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    assert not [page for page in pages if "0" * 100 in page]


@pytest.mark.browser
@pytest.mark.faults("hostile-html")
def test_on_a_phone_no_page_runs_a_script_of_a_record_or_scrolls_sideways(
    browser: Browser, site: Path
) -> None:
    folders = [path for path in site.iterdir() if path.is_dir()]
    kinds = ("index.html", "two.html", "stack-*.html", "scenario-*.html")
    pages = [next(folder.glob(kind), None) for folder in folders for kind in kinds]
    visit = Visit(browser, (site / "index.html").as_uri(), viewport=PHONE)
    for path in filter(None, [site / "index.html", *pages]):
        visit.page.goto(path.as_uri())
        assert visit.width() <= PHONE["width"], path
        assert visit.complaints == [], path


@pytest.mark.browser
def test_five_thousand_cells_are_shown_sorted_and_filtered_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    path = write_text(tmp_path / "index.html", render_page(large_page()))
    visit = Visit(browser, path.as_uri(), viewport=PHONE)
    assert visit.page.locator("#cells tbody td").count() == CELLS
    assert visit.width() <= PHONE["width"]
    visit.page.locator("#cells th").nth(2).get_by_role("button").click()
    first = visit.page.locator("#cells tbody tr").first
    assert first.get_attribute("data-framework") == f"framework-{ROWS - 1}"
    visit.page.get_by_role("button", name=f"framework-{ROWS - 1}", exact=True).click()
    assert visit.hidden_rows() == 1
    assert visit.complaints == []
