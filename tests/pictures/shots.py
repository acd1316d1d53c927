"""Pictures of the pages of recorded runs: taken by chromium, in few colours, kept where nothing changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from report.page.build import build
from tests.pictures.outputs import BESIDE, REFERENCE, call
from tests.support.browsing import launch_chromium
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_plan import STACKS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = ROOT / "docs" / "pictures"
WIDTH, TALLEST = 900, 760
"""Pixels of the window, in which a chart has its full width, and of a picture: what is taller is cut."""
MARGIN = 14
"""Pixels around what is shown."""
COLOURS = 48
STEP, SAME_SHARE = 48, 0.002
"""A picture stays where at most such a share of its pixels changed by so many of 256 levels of grey: fonts
are drawn a little differently from machine to machine."""
CLIP = """([first, last]) => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  const [main, start, end] = ["main", first, last].map(box);
  return { x: main.left, y: start.top + scrollY, width: main.width, height: end.bottom - start.top };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Part of a page, from the top of one element to the bottom of another."""

    name: str
    """Of its file; the dark one ends with ``-dark``."""
    start: str
    end: str
    """Selectors."""
    page: str = "run"
    """Which of ``make_pages``."""
    width: int = WIDTH
    """Of the window."""
    schemes: tuple[str, ...] = ("light",)

    def file(self, scheme: str) -> Path:
        """Where the picture is kept."""
        return FOLDER / f"{self.name}{'-dark' * (scheme == 'dark')}.png"


BOTH = ("light", "dark")
RATES = (1_000.0, 3_000.0, 6_000.0, 9_000.0)
"""Offered in a made run: no recorded one has several."""
PICTURES = (
    Picture(
        name="headline",
        start="#verdict > .eyebrow",
        end="#verdict > :has(+ .cards)",
        schemes=BOTH,
    ),
    Picture(name="cards", start=".cards", end=".cards"),
    Picture(name="overview", start="#overview", end="#overview", width=1280),
    Picture(name="heat-map", start="#which > h2", end="#which figure"),
    Picture(name="which", start="#which-0 > h3", end="#which-0 figure", schemes=BOTH),
    Picture(name="serve", start="#serve > h2", end="#serve figure"),
    Picture(name="wait", start="#wait-0 > h3", end="#wait figure"),
    Picture(name="saturate", start="#saturate > h2", end="#saturate figure", page="rates"),
    Picture(name="layers", start="#layers > h2", end="#layers figure"),
    Picture(name="consume", start="#consume > h2", end="#consume figure"),
    Picture(name="live", start="#live > h2", end="#live table", width=1280),
    Picture(name="migrate", start="#migrate > h2", end="#migrate .part:nth-of-type(4)"),
    Picture(name="claims", start="#claims > h2", end="#claim-1"),
    Picture(name="trust", start="#trust > h2", end="#control-table"),
    Picture(name="flags", start="#flags", end="#flags"),
    Picture(name="method", start="#method > h2", end="#method .part"),
    Picture(name="data", start="#data > h2", end="#data"),
    Picture(name="two", start="#pick-title", end="#pick-ratios", page="two", width=1280),
)


def make_pages(folder: Path) -> dict[str, Path]:
    """Pages of the reference run, with what was counted and lifecycles, and of made rates."""
    page, site = folder / "page", folder / "site"
    call("report", REFERENCE, *BESIDE, "--output", page)
    made = make_run(blocks=6, stacks=STACKS[:4], scenarios=("json",), rates=RATES, troubles=False)
    call("site", REFERENCE, *BESIDE, "--out", site)
    (two,) = site.glob("*/two.html")
    return {"run": page / "index.html", "rates": build([made], folder / "rates"), "two": two}


def write(folder: Path) -> Iterator[Path]:
    """Take every picture and write those that changed; these. Pages are made in ``folder``."""
    pages = make_pages(folder)
    with launch_chromium() as browser:
        for picture in PICTURES:
            for scheme in picture.schemes:
                taken = in_few_colours(_take(browser, pages[picture.page], picture, scheme))
                path = picture.file(scheme)
                if not path.is_file() or not are_alike(path.read_bytes(), taken):
                    path.write_bytes(taken)
                    yield path


def _take(browser: Browser, path: Path, picture: Picture, scheme: str) -> bytes:
    page = browser.new_page(
        viewport={"width": picture.width, "height": TALLEST},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.goto(path.as_uri())
    for selector in (picture.start, picture.end):
        page.locator(selector).first.wait_for(state="attached", timeout=5_000)
    box = page.evaluate(CLIP, [picture.start, picture.end])
    taken = page.screenshot(
        clip={
            "x": max(box["x"] - MARGIN, 0),
            "y": max(box["y"] - MARGIN, 0),
            "width": box["width"] + 2 * MARGIN,
            "height": min(box["height"] + 2 * MARGIN, TALLEST),
        },
        full_page=True,
        animations="disabled",
    )
    page.close()
    return taken


def in_few_colours(content: bytes) -> bytes:
    """A PNG with a palette: a quarter of the bytes, and the same to the eye."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        few = image.convert("RGB").quantize(
            colors=COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def are_alike(before: bytes, after: bytes) -> bool:
    """Whether two pictures differ in hardly a pixel."""
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        if old.size != new.size:
            return False
        changes = ImageChops.difference(old.convert("L"), new.convert("L")).histogram()
        return sum(changes[STEP:]) <= SAME_SHARE * old.width * old.height
