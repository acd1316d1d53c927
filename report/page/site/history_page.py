"""The page of the history: what changed lately, series in charts and tables, and how steps are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import fmt
from report.analysis.history.series import Change, History, LatestChange, latest_changes
from report.page.compose import legend_of
from report.page.model import (
    Column,
    Fact,
    Page,
    Place,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
)
from report.page.site.history_series import Shown, choose_shown, scenario_sections
from report.stats.steps import VALUES_AFTER, VALUES_BEFORE
from report.views import history_words as words

PAGE, CSV = "history.html", "history.csv"
"""Beside the index of the site."""
CHANGES_AT_MOST = 200
"""Rows of the table of what changed."""


def make_history_page(history: History, pages: Mapping[str, str]) -> Page:
    """``pages`` has the address of the page of a run by its name, where it has one."""
    shown = choose_shown(history)
    newest = history.plans[-1].environment.harness if history.plans else {}
    return Page(
        name=fmt.counted(len(history.plans), "run"),
        kind="History of",
        verdict=f"{words.headline(history)}.",
        hotlap=newest.get("hotlap", ""),
        detail=words.by_chance(history),
        legend=legend_of({series.key.cell.framework for series in shown.drawn}, shown.titles, shown.look),
        facts=_facts(history),
        sections=(_lately(shown, pages), *scenario_sections(shown), _method(shown)),
        places=(Place(label="All runs", href="index.html"),),
        made_from="the records",
    )


def _facts(history: History) -> tuple[Fact, ...]:
    if not history.plans:
        return ()
    first, last = history.plans[0], history.plans[-1]
    seams = {
        (series.points[seam.place].run, seam.reason) for series in history.series for seam in series.seams
    }
    references = {plan.setup.reference for plan in history.plans if plan.setup.reference}
    return (
        Fact(name="From", text=words.date(first)),
        Fact(name="To", text=words.date(last)),
        Fact(name="Runs", text=f"{len(history.plans):,}"),
        Fact(name="Reference stack", text=fmt.listed(sorted(references)) if references else "none"),
        Fact(name="Seams", text=f"{len({run for run, _ in seams}):,}"),
    )


# What changed lately.


def _lately(shown: Shown, pages: Mapping[str, str]) -> Section:
    lately = latest_changes(shown.history, words.LATELY_DAYS)
    return Section(
        anchor="lately",
        short="Lately",
        question="What changed lately?",
        answer=_lately_answer(shown.history, lately),
        note="A step lies between two runs, give or take one or two where few runs follow it; beside it "
        "stands all that is recorded to differ between these two."
        if lately
        else "",
        parts=(SectionPart(tables=(_changes_table(shown, lately[:CHANGES_AT_MOST], pages),)),)
        if lately
        else (),
    )


def _lately_answer(history: History, lately: Sequence[LatestChange]) -> str:
    if not any(map(words.is_judged, history.series)):
        return (
            f"Nothing can be said yet: a step is told from {words.RUNS_TO_JUDGE} runs on, "
            f"{VALUES_BEFORE} before it and {VALUES_AFTER} behind it, on one machine and interpreter."
        )
    if not lately:
        return f"Nothing that could be told from chance, within {words.LATELY_DAYS} days of the newest run."
    runs = len({latest.run for latest in lately})
    return (
        f"{fmt.counted(len(lately), 'step')} at {fmt.counted(runs, 'run')} within {words.LATELY_DAYS} days "
        "of the newest run."
    )


def _changes_table(shown: Shown, changes: Sequence[LatestChange], pages: Mapping[str, str]) -> Table:
    return Table(
        anchor="lately-steps",
        caption="Steps, the newest run first and the largest step first of a run",
        columns=(
            Column(label="First run behind it"),
            Column(label="Stack"),
            Column(label="Scenario"),
            Column(label="Of"),
            Column(label="Change", numeric=True),
            Column(label="Runs since", numeric=True),
            Column(label="What else changed between the two runs"),
        ),
        rows=tuple(_change_row(shown, latest, pages) for latest in changes),
    )


def _change_row(shown: Shown, latest: LatestChange, pages: Mapping[str, str]) -> TableRow:
    series, step = latest.series, latest.change
    name = shown.history.plans[latest.run].name
    return TableRow(
        framework=series.key.cell.framework,
        entries=(
            TableEntry(text=shown.run_name(latest.run), link=pages.get(name, "")),
            entry(words.stack_name(series.key.cell, shown.titles)),
            TableEntry(text=series.key.cell.scenario, link=f"#{shown.anchors[id(series)]}")
            if id(series) in shown.anchors
            else entry(series.key.cell.scenario),
            entry(words.short_measured(series)),
            TableEntry(
                text=words.short_change(step.ratio),
                detail=words.change(step.ratio).partition(" ")[2],
                key=round(step.ratio.value, 6),
            ),
            TableEntry(text=f"{step.since}", key=step.since),
            entry(_what_changed(step)),
        ),
    )


def _what_changed(step: Change) -> str:
    return "; ".join(step.differences) or words.NOTHING_RECORDED


# How it is told.


def _method(shown: Shown) -> Section:
    undrawn = len(shown.history.series) - len(shown.drawn)
    return Section(
        anchor="method",
        short="How it is told",
        question="How are steps told, and how often wrongly?",
        parts=(
            SectionPart(
                points=(
                    Fact(
                        name="Ratios",
                        text="throughput and waits are ratios to one stack that took turns with all others "
                        "in the same run: how fast the machine was that day is in neither. The reference "
                        "stack keeps its packages by a lock that no upgrade touches; a run without it is "
                        "related to its own floor or, without one, its first stack by name, whose packages "
                        "may change.",
                    ),
                    Fact(
                        name="Seams",
                        text="another CPU model, number of CPUs or kind of virtual machine, another build of "
                        "the interpreter, another way of running servers, a renewed reference stack.",
                    ),
                    Fact(
                        name="Steps",
                        text=f"told from {VALUES_BEFORE} runs before and {VALUES_AFTER} behind on, by a t "
                        "test that is the stricter the more runs lie behind. At most "
                        f"{words.BY_CHANCE_PERCENT:g}% of series of 100 runs without a step show one; nine "
                        "of ten steps of twice the deviation are told within five runs.",
                    ),
                ),
                text=f"{fmt.counted(undrawn, 'series', 'series')} of one run, or for which this page has no "
                "room, are in the data alone."
                if undrawn
                else "",
                link=CSV,
            ),
        ),
    )
