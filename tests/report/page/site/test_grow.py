"""Adding to a site: a page is made once, records stay, torn files are mended, and the size is kept to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.page import compose
from report.page.sections import data, layers
from report.page.site import grow as growing
from report.page.site import kept
from report.page.site.grow import add_runs
from report.page.site.room import size_of
from tests.report.page.site.grown_site import STACKS, files_of, grow, record, small_count, small_run
from tests.report.page.site.made_site import TEXTS
from tests.report.page.site.test_site import must_be_sound
from tests.report.page.test_page import outline

STAYING = {"index.html", "run.jsonl", "made.json", "history.json"}


@pytest.fixture(scope="module", autouse=True)
def _few_sections() -> Iterator[None]:
    """Pages of two sections, for speed: what is on a page is told elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "SECTIONS", (layers, data))
        yield


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three days: on the first one instructions were counted too."""
    site = tmp_path_factory.mktemp("grown") / "site"
    grow(site, small_run(1), small_count(1))
    grow(site, small_run(2))
    grow(site, small_run(3))
    return site


@pytest.fixture(name="site")
def _site(grown: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(grown, tmp_path / "site"))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def index_links(site: Path) -> set[str]:
    return {link for link in outline(read(site / "index.html")).links if not link.startswith("#")}


def test_old_runs_keep_page_and_record_and_the_newest_has_all_pages(grown: Path) -> None:
    must_be_sound(grown)
    assert files_of(grown, "day-1") == files_of(grown, "day-2") == STAYING
    assert files_of(grown, "cost-1") == {"run.jsonl"}
    assert {"two.html", "data.html", "trials.csv", "stack-flask--gunicorn-gthread.html"} <= files_of(
        grown, "day-3"
    )
    assert "Instructions" in read(grown / "day-1" / "index.html")  # of the run that was shown with it
    assert index_links(grown) == {
        *(f"day-{day}/{name}" for day in (1, 2) for name in ("index.html", "run.jsonl")),
        *(f"day-3/{name}" for name in ("index.html", "two.html", "data.html")),
        "history.html",
    }


def test_pages_are_made_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: (site / name / "index.html").read_bytes() for name in ("day-1", "day-2")}
    monkeypatch.setattr(growing, "_make_anew", pytest.fail)
    growth = grow(site, small_run(4))
    assert (growth.runs, growth.made, growth.waiting) == (4, 1, 0)
    assert {name: (site / name / "index.html").read_bytes() for name in before} == before
    assert growth.total_bytes == size_of(site)


def test_the_same_run_again_changes_nothing(site: Path) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    growth = grow(site, small_run(3))
    assert growth.made == 1
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_after_a_change_of_code_some_pages_are_made_anew_and_the_others_wait(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "code_digest", lambda: "another")
    monkeypatch.setattr(growing, "MOST_RENEWED", 1)
    growth = grow(site, small_run(3))
    assert (growth.made, growth.waiting) == (2, 1)
    assert all((site / name / "index.html").is_file() for name in ("day-1", "day-2"))
    again = grow(site, small_run(3))
    assert (again.made, again.waiting) == (2, 0)
    assert files_of(site, "day-1") == STAYING
    assert "Instructions" in read(site / "day-1" / "index.html")
    must_be_sound(site)


@pytest.mark.faults("site-torn")
def test_torn_files_are_mended_from_the_records(site: Path) -> None:
    page = site / "day-2" / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole[: len(whole) // 2])
    (site / "day-2" / ".index.html.part").write_bytes(b"half")
    (site / "day-1" / "made.json").write_text('{"key": "a', encoding="utf-8")
    (site / "index.html").write_bytes(b"")
    growth = grow(site, small_run(3))
    assert growth.made == 1 + 3  # what was shown with the first day is not known any more: it has a page now
    assert page.read_bytes() == whole
    assert files_of(site, "day-2") == STAYING
    must_be_sound(site)


@pytest.mark.faults("site-torn")
def test_a_run_that_lost_one_of_its_pages_has_no_page_with_dead_links(site: Path) -> None:
    (site / "day-3" / "alone.html").unlink()
    growth = grow(site, small_run(4))
    assert growth.made == 1 + 1
    assert files_of(site, "day-3") == STAYING
    must_be_sound(site)


@pytest.mark.faults("site-torn")
def test_a_record_that_was_cut_is_shown_as_far_as_it_goes(site: Path) -> None:
    file = site / "day-2" / "run.jsonl"
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])
    growth = grow(site, small_run(3))
    assert growth.made == 1 + 1
    assert growth.aside == ()
    must_be_sound(site)
    grow(site, small_run(2))  # and once it comes whole, it is whole
    assert file.read_bytes() == content


def test_a_record_that_is_cut_does_not_take_the_place_of_the_whole_one(site: Path) -> None:
    whole = (site / "day-3" / "run.jsonl").read_bytes()
    folder = record(small_run(3), site.parent / "cut")
    (folder / "run.jsonl").write_bytes(whole[:-100])
    add_runs([folder], site, TEXTS)
    assert (site / "day-3" / "run.jsonl").read_bytes() == whole


@pytest.mark.faults("site-torn")
def test_a_folder_without_a_plan_is_named_and_left_as_it_is(site: Path) -> None:
    file = site / "day-1" / "run.jsonl"
    file.write_bytes(file.read_bytes()[:100])
    growth = grow(site, small_run(3))
    (sentence,) = growth.aside
    assert sentence.startswith("day-1 is not shown, its files stay as they are: run.jsonl: line 1")
    assert len(file.read_bytes()) == 100
    assert not any(link.startswith("day-1/") for link in index_links(site))


def test_two_runs_of_one_name_have_two_folders(site: Path) -> None:
    other = small_run(9, name="Day-3")
    grow(site, other)
    assert {path.name for path in site.iterdir() if path.is_dir()} >= {"day-3", "Day-3-2"}
    grow(site, other)
    assert sum(path.is_dir() for path in site.iterdir()) == 5


def test_the_oldest_pages_make_room_then_the_oldest_records(site: Path) -> None:
    size = size_of(site)
    page = (site / "day-1" / "index.html").stat().st_size
    fewer_pages = grow(site, small_run(3), most_bytes=size - page // 2)
    assert fewer_pages.gone == ("the oldest pages went to make room, of day-1",)
    assert files_of(site, "day-1") == STAYING - {"index.html"}
    assert "day-1/run.jsonl" in index_links(site)
    assert fewer_pages.total_bytes <= size - page // 2
    must_be_sound(site)
    as_it_was = grow(site, small_run(3))  # what made room stays away
    assert (as_it_was.made, as_it_was.gone) == (1, ())
    newest = size_of(site / "day-3")
    nearly_all = grow(site, small_run(3), most_bytes=newest)
    assert nearly_all.gone == (
        "the oldest pages went to make room, of day-2",
        "the oldest records went too, of day-1 and day-2",
    )
    assert [path.name for path in site.iterdir() if path.is_dir()] == ["day-3"]
    assert index_links(site) == {
        "history.html",
        *(f"day-3/{name}" for name in ("index.html", "two.html", "data.html")),
    }


def test_what_is_published_tells_no_path_of_the_machine_and_keeps_its_label(site: Path) -> None:
    run = small_run(5)
    folder = record(run, site.parent / "results")
    text = read(folder / "run.jsonl").replace('"run","--quick"', '"run","--results","/home/ann/runs"')
    (folder / "run.jsonl").write_text(text, encoding="utf-8")
    (folder / "label.txt").write_text("2 shared cores: ratios travel\n", encoding="utf-8")
    add_runs([folder], site, TEXTS)
    plan, *_ = read(site / "day-5" / "run.jsonl").splitlines()
    assert "/home" not in read(site / "day-5" / "history.json")
    assert json.loads(plan)["setup"]["command"] == ["run", "--results", ".../runs"]
    for page in ("index.html", "two.html", f"stack-{'--'.join(STACKS[0])}.html", "scenario-json.html"):
        assert "<strong>2 shared cores:</strong> ratios travel" in read(site / "day-5" / page)
    grow(site, small_run(6))
    assert "<strong>2 shared cores:</strong> ratios travel" in read(site / "day-5" / "index.html")
    assert "2 shared cores: ratios travel" in read(site / "index.html")


def test_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run"):
        add_runs([], tmp_path / "site", TEXTS)
