"""The page in a real browser: no request, no sideways scrolling, and filter, sort and theme that work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.page.build import build
from tests.support import synthetic_lifecycles
from tests.support.browsing import PHONE, WIDE, Visit
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import SCENARIOS, make_cost_run
from tests.support.synthetic_plan import STACKS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

CHARTS = 15 + len(SCENARIOS)
"""Of the run that timed and of claims, and one for each scenario that was counted."""
FOLDED = "details table, details pre"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build([make_run(), make_cost_run()], tmp_path_factory.mktemp("page")).as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_it_asks_nothing_of_anyone_and_never_scrolls_sideways(
    browser: Browser, address: str, viewport: dict[str, int], scheme: str
) -> None:
    visit = Visit(browser, address, viewport=viewport, color_scheme=scheme)
    assert visit.requests == [address]
    assert visit.complaints == []
    assert visit.width() <= viewport["width"]


def test_without_javascript_everything_is_visible(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}#trust")
    assert page.locator("svg.chart").count() == CHARTS
    assert all(page.locator("svg.chart").nth(place).is_visible() for place in range(CHARTS))
    assert page.locator("button").count() == 0
    assert page.locator("#trust").bounding_box() is not None
    context.close()


def test_the_filter_hides_rows_fades_marks_and_is_kept_in_the_fragment(
    browser: Browser, address: str
) -> None:
    visit = Visit(browser, address)
    button = visit.page.get_by_role("button", name="FastAPI", exact=True)
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    rows = visit.page.locator('tr[data-framework="fastapi"]')
    assert visit.hidden_rows() == rows.count() > 0
    assert visit.page.locator('svg [data-framework="fastapi"]:not(.off)').count() == 0
    assert "off=fastapi" in visit.page.url
    again = Visit(browser, visit.page.url)
    assert again.hidden_rows() == rows.count()
    assert visit.complaints == again.complaints == []


def test_sorting_says_its_direction_and_keeps_gaps_last(browser: Browser, address: str) -> None:
    visit = Visit(browser, address)
    head = visit.page.locator("#overview th").nth(2)
    keys = "[...document.querySelectorAll('#overview tbody tr')].map(row => row.cells[2].dataset.key ?? null)"
    before = visit.page.evaluate(keys)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    after = visit.page.evaluate(keys)
    numbers = [float(key) for key in after if key is not None]
    assert numbers == sorted(numbers, reverse=True)
    assert after[len(numbers) :] == [None] * (len(after) - len(numbers))
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert visit.page.evaluate(keys) == before


def test_the_theme_can_be_chosen_and_the_charts_follow(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, color_scheme="light")
    ink = "getComputedStyle(document.querySelector('svg.chart text')).fill"
    light = visit.page.evaluate(ink)
    visit.page.get_by_label("Theme").select_option("dark")
    assert visit.page.evaluate(ink) != light
    assert visit.page.url.endswith("~theme=dark")
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate(ink) == light


def test_a_link_keeps_the_state_and_goes_to_its_section(browser: Browser, address: str) -> None:
    visit = Visit(browser, f"{address}#~theme=dark", bypass_csp=True)  # waiting below evaluates a string
    visit.page.get_by_role("link", name="Can I trust it").click()
    visit.page.wait_for_url("**#trust~theme=dark")
    visit.page.wait_for_function(
        "Math.abs(document.querySelector('#trust').getBoundingClientRect().top) < 120"
    )
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_hostile_fragment_does_nothing(browser: Browser, address: str) -> None:
    evil = "#%E0%A4%A~theme=<b>~off=nobody,constructor~sort=overview.99.x,nothing"
    visit = Visit(browser, address + evil)
    assert visit.complaints == []
    assert visit.hidden_rows() == 0


def test_controls_can_be_reached_and_seen_by_keyboard(browser: Browser, address: str) -> None:
    visit = Visit(browser, address)
    names = []
    for _ in range(30):
        visit.page.keyboard.press("Tab")
        names.append(visit.page.evaluate("document.activeElement.tagName"))
    assert {"A", "BUTTON", "SELECT", "DIV"} <= set(names)


@pytest.fixture(scope="module")
def long_named(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page of a run with a name that is longer than a line."""
    run = make_run(name="a-very-long-name-without-an-end-" * 8)
    return build([run], tmp_path_factory.mktemp("long")).as_uri()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_names_of_any_length_stay_within_the_page(
    browser: Browser, long_named: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, long_named, viewport=size)
    assert visit.width() <= size["width"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a page with everything that pages have, in few rows: axe-core looks at each for long."""
    runs = [
        make_run(blocks=6, stacks=STACKS[:4], scenarios=("json",), rates=(500.0,)),
        make_cost_run(stacks=STACKS[:3], scenarios=("json",)),
        synthetic_lifecycles.run(),
    ]
    return build(runs, tmp_path_factory.mktemp("small")).as_uri()


def test_axe_finds_nothing_in_light_and_in_dark(browser: Browser, small: str) -> None:
    visit = Visit(browser, small, bypass_csp=True, color_scheme="light")
    assert visit.violations() == []
    visit.page.emulate_media(color_scheme="dark")
    assert visit.violations("color-contrast") == []


def test_on_paper_everything_is_open_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    folded = page.locator(FOLDED).all()
    assert folded
    assert not any(part.is_visible() for part in folded)
    page.emulate_media(media="print")
    assert all(part.is_visible() for part in folded)
    assert not page.locator("nav").is_visible()
    context.close()


def test_a_printer_opens_what_is_folded_and_leaves_it_as_it_was(browser: Browser, address: str) -> None:
    visit = Visit(browser, address)
    count = "document.querySelectorAll('details[open]').length"
    visit.page.locator("details summary").first.click()
    for event, opened in (("beforeprint", visit.page.locator("details").count()), ("afterprint", 1)):
        visit.page.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert visit.page.evaluate(count) == opened
    assert len(visit.page.pdf()) > 0
    assert visit.page.evaluate(count) == 1
    assert visit.complaints == []
