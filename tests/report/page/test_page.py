"""The page: self-contained, escaped, the same again, complete without JavaScript, within its budget."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from markupsafe import escape

from report.page.build import build
from report.page.templating import TEMPLATES
from results.model import Ceiling, Failure, FailureStage, Finding, Run
from tests.support.ranking import RANKING
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

EVIL = "<img src=x onerror=alert(1)>'\"&${{7*7}}</script><script>alert(2)</script>"
VOID = {"meta", "link", "br", "img", "input", "hr"}
ORDER = ["which", "serve", "wait", "consume", "migrate", "claims", "trust", "method", "data"]
OF_ANY_TRIAL = {"migrate", "claims"}
"""Sections of which a run without trials has none."""


class Outline(HTMLParser):
    """Checks nesting and gathers what the tests ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    assert not parsed.open
    return parsed


@pytest.fixture(scope="module")
def run() -> Run:
    return make_run()


@pytest.fixture(scope="module")
def made(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build([run], tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def html(made: Path) -> str:
    return made.read_text(encoding="utf-8")


def hostile(run: Run) -> Run:
    """The run with evil in everything that comes from outside."""
    plan = run.plan
    frameworks = tuple(
        replace(environment, title=EVIL, declared={"notes": EVIL}, versions={EVIL: EVIL})
        for environment in plan.environment.frameworks
    )
    machine = replace(plan.environment.machine, cpu_model=EVIL, system=EVIL)
    cells = {cell: replace(cell, framework=EVIL, server=EVIL, scenario=EVIL) for cell in plan.cells[:1]}
    return replace(
        run,
        plan=replace(
            plan,
            name=EVIL,
            setup=replace(plan.setup, command=(EVIL,)),
            environment=replace(plan.environment, machine=machine, frameworks=frameworks),
            cells=tuple(cells.get(cell, cell) for cell in plan.cells),
        ),
        trials=tuple(
            replace(trial, cell=cells.get(trial.cell, trial.cell), error_example=EVIL, errors={EVIL: 1})
            for trial in run.trials
        ),
        launches=tuple(replace(launch, argv=(EVIL,)) for launch in run.launches),
        failures=(
            Failure(
                stack=EVIL,
                cell=None,
                block=0,
                stage=cast("FailureStage", EVIL),
                message=EVIL,
                remedy=EVIL,
                log_tail=EVIL,
            ),
        ),
        findings=(Finding(framework=EVIL, server=EVIL, scenario=EVIL, probe=EVIL, answer=EVIL),),
        problems=(EVIL,),
    )


def test_sections_stand_in_order_each_with_question_and_answer(html: str) -> None:
    assert re.findall(r'<section id="(\w+)"', html) == ORDER
    assert html.count('class="answer"') >= len(ORDER)
    assert re.search(r"<h1>.*Starlette.*</h1>", html)


def test_the_page_is_well_formed_and_its_links_and_ids_hold(html: str) -> None:
    parsed = outline(html)
    assert len(parsed.ids) == len(set(parsed.ids))
    inner = [link[1:] for link in parsed.links if link.startswith("#")]
    assert set(inner) <= set(parsed.ids)
    labels = {
        part for name, value in parsed.attributes if name == "aria-labelledby" for part in value.split()
    }
    assert labels <= set(parsed.ids)


def test_nothing_is_asked_of_the_network(html: str) -> None:
    assert not re.search(r"https?://|@import|url\((?!#)|src=", html)
    assert "default-src 'none'" in html


def test_the_same_record_gives_the_same_bytes(run: Run, html: str, tmp_path: Path) -> None:
    assert build([run], tmp_path).read_text(encoding="utf-8") == html


def test_the_quick_matrix_stays_within_its_budget(html: str) -> None:
    assert len(html.encode()) < 1_500_000


@pytest.mark.faults("hostile-html")
def test_everything_from_outside_is_escaped(run: Run, tmp_path: Path) -> None:
    html = build([hostile(run)], tmp_path).read_text(encoding="utf-8")
    parsed = outline(html)
    assert "img" not in parsed.tags
    assert parsed.tags.count("script") == 1
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert "&lt;img src=x onerror" in html


def test_tables_have_captions_and_scopes(html: str) -> None:
    assert html.count("<table") == html.count("<caption>") > 0
    assert not re.search(r"<th(?! scope)[ >]", html)


def test_a_gap_is_text(html: str) -> None:
    assert "not measured (launch): the server ended with exit code 3" in html
    assert ">not applicable<" in html
    assert "Flask has no dependency injection" in html
    assert not re.search(r"<td[^>]*></td>", html)
    assert not re.search(r">\s*(nan|None)\s*<", html)


def test_failures_show_their_log(run: Run, html: str) -> None:
    tails = [failure.log_tail for failure in run.failures if failure.log_tail]
    assert tails
    assert all(f'<pre tabindex="0">{escape(tail)}</pre>' in html for tail in tails)


def test_flags_come_with_cause_and_remedy(html: str) -> None:
    assert 'id="flag-foreign-work"' in html
    assert "something else used more than 5%" in html


def test_waiting_is_labelled_as_queueing(html: str) -> None:
    assert "queueing under saturation" in html


def test_few_blocks_rank_nothing(tmp_path: Path) -> None:
    html = build([make_run(blocks=3)], tmp_path).read_text(encoding="utf-8")
    sentences = re.findall(r'<(?:h1|p class="answer")>(.*?)</', html)
    points = re.findall(r"<li><b>.*?</li>", html)
    captions = re.findall(r"<(?:fig)?caption>(.*?)</", html)
    assert "3 blocks where 6 are needed" in sentences[0]
    assert not [text for text in (*sentences, *points, *captions) if RANKING.search(text)]
    assert "first tier" not in html


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_run_that_hardly_began_still_has_a_page(blocks: int, tmp_path: Path) -> None:
    html = build([make_run(blocks=blocks, planned_blocks=8)], tmp_path).read_text(encoding="utf-8")
    order = [name for name in ORDER if blocks or name not in OF_ANY_TRIAL]
    assert re.findall(r'<section id="(\w+)"', html) == order
    assert ("Nothing was measured" in html) is (blocks == 0)


def test_trials_are_written_beside_the_page(made: Path, run: Run) -> None:
    with (made.parent / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(run.trials)
    assert {row["cell"] for row in rows} == {trial.cell.slug for trial in run.trials}


def test_several_runs_are_listed_and_have_a_page_each(run: Run, tmp_path: Path) -> None:
    other = replace(run, plan=replace(run.plan, name="../" + EVIL))
    index = build([run, other], tmp_path)
    every_link = outline(index.read_text(encoding="utf-8")).links
    links = [link for link in every_link if link.endswith(".html")]
    assert len(links) == 2
    for link in links:
        assert (index.parent / link).resolve().is_relative_to(tmp_path)
        assert (index.parent / link).is_file()


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build([make_cost_run()], tmp_path_factory.mktemp("counted"))


def test_counts_of_another_run_stand_within_the_page_of_the_one_that_timed(run: Run, tmp_path: Path) -> None:
    page = build([run, make_cost_run()], tmp_path)
    html = page.read_text(encoding="utf-8")
    parsed = outline(html)
    assert re.findall(r'<section id="(\w+)"', html) == [*ORDER[:3], "layers", *ORDER[3:]]
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {"trials.csv", "costs.csv"} <= set(parsed.links)
    assert "hotlap cost --quick" in html
    assert "intervals 2.1% apart, twice" in html
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_run_that_only_counted_has_a_page_of_its_own(counted: Path) -> None:
    html = counted.read_text(encoding="utf-8")
    outline(html)
    assert re.findall(r'<section id="(\w+)"', html) == ["layers", "trust", "method", "data"]
    assert re.search(r"<h1>plaintext on uvicorn-standard: a request costs .*</h1>", html)
    assert html.count("time spent waiting are not counted") > 2
    assert "Counts compare only within one build of the interpreter" in html
    assert "not applicable: RSGI needs granian" in html
    assert not re.search(r">\s*(nan|None)\s*<", html)
    assert not re.search(r"<td[^>]*></td>", html)
    assert "blocks" not in html


def test_every_interval_that_was_counted_is_written_beside_the_page(counted: Path) -> None:
    with (counted.parent / "costs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(record.intervals) for record in make_cost_run().costs)
    assert all(float(row["instructions_per_request"]) > 0 for row in rows)
    assert not (counted.parent / "trials.csv").exists()


def test_a_page_of_counts_is_the_same_again_and_escaped(counted: Path, tmp_path: Path) -> None:
    html = counted.read_text(encoding="utf-8")
    assert build([make_cost_run()], tmp_path).read_text(encoding="utf-8") == html
    run = make_cost_run(name=EVIL)
    evil = {record.cell: replace(record.cell, framework=EVIL, server=EVIL) for record in run.costs[:1]}
    run = replace(
        run,
        costs=tuple(
            replace(record, cell=evil.get(record.cell, record.cell), tool=EVIL) for record in run.costs
        ),
        shares=tuple(replace(record, shares={EVIL: 0.5}) for record in run.shares),
    )
    parsed = outline(build([run], tmp_path).read_text(encoding="utf-8"))
    assert "img" not in parsed.tags
    assert parsed.tags.count("script") == 1


def test_counts_that_were_all_lost_still_have_a_page(tmp_path: Path) -> None:
    html = build([make_cost_run(repeats=0)], tmp_path).read_text(encoding="utf-8")
    assert "No cell was counted; the table says why." in html
    assert "Nothing was counted" in html


def test_several_runs_that_counted_are_told_apart(run: Run, tmp_path: Path) -> None:
    page = build([run, make_cost_run(), make_cost_run(name="another")], tmp_path)
    parsed = outline(page.read_text(encoding="utf-8"))
    assert len(parsed.ids) == len(set(parsed.ids))
    assert "<h3>json, another</h3>" in page.read_text(encoding="utf-8")


def test_ceilings_of_the_generator_are_shown_where_it_was_calibrated(
    run: Run, html: str, tmp_path: Path
) -> None:
    ceilings = tuple(
        Ceiling(shape=shape, connections=n, rps=rps, bytes_per_request=size)
        for shape, size, rps in (("answer-200", 260.0, 80_000.0), ("answer-10k", 10_300.0, 61_300.0))
        for n in (1, 64)
    )
    calibrated = replace(run, plan=replace(run.plan, ceilings=ceilings))
    shown = build([calibrated], tmp_path).read_text(encoding="utf-8")
    assert 'id="ceilings"' in shown
    assert "61,300" in shown
    assert shown.index('id="trust"') < shown.index('id="ceilings"') < shown.index('id="method"')
    assert 'id="ceilings"' not in html


def test_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run"):
        build([], tmp_path)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: str, ground: str) -> float:
    """Contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_and_charts_have_contrast_in_both_themes(theme: int) -> None:
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    colours = {name: both[theme] for name, *both in pairs}
    for ground in ("paper", "raised"):
        for text in ("ink", "muted", "link", "warn"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for name, colour in colours.items():
        if name.startswith("hue") or name == "floor":
            assert contrast(colour, colours["paper"]) >= 3, name
        if name.startswith("heat"):
            assert contrast(colours["ink"], colour) >= 4.5, name


def test_matplotlib_is_imported_only_to_draw() -> None:
    code = "import sys, report.page.build; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
