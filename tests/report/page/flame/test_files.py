"""Flame graphs as files: one a cell, one a difference, beside record and page, the same bytes each time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.costs import summarise_costs
from report.analysis.flame_changes import function_changes
from report.analysis.flames import Profile
from report.analysis.titles import titles_of
from report.page.build import build
from report.page.flame.files import FlameFile, differences_of, differences_of_two, files_of, write
from report.page.flame.pages import difference_sentence, one_cell, two_sides
from results import stacks
from results.codec import decode
from results.model import CostSamples, Run
from tests.report.page.site.made_site import make_site
from tests.support.made_profiles import (
    BASE,
    EVIL,
    GOLDEN,
    HEAD,
    HOSTILE,
    cell,
    profile,
    sampled_gate,
    sampled_run,
    samples,
)
from tests.support.synthetic import make_run

TITLES = {"starlette": "Starlette"}


def of_run(run: Run) -> list[FlameFile]:
    return files_of([summarise_costs(run)], titles_of(run))


def test_a_file_for_each_cell_that_says_what_it_was_made_from(tmp_path: Path) -> None:
    (graph,) = write(of_run(sampled_run()), tmp_path)
    assert (graph.cell, graph.samples, graph.requests, graph.difference) == (cell().slug, 1000, 3600, False)
    assert graph.file == str(tmp_path / f"flame-{cell().slug}.html")
    html = Path(graph.file).read_text(encoding="utf-8")
    assert "Starlette on uvicorn-standard, json: where its time goes, in 1,000 samples" in html
    assert "3,600 asked in 4.8 s" in html
    assert "py-spy 0.4.3, Python 3.13.7" in html
    assert "Samples, not a timing: a process was looked at 500 times a second" in html
    rows = re.findall(r'<tr>\s*<th scope="row" class="code">([^<]+)</th>', html)
    assert rows[:2] == ["Router.__call__", "HttpToolsProtocol.data_received"]


def test_the_same_record_gives_the_same_bytes() -> None:
    first, second = (one_cell(profile(counts), TITLES) for counts in (BASE, dict(reversed(BASE.items()))))
    assert first == second
    assert two_sides(profile(BASE), profile(HEAD), TITLES) == two_sides(profile(BASE), profile(HEAD), TITLES)


def test_it_asks_nothing_of_anyone() -> None:
    html = one_cell(profile(BASE), TITLES)
    assert not re.findall(r"(?:src|href)=\"(?!data:,)", html)
    assert "default-src 'none'" in html


def test_a_difference_names_what_grew(tmp_path: Path) -> None:
    (graph,) = write(differences_of(sampled_gate()), tmp_path)
    assert graph.difference
    assert graph.file.endswith("--difference.html")
    html = Path(graph.file).read_text(encoding="utf-8")
    assert "slow_total (apps/starlette_app.py) grew most, from 0.0% to 50.0% of samples." in html
    assert "grown by 50.0 points" in html
    assert "Samples, base" in html


def test_where_nothing_changed_that_is_said() -> None:
    html = two_sides(profile(BASE), profile(BASE), TITLES)
    assert "no function&#39;s share of samples has changed." in html
    assert "by more than chance may do" in html


def test_what_only_shrank_is_named_too() -> None:
    (slow, *_) = function_changes(profile(HEAD), profile(BASE))
    assert difference_sentence("it", [slow]) == (
        "it: slow_total (apps/starlette_app.py) shrank most, from 50.0% to 0.0% of samples."
    )


def test_two_runs_are_held_against_each_other_by_cell(tmp_path: Path) -> None:
    base, head = sampled_run(name="a b"), sampled_run(HEAD)
    (graph,) = write(differences_of_two(base, head), tmp_path)
    assert Path(graph.file).name == f"flame-{cell().slug}--against-a-b.html"
    other = replace(base, samples=(samples(BASE, sampled=cell("flask")),))
    assert differences_of_two(other, head) == []
    one_side = replace(sampled_gate(), samples=sampled_gate().samples[:1])
    assert differences_of(one_side) == []


def test_names_of_files_are_safe_and_told_apart(tmp_path: Path) -> None:
    run = sampled_run()
    evil = [replace(cell(), scenario=name) for name in ("../../x", "..-..-x", "a/b", EVIL)]
    run = replace(run, samples=tuple(samples(BASE, sampled=one) for one in evil))
    graphs = write(of_run(run), tmp_path)
    assert len({graph.file for graph in graphs}) == len(evil)
    assert {Path(graph.file).resolve().parent for graph in graphs} == {tmp_path}


@pytest.mark.parametrize("side", ["one", "two"])
def test_hostile_stacks_give_a_sound_page(side: str) -> None:
    html = (
        one_cell(profile(HOSTILE), {"starlette": EVIL})
        if side == "one"
        else two_sides(profile(BASE), profile(HOSTILE), {"starlette": EVIL})
    )
    assert html.count("<script") == 1
    assert "alert(&#34;x&#34;)" in html or "alert(&quot;x&quot;)" in html


def test_the_page_of_a_run_leads_to_them(tmp_path: Path) -> None:
    page = build([sampled_run()], tmp_path)
    html = page.read_text(encoding="utf-8")
    href = f"flame-{cell().slug}.html"
    assert f'<a href="{href}">Starlette on uvicorn-standard, json</a>' in html
    assert (tmp_path / href).is_file()
    assert "by function: share of its samples" not in html
    assert "share of its samples by function, py-spy 0.4.3" in html


def test_pages_of_stacks_lead_to_them(tmp_path: Path) -> None:
    two = (("asgi", "uvicorn-standard"), ("starlette", "uvicorn-standard"))
    timed = make_run(blocks=2, stacks=two, scenarios=("json",), troubles=False)
    site = make_site([timed, sampled_run()], tmp_path)
    folder = site / timed.plan.name
    href = f"flame-{cell().slug}.html"
    assert (folder / href).is_file()
    pages = [
        path.name
        for path in folder.glob("*.html")
        if not path.name.startswith("flame-") and href in path.read_text(encoding="utf-8")
    ]
    assert sorted(pages) == ["index.html", "stack-starlette--uvicorn-standard.html"]


def test_what_was_recorded_of_a_real_server_is_drawn() -> None:
    line = (GOLDEN / "samples.jsonl").read_bytes()
    record = decode(CostSamples, line)
    real = Profile(record=record, stacks=stacks.decode(record.stacks))
    assert real.total == 15_025
    html = one_cell(real, {"fastapi": "FastAPI"})
    assert len(html) < 80_000
    assert "RequestResponseCycle.run_asgi · uvicorn/protocols/http/httptools_impl.py · server" in html
    assert "create_order · apps/fastapi_app.py · app" in html
    assert not re.search(r"/(?:tmp|home|root|usr)/", html)


@pytest.mark.parametrize(("cpu_s", "waited"), [(None, ""), (1.9, ""), (1.0, "In about 50% of samples")])
def test_where_other_work_had_the_cpu_that_is_said(cpu_s: float | None, waited: str) -> None:
    quiet = profile(BASE)
    made = replace(quiet, record=replace(quiet.record, cpu_s=cpu_s))
    for html in (one_cell(made, TITLES), two_sides(made, quiet, TITLES)):
        assert ("a thread wanted to run" in html) == bool(waited)
        assert waited in html
