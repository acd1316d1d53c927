"""How soon a reader sees something, beside its bar: ``python -m tests.benchmarks.first_paint``, ten seconds.

First contentful paint of pages opened from disk, each time in a fresh context of Debian's chromium. Run it on
a quiet machine: nothing here is judged but by its exit code.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from report.page.build import build, render_page, write_text
from tests.benchmarks.bars import Bars
from tests.support.browsing import launch_chromium
from tests.support.large_page import CELLS, large_page
from tests.support.synthetic import make_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPEATS = 5
BAR_MS = 1_000
"""Of the page of the quick run."""
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) { observer.disconnect(); resolve(paint.startTime); }
}).observe({ type: "paint", buffered: true }))"""


def first_paint_ms(browser: Browser, address: str) -> float:
    """First contentful paint of a page in a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted


def pages(folder: Path) -> Iterator[tuple[str, Path]]:
    """What is painted, and where it is."""
    yield "the quick page", build([make_run(rates=(500.0,))], folder / "quick")
    yield f"a page of {CELLS:,} cells", write_text(folder / "large.html", render_page(large_page()))


def main() -> None:
    """Measure and print all of it, and exit with 1 where a bar was missed."""
    bars = Bars()
    with tempfile.TemporaryDirectory(prefix="hotlap-") as name, launch_chromium() as browser:
        for what, path in pages(Path(name)):
            times = [first_paint_ms(browser, path.as_uri()) for _ in range(REPEATS)]
            size = path.stat().st_size / 1e6
            said = f"first paint of {what} ({size:.2f} MB), median of {REPEATS}"
            bars.at_most(said, median(times), BAR_MS, "ms")
    bars.end()


if __name__ == "__main__":
    main()
