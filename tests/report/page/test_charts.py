"""The charts: one SVG for every theme, ids of their own, hostile names harmless, the same bytes again."""

from __future__ import annotations

import gc
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from report.page.charts.bars import draw_bars
from report.page.charts.ceilings import CeilingLine, draw_ceilings
from report.page.charts.columns import BarColumn, draw_columns
from report.page.charts.drift import draw_drift
from report.page.charts.forest import LEAST_GAP, STEPS, TICKS_AT_MOST, _ticks, draw_forest
from report.page.charts.frame import LABEL_HEIGHT, spread_apart
from report.page.charts.growth import GrowthLine, Limit, draw_growth
from report.page.charts.heat_map import (
    COLUMNS_AT_MOST,
    HEAD_LINES,
    HeatCell,
    HeatPanel,
    HeatRow,
    _head,
    colour_step,
    draw_heat_map,
)
from report.page.charts.look import NEUTRAL, OKABE_ITO, assign_look, chart_style
from report.page.charts.rows import WIDTH, ChartRow, Panel
from report.page.charts.saturation import RateLine, RatePanel, draw_saturation
from report.page.charts.speed import SpeedPoint, draw_speed
from report.page.charts.svg import single_line
from report.page.charts.waiting import Curve, CurvePanel, draw_waiting
from report.page.charts.waterfall import draw_waterfall
from report.stats.levels import Level

HOSTILE = "<script>alert('$x_1$')</script> & \"--> ]]> \x00\x1b[31m"
SHIPPED = ("starlette", "fastapi", "litestar", "litestar-pydantic", "flask", "django")
LOOK = assign_look(SHIPPED, ("uvicorn-standard", "granian-asgi", "gunicorn-gthread"))


def panel(*names: str, value: float | None = 100.0, text: str = "100 /s") -> Panel:
    rows = tuple(
        ChartRow(
            label=name,
            framework=name,
            server="granian-asgi",
            value=value,
            low=value and value * 0.9,
            high=value and value * 1.1,
            dots=(95.0, 105.0) if value else (),
            text=text,
        )
        for name in names
    )
    return Panel(heading="granian-asgi", rows=rows)


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own writing is what is tested


def curve(label: str, framework: str = "flask") -> Curve:
    return Curve(label=label, framework=framework, shares=(0.0, 0.5, 0.9, 0.99), latency_ms=(1, 2, 3, 5))


def rates(name: str) -> RateLine:
    return RateLine(
        label=name,
        framework=name,
        server="granian-asgi",
        answered_rps=(10.0, 18.0),
        p99_ms=(1.0, 2.0),
        overloaded=(False, True),
    )


def heat_panel(name: str) -> HeatPanel:
    cells = (HeatCell(text="0.44×", step=-2, hint=name), HeatCell(text="n/a", gap=True, hint=name))
    return HeatPanel(heading=name, rows=(HeatRow(label=name, framework=name, cells=cells),))


def grown(name: str, rps: tuple[float, ...] = (50.0, 90.0)) -> GrowthLine:
    return GrowthLine(label=name, framework=name, server="granian-asgi", counts=(100, 500), rps=rps)


SPEEDS = [
    SpeedPoint(minutes=minutes, low=0.7, middle=middle, high=1.3)
    for minutes, middle in ((0.0, 0.9), (1.5, 1.1))
]


def draw_all(key: str, name: str = "flask") -> dict[str, str]:
    said: dict[str, Any] = {"key": key, "title": name, "description": name}
    panels = [panel(name), panel(name, value=None, text=f"not measured: {name}")]
    return {
        "forest": draw_forest([panel(name, value=0.9)], LOOK, axis_label="ratio", **said),
        "bars": draw_bars(panels, LOOK, axis_label="requests", **said),
        "columns": draw_columns([BarColumn(label=name, panels=tuple(panels))] * 3, LOOK, **said),
        "waiting": draw_waiting([CurvePanel(heading=name, curves=(curve(name),))], LOOK, **said),
        "waterfall": draw_waterfall(panels, LOOK, axis_label="instructions", **said),
        "saturation": draw_saturation([RatePanel(heading=name, lines=(rates(name),))], LOOK, **said),
        "ceilings": draw_ceilings([CeilingLine(label=name, connections=(1, 8), rps=(10.0, 50.0))], **said),
        "drift": draw_drift([{0: 1.0, 1: 0.9}, {0: 1.0, 1: 1.1}], **said),
        "heat_map": draw_heat_map([heat_panel(name)], [name, "json"], **said),
        "growth": draw_growth(
            [grown(name)], LOOK, axis_label="count", limit=Limit(label=name, rps=99.0), **said
        ),
        "speed": draw_speed(SPEEDS, **said),
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return draw_all("a")


def test_the_same_data_gives_the_same_bytes(drawn: dict[str, str]) -> None:
    assert draw_all("a") == drawn


def test_a_chart_is_well_formed_titled_and_described(drawn: dict[str, str]) -> None:
    for svg in drawn.values():
        root = parse(svg)
        assert root.get("role") == "img"
        first, second = list(root)[:2]
        assert (first.tag, second.tag) == ("title", "desc")
        assert root.get("aria-labelledby") == f"{first.get('id')} {second.get('id')}"


def test_colours_are_variables_and_fonts_the_page_s(drawn: dict[str, str]) -> None:
    for svg in drawn.values():
        assert not re.search(r"#[0-9a-fA-F]{6}\b", svg)
        assert "font-family" not in svg
        assert "<text" in svg


def test_ids_of_two_charts_do_not_meet(drawn: dict[str, str]) -> None:
    def ids(svgs: dict[str, str]) -> list[str]:
        return [name for svg in svgs.values() for name in re.findall(r'\bid="([^"]+)"', svg)]

    other = draw_all("b")
    for name, svg in drawn.items():
        own = ids({name: svg})
        assert len(own) == len(set(own))
        assert not set(own) & set(ids(other))
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) <= set(own)


