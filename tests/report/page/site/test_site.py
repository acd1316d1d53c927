"""The site: every page sound, every link leads somewhere, the same bytes again, whatever the record holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from report.page.site.write import build_site
from results.model import Failure, FailureStage, Run
from tests.report.page.site.made_site import STACKS, TEXTS, all_kinds, make_site
from tests.report.page.test_page import EVIL, hostile, outline
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

RUN = "2026-11-22-quick"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(all_kinds(), tmp_path_factory.mktemp("site"))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def must_be_sound(site: Path) -> None:
    """Fail where a page is not well formed, a link leads nowhere, or something is asked of the network."""
    outlines = {path.resolve(): outline(read(path)) for path in pages(site)}
    for path, parsed in outlines.items():
        html = read(path)
        assert len(parsed.ids) == len(set(parsed.ids)), path.name
        assert parsed.tags.count("script") == (3 if path.name == "two.html" else 1), path.name
        assert "img" not in parsed.tags
        assert not [name for name, _ in parsed.attributes if name == "src" or name.startswith("on")]
        shown_text = re.sub(r"<pre.*?</pre>", "", html, flags=re.DOTALL)  # an app may have a function url()
        assert not re.search(r"@import|url\((?!#)", shown_text)
        assert not re.search(r">\s*(nan|None)\s*<", html), path.name
        assert not re.search(r"<td[^>]*></td>", html), path.name
        for link in parsed.links:
            target, _, anchor = link.partition("#")
            if target.startswith("https://"):
                continue
            leads_to = path.parent / target if target else path
            assert leads_to.is_file(), (path.name, link)
            assert leads_to.resolve().is_relative_to(site.resolve())
            if anchor and not anchor.startswith("~"):
                assert anchor in outlines[leads_to.resolve()].ids, (path.name, link)


def test_every_page_is_sound(site: Path) -> None:
    must_be_sound(site)


def test_the_index_leads_to_the_run_and_the_run_to_all_its_pages(site: Path) -> None:
    assert f"{RUN}/index.html" in outline(read(site / "index.html")).links
    links = outline(read(site / RUN / "index.html")).links
    made = {path.name for path in (site / RUN).glob("*.html")} - {"index.html"}
    assert made <= {link.partition("#")[0] for link in links}
    overview = read(site / RUN / "index.html").partition('<table id="overview"')[2].partition("</table>")[0]
    assert '<a href="stack-fastapi--uvicorn-standard.html">FastAPI</a>' in overview
    assert {name.partition("-")[0] for name in made} == {"stack", "scenario", "two.html", "data.html"}


def test_a_stack_tells_all_that_is_known_of_it(site: Path) -> None:
    html = read(site / RUN / "stack-fastapi--uvicorn-standard.html")
    sections = re.findall(r'<section id="([\w-]+)"', html)
    assert sections == ["measured", "layers", "live", "trust", "started", "versions", "source"]
    assert "python\n    -m uvicorn apps.fastapi_app:app" in html
    assert "converted" in html  # a finding
    assert "app = &#39;&lt;b&gt;FastAPI&lt;/b&gt;&#39;" in html
    assert 'href="https://fastapi.example/"' in html
    assert "fastapi_data.py" in html
    assert "two.html#~a=fastapi--uvicorn-standard" in html


def test_a_stack_that_failed_says_so_with_its_log(site: Path) -> None:
    html = read(site / RUN / "stack-django--gunicorn-gthread.html")
    assert "the server ended with exit code 3" in html
    assert "ImportError: no module named" in html
    assert "ranked nowhere" in html


def test_an_app_without_a_server_was_counted_and_not_timed(site: Path) -> None:
    html = read(site / RUN / "stack-fastapi--in-process.html")
    assert "FastAPI, in process: nothing of it was timed in this run." in html
    assert re.findall(r'<section id="([\w-]+)"', html)[0] == "layers"


def test_a_scenario_has_the_charts_of_the_run_that_are_about_it(site: Path) -> None:
    html = read(site / RUN / "scenario-json.html")
    assert "json: a small JSON object" in html
    assert html.count("<svg") >= 4
    assert "orders" not in re.sub(r'href="[^"]*"|<script.*</script>', "", html, flags=re.DOTALL)
    assert re.findall(r'<section id="(\w+)"', html) == [
        "which",
        "serve",
        "wait",
        "layers",
        "consume",
        "stacks",
    ]


def test_without_a_script_all_are_held_against_one(site: Path) -> None:
    html = read(site / RUN / "two.html")
    assert "reference" in html
    assert "⇄ " in html
    rows = re.findall(r'<tr data-framework="(\w+)">', html)
    assert len(rows) == len(STACKS) + 1  # and a floor that failed
    assert "not measured (launch): the server ended" in html


def test_the_script_reads_what_the_fit_wrote(site: Path) -> None:
    html = read(site / RUN / "two.html")
    (text,) = re.findall(r'<script type="application/json" id="pick-data">(.*?)</script>', html, re.DOTALL)
    data = json.loads(text)
    assert {row["noun"] for row in data["ratios"]} == {"throughput", "CPU per request", "memory"}
    assert {row["about"] for row in data["beside"]} >= {
        "Instructions of a request",
        "Can it answer this scenario?",
    }
    for row in data["ratios"]:
        for fit in (row["within"], row["across"]):
            assert len(fit["stacks"]) == len(fit["level"]) == len(fit["blocks"]) == len(fit["covariance"])
            assert set(fit["freedom"]) == {str(name) for name in fit["component"]}
            assert set(fit["t"]) >= {str(freedom) for freedom in fit["freedom"].values() if freedom}


def test_the_data_lie_beside_the_pages_with_their_sizes(site: Path) -> None:
    html = read(site / RUN / "data.html")
    for name in ("run.jsonl", "run.schema.json", "trials.csv", "trials.jsonl", "costs.columns.csv"):
        size = (site / RUN / name).stat().st_size
        assert f'href="{name}"' in html
        assert f"{size:,}" in html


def test_the_same_records_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    again = make_site(all_kinds(), tmp_path)
    files = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in files if (site / name).read_bytes() != (again / name).read_bytes()] == []


def test_pages_stay_within_their_budget(site: Path) -> None:
    assert max(path.stat().st_size for path in pages(site)) < 1_500_000


def evil_named() -> Run:
    """A run with evil in all that comes from outside, the names of runs, stacks and scenarios too."""
    return hostile(make_run(blocks=1, stacks=STACKS, scenarios=("json",)))


def all_failed() -> Run:
    run = make_run(blocks=0, planned_blocks=8, stacks=STACKS, scenarios=("json",))
    failures = tuple(
        Failure(
            stack=cell.stack, cell=cell, block=0, stage=FailureStage.LAUNCH, message="no", log_tail="gone"
        )
        for cell in run.plan.cells
    )
    return replace(run, failures=failures)


def one_trial() -> Run:
    run = make_run(blocks=1, planned_blocks=8, stacks=STACKS, scenarios=("json",))
    return replace(run, trials=run.trials[:1], launches=run.launches[:1])


@pytest.mark.faults("hostile-html")
@pytest.mark.parametrize(
    "make",
    [evil_named, all_failed, one_trial, lambda: make_cost_run(repeats=0, stacks=STACKS, scenarios=("json",))],
    ids=["hostile", "all failed", "one trial", "counts lost"],
)
def test_whatever_the_record_holds_the_pages_are_sound(make: Callable[[], Run], tmp_path: Path) -> None:
    site = make_site([make()], tmp_path)
    must_be_sound(site)
    assert len(pages(site)) > 3


def test_runs_of_one_name_and_with_evil_names_have_folders_of_their_own(tmp_path: Path) -> None:
    run = make_run(blocks=1, stacks=STACKS[1:3], scenarios=("json",), troubles=False)
    evil = replace(run, plan=replace(run.plan, name="../" + EVIL, created_unix_s=1.0))
    site = make_site([run, run_again(run), evil], tmp_path)
    must_be_sound(site)
    assert len([path for path in site.iterdir() if path.is_dir()]) == 3
    rows = re.findall(r'<th scope="row"[^>]*><a href="([^"]*)">', read(site / "index.html"))
    assert rows[-1].startswith("img-src")  # the oldest stands last


def run_again(run: Run) -> Run:
    """Another record of the same name."""
    return replace(run, problems=("a line",))


def test_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run"):
        build_site([], tmp_path, TEXTS)


def test_one_stack_alone_has_no_page_of_two(tmp_path: Path) -> None:
    alone = make_run(
        name="alone", blocks=1, scenarios=("json",), stacks=(("flask", "granian-wsgi"),), troubles=False
    )
    site = make_site([alone, make_run(blocks=1, stacks=STACKS[1:3], scenarios=("json",))], tmp_path)
    must_be_sound(site)
    assert [path.parent.name for path in pages(site) if path.name == "two.html"] == [RUN]
