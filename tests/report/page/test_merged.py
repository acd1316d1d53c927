"""Pages of several runs: merged where they may be, else one each under an index that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.page.build import build
from tests.support.sessions import make_session

MONDAY = make_session("monday", "asgi", "fastapi", seed=1)
TUESDAY = make_session("tuesday", "asgi", "litestar", seed=2)


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    page = build([MONDAY, TUESDAY], tmp_path_factory.mktemp("merged"))
    return page.read_text(encoding="utf-8")


def test_it_says_which_runs_went_into_it(html: str) -> None:
    assert "2 runs: monday (6 blocks of 2 stacks) and tuesday (6 blocks of 2 stacks)" in html
    rows = html.partition('<table id="merged-table"')[2].partition("</table>")[0]
    assert "7 to 12" in rows
    assert "asgi--uvicorn-standard and litestar--uvicorn-standard" in rows


def test_it_warns_of_ratios_between_runs(html: str) -> None:
    assert "<strong>from different runs:</strong> compare with care" in html
    assert "compared through what several runs measured (asgi on uvicorn-standard)" in html
    assert "No ratio was measured in two of them" in html


def test_a_comparison_of_several_runs_says_so(html: str) -> None:
    which = html.partition('<section id="which"')[2].partition("</section>")[0]
    assert "These are from different runs: compare with care." in which


def test_how_far_runs_agree_is_said(tmp_path: Path) -> None:
    again = make_session("again", "asgi", "fastapi", seed=3)
    html = build([MONDAY, again], tmp_path).read_text(encoding="utf-8")
    assert "Of 1 ratio that two of them measured, 1 agree within both intervals." in html


def test_runs_that_asked_nothing_alike_compare_nothing(tmp_path: Path) -> None:
    orders = make_session("orders", "litestar", seed=2, scenarios=("orders",))
    html = build([MONDAY, orders], tmp_path).read_text(encoding="utf-8")
    assert "nothing is compared across them" in html


def test_runs_that_stay_apart_are_listed_with_the_reason(tmp_path: Path) -> None:
    index = build([MONDAY, make_session("other", "litestar", seed=2)], tmp_path)
    assert "Other is not shown as one with monday: in json on uvicorn-standard no stack" in index.read_text(
        encoding="utf-8"
    )
    assert (tmp_path / "monday" / "index.html").is_file()
    assert "from different runs" not in (tmp_path / "other" / "index.html").read_text(encoding="utf-8")


def test_a_page_of_one_run_says_nothing_of_merging(tmp_path: Path) -> None:
    html = build([MONDAY], tmp_path).read_text(encoding="utf-8")
    assert "merged-table" not in html
    assert "from different runs" not in html
