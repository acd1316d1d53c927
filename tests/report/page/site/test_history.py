"""The page of the history: what changed lately first, a picture a stack, and how many runs it needs."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.history.extract_files import FILE, read_extracts
from report.analysis.history.series import build_history
from report.page.site import history_series
from report.page.site.write_history import COLUMNS, write_history
from tests.report.page.site.made_site import STACKS, make_site
from tests.report.page.site.test_site import must_be_sound, read
from tests.report.page.test_page import EVIL, outline
from tests.support.made_history import make_extracts
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

CHANGED = make_extracts(
    40,
    steps={"fastapi": (32, -0.08)},
    upgrades={32: {"fastapi": "1.3.0"}},
    machines={10: "Another <b>CPU</b>"},
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_history(CHANGED, tmp_path_factory.mktemp("history"), {})


def test_what_changed_lately_is_said_first_with_what_else_changed(page: Path) -> None:
    html = read(page)
    assert re.findall(r'<section id="([\w-]+)"', html)[0] == "lately"
    table = html.partition('<table id="lately-steps"')[2].partition("</table>")[0]
    assert "FastAPI on uvicorn-standard" in table
    assert "run-032" in table
    assert "fastapi: fastapi 1.2.3 -&gt; 1.3.0" in table
    assert "throughput" in table
    assert "instructions" in table
    assert "Throughput as a ratio to Starlette-frozen on uvicorn-standard" in html
    assert re.search(r"<h1>\d+ series over 40 runs: \d+ of them changed within 30 days\.</h1>", html)


def test_every_series_has_a_picture_and_its_numbers(page: Path) -> None:
    html = read(page)
    parsed = outline(html)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert html.count("<svg") == len(build_subjects())
    for link in parsed.links:
        assert link.startswith(("#", "history.csv", "index.html")), link
        assert not link.startswith("#") or f'id="{link[1:]}"' in html, link
    for name in ("Starlette on uvicorn-standard", "FastAPI on uvicorn-standard", "Flask on gunicorn-gthread"):
        assert f"{name}: " in html, "the description of a picture"
    assert "cpu model AMD EPYC 7B13 -&gt; Another &lt;b&gt;CPU&lt;/b&gt;" in html
    assert ">seam<" in html
    assert re.search(r"−\d\.\d%", html)
    assert not re.search(r">\s*(nan|None)\s*<", html)


def build_subjects() -> tuple[object, ...]:
    return history_series.choose_shown(build_history(CHANGED)).subjects


def test_the_data_hold_every_point(page: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(read(page.parent / "history.csv"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == sum(len(extract.measurements) for extract in CHANGED)
    assert {row["begins"] for row in rows} == {"", "seam", "step"}
    assert {row["run"] for row in rows if row["begins"] == "seam"} == {"run-010"}


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (0, "0 runs without a number that a series could be made of."),
        (1, "One run so far: a history begins with the second."),
        (2, "13 series over 2 runs: too few to tell steps from chance, 11 of one machine are needed."),
    ],
)
def test_few_runs_say_how_many_are_needed(runs: int, said: str, tmp_path: Path) -> None:
    html = read(write_history(make_extracts(runs), tmp_path, {}))
    assert f"<h1>{said}</h1>" in html
    assert "Nothing can be said yet: a step is told from 11 runs on" in html
    assert ("<svg" in html) is (runs > 1)


def test_quiet_runs_show_nothing(tmp_path: Path) -> None:
    html = read(write_history(make_extracts(30, deviation=0.001), tmp_path, {}))
    assert "no step within 30 days." in html
    assert "lately-steps" not in html


def test_what_has_no_room_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_series, "POINTS_AT_MOST", 100)
    html = read(write_history(CHANGED, tmp_path, {}))
    assert 0 < html.count("<svg") <= 2
    assert "are in the data alone" in html
    assert "run-032" in html


def test_hostile_names_are_text(tmp_path: Path) -> None:
    hostile = [
        replace(
            extract,
            plan=replace(extract.plan, name=f"{EVIL}{number}"),
            measurements=tuple(
                replace(own, cell=replace(own.cell, framework=EVIL, scenario=EVIL))
                for own in extract.measurements
            ),
        )
        for number, extract in enumerate(make_extracts(15, stacks=(("starlette", "uvicorn-standard"),)))
    ]
    html = read(write_history(hostile, tmp_path, {}))
    assert EVIL not in html
    assert outline(html).tags.count("script") == 1


def test_the_site_has_a_history_and_keeps_what_it_needs(tmp_path: Path) -> None:
    runs = [
        make_run(blocks=4, stacks=STACKS[:3], scenarios=("json",), troubles=False),
        make_cost_run(stacks=STACKS[:3], scenarios=("json",)),
    ]
    site = make_site(runs, tmp_path)
    must_be_sound(site)
    assert "history.html" in outline(read(site / "index.html")).links
    (folder,) = (path.parent for path in site.glob(f"*/{FILE}"))
    assert "../history.html" in outline(read(folder / "stack-fastapi--uvicorn-standard.html")).links
    kept = read_extracts(folder) or ()
    assert {extract.plan.kind for extract in kept} >= {"run", "cost"}
    before = read(site / "history.html")
    again = write_history(kept, site, {"2026-11-22-quick": "2026-11-22-quick/index.html"})
    assert read(again) == before
