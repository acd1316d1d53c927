"""The site in a real browser: any two stacks as Python has them, views that last, and no request."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from report.analysis.any_two import StackFits, are_on_one_server, fit_stacks
from report.analysis.conclusions import conclude
from results.model import Run
from tests.report.page.site.made_site import STACKS, make_site, make_uneven
from tests.support.browsing import PHONE, WIDE, Visit
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAIRS = 100
"""Of each of two runs."""
ASK = """(pairs) => pairs.map(([a, b]) => {
  const [first, second] = document.querySelectorAll("select[data-choice]");
  [first.value, second.value] = [a, b];
  second.dispatchEvent(new Event("change"));
  const cells = [...document.querySelectorAll("#pick-ratios td[data-row]")];
  const told = cells.map((cell) => ({ ...cell.dataset }));
  return { title: document.getElementById("pick-title").textContent, told };
})"""
"""What the page shows of each of many pairs."""


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    even = make_run(blocks=8, scenarios=("json",))
    return {"even": even, "uneven": make_uneven(even)}


@pytest.fixture(scope="module")
def site(runs: dict[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(
        [*runs.values(), make_cost_run(stacks=STACKS[:3], scenarios=("json",))],
        tmp_path_factory.mktemp("site"),
    )


def folder_of(site: Path, run: Run) -> Path:
    return site / run.plan.name


def expected(
    fits: tuple[StackFits, ...], a: str, b: str
) -> Iterator[tuple[int, float, float | None, float | None]]:
    """Row, ratio and bounds of every row in which both have a value."""
    for number, fit in enumerate(fits):
        cells = {summary.cell.stack: summary.cell for summary in fit.summaries}
        if a in cells and b in cells and (ratio := fit.ratio(cells[a], cells[b])):
            yield number, ratio.value, ratio.low, ratio.high


def shown(cell: dict[str, str]) -> tuple[int, float, float | None, float | None]:
    low, high = (float(cell[name]) if cell[name] else None for name in ("low", "high"))
    return int(cell["row"]), float(cell["key"]), low, high


@pytest.mark.parametrize("name", ["even", "uneven"])
def test_random_pairs_are_as_python_has_them(
    browser: Browser, runs: dict[str, Run], site: Path, name: str
) -> None:
    run = runs[name]
    fits = fit_stacks(conclude(run).summaries)
    cells = {summary.cell.stack: summary.cell for fit in fits for summary in fit.summaries}
    chosen = random.Random(12)
    pairs = [tuple(chosen.sample(sorted(cells), 2)) for _ in range(PAIRS)]
    visit = Visit(browser, (folder_of(site, run) / "two.html").as_uri())
    answers: list[dict[str, Any]] = visit.page.evaluate(ASK, [list(pair) for pair in pairs])
    compared = 0
    for (a, b), answer in zip(pairs, answers, strict=True):
        wanted = list(expected(fits, a, b))
        assert [shown(cell)[0] for cell in answer["told"]] == [row[0] for row in wanted]
        for cell, row in zip(answer["told"], wanted, strict=True):
            assert shown(cell)[1:] == pytest.approx(row[1:], rel=5e-5)
            compared += row[2] is not None
        unlike = not are_on_one_server(cells[a], cells[b])
        assert ("stack against stack" in answer["title"]) is unlike
    assert compared > PAIRS
    assert visit.complaints == []


def test_pairs_that_do_not_vary_alike_are_judged_by_their_own_differences(
    runs: dict[str, Run], site: Path
) -> None:
    own = {}
    for name, run in runs.items():
        html = (folder_of(site, run) / "two.html").read_text(encoding="utf-8")
        (text,) = re.findall(r'id="pick-data">(.*?)</script>', html, re.DOTALL)
        own[name] = sum(bool(row["across"]["own"]) for row in json.loads(text)["ratios"])
    assert own["uneven"] > own["even"]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_asks_anything_or_scrolls_sideways(
    browser: Browser, site: Path, viewport: dict[str, int]
) -> None:
    folder = next(path for path in site.iterdir() if path.is_dir())
    stacks = sorted(folder.glob("stack-*.html"))[:2]
    names = ("two.html", "data.html", "scenario-json.html")
    for path in (
        site / "index.html",
        site / "history.html",
        *stacks,
        *(folder / name for name in names),
    ):
        visit = Visit(browser, path.as_uri(), viewport=viewport)
        assert visit.requests == [path.as_uri()]
        assert visit.complaints == []
        assert visit.width() <= viewport["width"], path.name
        visit.page.close()


def test_a_view_lasts_from_page_to_page(browser: Browser, runs: dict[str, Run], site: Path) -> None:
    page = (folder_of(site, runs["even"]) / "index.html").as_uri()
    visit = Visit(browser, f"{page}#~theme=dark~off=flask")
    visit.page.locator("#more-stacks").get_by_role("link", name="FastAPI on granian-asgi").click()
    visit.page.wait_for_url("**/stack-fastapi--granian-asgi.html#~theme=dark~off=flask")
    visit.page.get_by_role("link", name="Any two stacks").click()
    visit.page.wait_for_url("**/two.html#~a=fastapi--granian-asgi~theme=dark~off=flask")
    assert visit.page.get_by_label("First").input_value() == "fastapi--granian-asgi"
    visit.page.get_by_label("Second").select_option("flask--gunicorn-gthread")
    assert visit.page.url.endswith("~a=fastapi--granian-asgi~b=flask--gunicorn-gthread")
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    again = Visit(browser, visit.page.url)
    assert again.page.get_by_label("Second").input_value() == "flask--gunicorn-gthread"
    assert "stack against stack" in again.page.locator("#pick-title").inner_text()
    assert again.hidden_rows() > 0
    again.page.get_by_role("link", name="All runs").click()
    again.page.wait_for_url("**/site/index.html#~theme=dark~off=flask")
    assert visit.complaints == again.complaints == []


def test_a_hostile_address_chooses_nothing(browser: Browser, runs: dict[str, Run], site: Path) -> None:
    page = (folder_of(site, runs["even"]) / "two.html").as_uri()
    visit = Visit(browser, f"{page}#~a=<img src=x>~b=constructor")
    assert visit.complaints == []
    assert visit.page.get_by_label("First").input_value() != ""


def test_without_javascript_the_table_against_the_reference_stands(
    browser: Browser, runs: dict[str, Run], site: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder_of(site, runs["even"]) / "two.html").as_uri())
    assert page.locator("#against-table tbody tr").count() > len(STACKS)
    assert page.locator("#against-table").is_visible()
    assert not page.locator("#pick-view").is_visible()
    assert "needs JavaScript" in page.locator("#pick").inner_text()
    context.close()


def test_axe_finds_nothing_on_any_kind_of_page(browser: Browser, runs: dict[str, Run], site: Path) -> None:
    folder = folder_of(site, runs["even"])
    stack = next(folder.glob("stack-*--uvicorn-standard.html"))
    for path in (site / "index.html", stack, folder / "two.html", folder / "data.html"):
        visit = Visit(browser, path.as_uri(), bypass_csp=True, color_scheme="light")
        assert visit.violations() == [], path.name
        visit.page.emulate_media(color_scheme="dark")
        assert visit.violations("color-contrast") == [], path.name
        visit.page.close()


def test_first_tables_are_whole_on_a_wide_screen(browser: Browser, runs: dict[str, Run], site: Path) -> None:
    folder = folder_of(site, runs["even"])
    stack = next(folder.glob("stack-*--uvicorn-standard.html"))
    for path in (site / "index.html", folder / "two.html", folder / "data.html", stack):
        visit = Visit(browser, path.as_uri())
        assert visit.whole("main table"), path.name
        visit.page.close()