def test_no_chart_refers_to_the_network(drawn: dict[str, str]) -> None:
    assert not any(re.search(r"https?:|//[a-z]", svg) for svg in drawn.values())


def test_hostile_names_are_text() -> None:
    for svg in draw_all("a", HOSTILE).values():
        root = parse(svg)
        assert not [element for element in root.iter() if element.tag == "script"]
        assert "\x1b" not in svg


def test_dollar_signs_are_no_maths() -> None:
    svg = draw_bars([panel("a$x_1$b")], LOOK, key="a", title="t", description="d", axis_label="$")
    assert "a$x_1$b" in svg


def test_a_gap_is_text_and_no_bar() -> None:
    svg = draw_bars(
        [panel("django", value=None, text="not measured: it did not start")],
        LOOK,
        key="a",
        title="t",
        description="d",
        axis_label="requests",
    )
    assert "not measured: it did not start" in svg
    assert "--hue" not in svg


def test_marks_carry_their_framework_for_the_filter(drawn: dict[str, str]) -> None:
    for name in ("forest", "bars", "columns", "waiting", "waterfall", "saturation", "heat_map", "growth"):
        assert 'data-framework="flask"' in drawn[name]


def test_shipped_names_have_colours_of_their_own_that_a_filter_keeps() -> None:
    assert len({LOOK.colour(name) for name in SHIPPED}) == len(SHIPPED)
    for name in SHIPPED:
        assert assign_look([name], []).colour(name) == LOOK.colour(name)


def test_a_floor_is_neutral_and_too_many_names_share_colours() -> None:
    many = assign_look([f"framework-{number}" for number in range(20)], [])
    assert many.colour("asgi") == NEUTRAL
    assert set(many.colours.values()) == set(OKABE_ITO)


def test_servers_differ_by_hatch_and_marker() -> None:
    variants = ("uvicorn-pure", "granian-wsgi", "gunicorn-sync")
    assert len({LOOK.hatch(name) for name in variants}) == len(variants)
    assert len({LOOK.marker(name) for name in variants}) == len(variants)


def test_labels_at_curves_ends_keep_apart_and_in_order() -> None:
    moved = spread_apart([10.0, 11.0, 12.0, 80.0])
    assert moved == sorted(moved)
    assert all(second - first >= LABEL_HEIGHT for first, second in pairwise(moved))
    assert moved[-1] == 80.0


def test_ticks_do_not_touch() -> None:
    for low, high in ((0.85, 2.6), (0.3, 1.08), (0.94, 1.06), (0.05, 30)):
        ticks = _ticks(low, high)
        assert 1 in ticks
        assert all(right / left >= (high / low) ** LEAST_GAP for left, right in pairwise(ticks))


def test_ticks_are_few_and_hold_one() -> None:
    ticks = _ticks(0.01, 100)
    assert len(ticks) <= TICKS_AT_MOST
    assert 1 in ticks
    assert set(ticks) <= set(STEPS)


def test_curves_without_samples_are_left_out() -> None:
    empty = Curve(label="nobody", framework="flask", shares=(), latency_ms=())
    svg = draw_waiting(
        [CurvePanel(heading="x", curves=(empty, curve("somebody")))],
        LOOK,
        key="a",
        title="t",
        description="d",
    )
    assert "somebody" in svg
    assert "nobody" not in svg


def bars_of(svg: str) -> list[tuple[float, float]]:
    """Left and right edge of each bar, in pixels."""
    outlines = re.findall(r'<path d="(M[^"]* z)" clip-path', svg)
    edges = []
    for outline in outlines:
        points = [float(pair.split()[0]) for pair in re.findall(r"-?[\d.]+ -?[\d.]+", outline)]
        edges.append((min(points), max(points)))
    return edges


def test_a_bar_of_the_waterfall_begins_where_the_one_below_ends() -> None:
    floor = ChartRow(label="asgi", framework="asgi", server="granian-asgi", value=100.0, text="100")
    upper = replace(floor, framework="flask", start=100.0, value=250.0, text="+150")
    svg = draw_waterfall(
        [Panel(heading="x", rows=(floor, upper))], LOOK, key="a", title="t", description="d", axis_label="i"
    )
    (left, first), (second, right) = bars_of(svg)
    assert left < first == pytest.approx(second, abs=0.02)
    assert (right - second) / (first - left) == pytest.approx(1.5, rel=0.01)


