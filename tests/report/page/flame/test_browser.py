"""A flame graph in a real browser: whole without JavaScript, zoom and search with it, no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.page.flame.files import differences_of, write
from tests.support.browsing import PHONE, Visit
from tests.support.made_profiles import sampled_gate

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SHOWN = "svg.flame g:not([hidden])"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("flame")
    write(differences_of(sampled_gate()), folder)
    (path,) = folder.glob("flame-*.html")
    return path.as_uri()


def test_zoom_and_search(browser: Browser, address: str) -> None:
    visit = Visit(browser, f"{address}#~theme=dark")
    page = visit.page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    everything = page.locator(SHOWN).count()
    page.locator("svg.flame g", has_text="slow_total · ").last.locator("rect").click()
    assert 0 < page.locator(SHOWN).count() < everything
    width_of = "rects => rects.map(rect => Number(rect.getAttribute('width')))"
    widths = page.locator(f"{SHOWN} rect").evaluate_all(width_of)
    assert set(widths) == {1200}
    labels = page.locator(f"{SHOWN} text").all_text_contents()
    assert "+50.0 slow_total" in labels
    page.get_by_role("button", name="Show all").click()
    assert page.locator(SHOWN).count() == everything
    page.get_by_label("Search").fill("ROUTING.py")
    assert page.locator("output").text_content() == "2 boxes, 81.0% of samples"
    assert page.locator("svg.flame g.hit").count() == 2
    page.get_by_label("Search").fill("<nobody>")
    assert page.locator("output").text_content() == "0 boxes, 0.0% of samples"
    assert len(visit.requests) == 1
    assert visit.complaints == []


def test_on_a_phone_the_picture_scrolls_in_its_box_and_the_page_does_not(
    browser: Browser, address: str
) -> None:
    visit = Visit(browser, address, viewport=PHONE)
    assert visit.width() <= PHONE["width"]
    assert visit.page.evaluate("document.querySelector('svg.flame').getBoundingClientRect().width") >= 1200
    assert visit.complaints == []


def test_without_javascript_it_is_whole(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("svg.flame rect").first.is_visible()
    assert page.locator("svg.flame title").count() > 5
    assert not page.get_by_role("button").count()
    assert page.locator("#functions tbody tr").count() > 1
    context.close()
