"""Boxes and their picture: widths are shares, small calls are left out, nothing of a name is markup."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from report.analysis.flame_changes import Direction
from report.analysis.flames import tree_of
from report.page.flame.boxes import LEAST_SHARE, WIDTH, Box, lay_out
from report.page.flame.draw import draw, hint, legend, name_of
from results.model import CodeLayer
from results.stacks import Frame
from tests.support.made_profiles import BASE, EVIL, GOLDEN, HANDLER, HEAD, HOSTILE, RUN, SLOW, drawn


def boxes_of(name: str, boxes: tuple[Box, ...]) -> list[Box]:
    return [box for box in boxes if name_of(box) == name]


def test_a_box_is_as_wide_as_its_share_and_lies_below_what_called_it() -> None:
    boxes = lay_out(tree_of(BASE)).boxes
    (everything,), (run,), (handler,) = (boxes_of(name, boxes) for name in ("all", "Server.serve", "message"))
    assert (everything.x, everything.width, everything.depth) == (0.0, WIDTH, 0)
    assert (run.width, run.depth) == (WIDTH, 1)
    assert handler.width == pytest.approx(0.32 * WIDTH)
    outer, inner = boxes_of("Router.__call__", boxes)
    assert (outer.depth, inner.depth, handler.depth) == (3, 4, 5)
    assert inner.x <= handler.x <= inner.x + inner.width - handler.width + 1e-9


def test_siblings_stand_in_the_order_of_names_and_never_overlap() -> None:
    boxes = lay_out(tree_of(dict(reversed(BASE.items())))).boxes
    assert boxes == lay_out(tree_of(BASE)).boxes
    for depth in {box.depth for box in boxes}:
        row = [box for box in boxes if box.depth == depth]
        for left, right in pairwise(row):
            assert left.x + left.width <= right.x + 1e-9


def test_what_is_too_small_is_left_out_and_counted() -> None:
    tiny = Frame("tiny", "x.py", CodeLayer.APP)
    laid = lay_out(tree_of({(RUN,): 10_000, (RUN, tiny, HANDLER): 9}))
    assert [name_of(box) for box in laid.boxes] == ["all", "Server.serve"]
    assert laid.folded == 1
    assert LEAST_SHARE > 9 / 10_009


def test_a_difference_has_the_widths_of_the_head_and_says_what_became_of_each() -> None:
    boxes = lay_out(tree_of(HEAD), tree_of(BASE)).boxes
    (slow,) = boxes_of("slow_total", boxes)
    assert slow.width == pytest.approx(WIDTH / 2)
    assert slow.change is not None
    assert slow.change.direction == Direction.GROWN
    assert hint(slow) == (
        "slow_total · apps/starlette_app.py · app · base 0.0%, head 50.0% of samples: grown by 50.0 points"
    )
    (handler,) = boxes_of("message", boxes)
    assert "base 32.0%, head 66.0% of samples: grown by 34.0 points" in hint(handler)
    (parse,) = boxes_of("HttpToolsProtocol.data_received", boxes)
    assert hint(parse).endswith("server, parsing · base 21.0%, head 10.5% of samples: shrunk by 10.5 points")
    assert SLOW.layer == CodeLayer.APP


def test_a_change_is_told_by_text_and_not_by_colour_alone() -> None:
    root = ET.fromstring(draw(lay_out(tree_of(HEAD), tree_of(BASE)), title="t", description="d"))  # noqa: S314 - made by us
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    assert "+50.0 slow_total" in texts
    assert any(text.startswith("−10.5 ") for text in texts)
    kinds = dict(legend(lay_out(tree_of(HEAD), tree_of(BASE)), difference=True))
    assert kinds["grown strong"] == "grown by 10 points or more"
    assert list(dict(legend(lay_out(tree_of(BASE)), difference=False))) == [
        "server",
        "framework",
        "app",
        "package",
        "standard-library",
    ]


@pytest.mark.parametrize("name", ["one.svg", "difference.svg"])
def test_the_picture_is_what_it_was(name: str) -> None:
    """Written anew by ``python -m tests.support.made_profiles`` where it was changed on purpose."""
    assert drawn()[name] + "\n" == (GOLDEN / name).read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every tag that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own
        self.tags.add(tag)


@pytest.mark.parametrize("base", [None, BASE])
def test_hostile_names_are_text(base: dict[tuple[Frame, ...], int] | None) -> None:
    laid = lay_out(tree_of(HOSTILE), tree_of(base) if base else None)
    assert laid.rows > 1500
    svg = draw(laid, title=EVIL, description=EVIL)
    seen = Tags()
    seen.feed(svg)
    assert seen.tags == {"svg", "title", "desc", "g", "rect", "text"}
    ET.fromstring(svg.encode())  # noqa: S314 - made by us
    assert "\x07" not in svg