def test_each_trial_is_a_dot_at_its_own_place() -> None:
    dotted = replace(panel("flask").rows[0], dots=(95.0, 100.0, 105.0))
    svg = draw_bars(
        [Panel(heading="x", rows=(dotted,))], LOOK, key="a", title="t", description="d", axis_label="requests"
    )
    outer, inner = re.findall(r'<path d="((?:M [\d.]+ [\d.]+ L [\d.]+ [\d.]+ ?){2,})"[^>]*linecap:round', svg)
    assert outer == inner
    places = re.findall(r"M ([\d. ]+?) L ([\d. ]+?)(?= M|$)", outer)
    assert len(places) == len(dotted.dots)
    assert all(begin == end for begin, end in places)
    left, middle, right = (float(begin.split()[0]) for begin, _ in places)
    assert middle - left == pytest.approx(right - middle, abs=0.02)
    assert left < middle


def test_the_collector_runs_again_after_a_chart() -> None:
    assert gc.isenabled()
    with chart_style():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_ticks_outside_of_the_axes_are_not_drawn() -> None:
    svg = draw_bars([panel("flask")], LOOK, key="a", title="t", description="d", axis_label="requests")
    places = [float(x) for x in re.findall(r'<text[^>]*x="([\d.]+)"', svg)]
    assert places
    assert min(places) >= 0
    assert max(places) <= WIDTH


def test_plain_is_one_printable_line() -> None:
    assert single_line("a\nb\x00c\u202ed") == "a b c d"
    assert single_line("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("level", "step"),
    [
        (Level(value=1.0, n=0), 0),
        (Level(value=1.2, low=0.99, high=1.4, n=8), 0),
        (Level(value=1.05, low=1.01, high=1.09, n=8), 0),
        (Level(value=1.2, low=1.1, high=1.3, n=8), 1),
        (Level(value=0.6, low=0.5, high=0.7, n=8), -2),
        (Level(value=2.6, n=2), 3),
        (Level(value=0.1, low=0.05, high=0.2, n=8), -3),
    ],
)
def test_the_colour_of_a_ratio_is_how_far_it_is_from_one_and_none_where_that_cannot_be_told(
    level: Level, step: int
) -> None:
    assert colour_step(level) == step


def test_a_heat_map_has_its_numbers_as_text_and_a_legend_of_its_colours(drawn: dict[str, str]) -> None:
    texts = [element.text for element in parse(drawn["heat_map"]).iter() if element.tag == "text"]
    assert {"0.44×", "n/a", "below 0.40×", "level", "from 2.50×"} <= set(texts)
    assert drawn["heat_map"].count("var(--heat-") == 1 + 7  # a ratio, and the legend


def test_heads_of_a_heat_map_fit_over_their_cells() -> None:
    for label in ("json", "price-opentelemetry-unsampled: 64 connections, 2 workers", "x" * 90, ""):
        lines = _head(label, 700 / COLUMNS_AT_MOST)
        assert 1 <= len(lines) <= HEAD_LINES
        assert max(map(len, lines)) <= 700 / COLUMNS_AT_MOST / 6


def test_a_limit_is_drawn_within_the_axes_however_far_the_lines_are_from_it() -> None:
    limit = Limit(label="40 threads / 20 ms = 2,000/s", rps=2000.0)
    svg = draw_growth(
        [grown("flask")], LOOK, key="a", title="t", description="d", axis_label="connections", limit=limit
    )
    assert limit.label in svg
    assert "stroke-dasharray" in svg
    without = draw_growth([grown("flask")], LOOK, key="a", title="t", description="d", axis_label="c")
    assert "stroke-dasharray" not in without


def test_many_lines_make_room_for_their_labels() -> None:
    names = [f"framework-{number}" for number in range(40)]
    svg = draw_growth(
        [grown(name) for name in names], LOOK, key="a", title="t", description="d", axis_label="c"
    )
    assert float(parse(svg).get("height") or 0) >= LABEL_HEIGHT * len(names)


def test_a_rate_that_was_not_served_is_hollow() -> None:
    served = replace(rates("flask"), overloaded=(False, False))
    for line, hollow in ((rates("flask"), True), (served, False)):
        svg = draw_saturation(
            [RatePanel(heading="x", lines=(line,))], LOOK, key="a", title="t", description="d"
        )
        assert ("fill:var(--paper)" in svg) is hollow


def test_a_bar_below_zero_is_within_the_axes() -> None:
    below = ChartRow(label="x", framework="flask", server="granian-asgi", value=-20.0, text="−20")
    above = replace(below, value=100.0)
    svg = draw_bars(
        [Panel(heading="x", rows=(below, above))], LOOK, key="a", title="t", description="d", axis_label="i"
    )
    (left, zero), (start, right) = sorted(bars_of(svg))
    assert left < zero == pytest.approx(start, abs=0.02)
    assert start < right
