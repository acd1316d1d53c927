"""The sections of the history's page that show series: a scenario each, with charts, seams and points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from report import fmt
from report.analysis.contenders import is_floor
from report.analysis.history.extract import METRICS
from report.analysis.history.series import History, Series
from report.analysis.titles import titles_of
from report.analysis.workload import workload_of
from report.page.charts.history import HistoryPanel, HistoryPoint, draw_history
from report.page.charts.look import Look, assign_look
from report.page.model import (
    Column,
    Figure,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
    gap,
)
from report.views import history_words as words
from results.model import Run

POINTS_AT_MOST = 20_000
"""Points that a page draws; what has no room is in the data alone, series without a step first."""


class Shown(NamedTuple):
    """What all parts of the page start from."""

    history: History
    titles: Mapping[str, str]
    look: Look
    subjects: tuple[tuple[Series, ...], ...]
    """Series that have a picture, by what stands in one, in the order of the page."""
    anchors: Mapping[int, str]
    """Of the part that shows it, by the identity of a series."""

    @property
    def drawn(self) -> list[Series]:
        """All series that have a picture."""
        return [series for members in self.subjects for series in members]

    def run_name(self, run: int) -> str:
        """Day and name of a run."""
        plan = self.history.plans[run]
        return f"{words.date(plan)}, {plan.name}"


def choose_shown(history: History) -> Shown:
    """What of ``history`` has a picture, and how it looks."""
    titles: dict[str, str] = {}
    for plan in history.plans:
        titles |= titles_of(Run(plan=plan))
    cells = [series.key.cell for series in history.series]
    look = assign_look(
        (cell.framework for cell in cells if not is_floor(cell)), (cell.server for cell in cells)
    )
    subjects = _subjects(_drawn(history))
    anchors = {id(series): f"series-{number}" for number, own in enumerate(subjects) for series in own}
    return Shown(history, titles, look, subjects, anchors)


def _drawn(history: History) -> tuple[Series, ...]:
    """Series of two points or more, as many as a page has room for, those with a step first."""
    room, chosen = POINTS_AT_MOST, set[int]()
    several = [series for series in history.series if len(series.points) > 1]
    for series in sorted(several, key=lambda series: not series.changes):
        room -= len(series.points)
        if room < 0:
            break
        chosen.add(id(series))
    return tuple(series for series in several if id(series) in chosen)


def _subjects(drawn: Sequence[Series]) -> tuple[tuple[Series, ...], ...]:
    """``drawn`` by what stands in one chart: one scenario, measured in one way, relative to one stack."""
    ordered = sorted(drawn, key=lambda series: (*_place(series), str(_subject(series))))
    return tuple(tuple(members) for _, members in groupby(ordered, key=_subject))


def _place(series: Series) -> tuple[str, int]:
    """Of what it is about: by scenario, and what is measured in the order in which metrics are declared."""
    return series.key.cell.scenario, [*METRICS].index(series.key.metric)


def _subject(series: Series) -> tuple[object, ...]:
    key = series.key
    asked = workload_of(key.cell, in_turns=key.in_turns)
    return (key.cell.scenario, key.metric, tuple(asked), key.other)


def scenario_sections(shown: Shown) -> Iterator[Section]:
    """A section a scenario, a part for each way it was measured in."""
    for scenario, subjects in groupby(shown.subjects, key=lambda members: members[0].key.cell.scenario):
        parts = tuple(_part(shown, members) for members in subjects)
        yield Section(
            anchor=f"scenario-{parts[0].anchor}",
            short=scenario,
            question=f"How did it go in {scenario}?",
            parts=parts,
        )


def _part(shown: Shown, members: Sequence[Series]) -> SectionPart:
    first, anchor = members[0], shown.anchors[id(members[0])]
    return SectionPart(
        anchor=anchor,
        heading=fmt.sentence(f"{words.measured(first, shown.titles)}; {words.asked(first)}").removesuffix(
            "."
        ),
        text=_of_members(members),
        figures=(_figure(shown, members, f"{anchor}-chart"),),
        tables=(*_seams_table(shown, members, anchor), _points_table(shown, members, anchor)),
    )


def _of_members(members: Sequence[Series]) -> str:
    changed = [series for series in members if series.changes]
    waiting = [series for series in members if not words.is_judged(series)]
    sentences = [
        f"{fmt.counted(len(changed), 'stack')} of {len(members):,} with a step."
        if changed
        else "No step that could be told from chance."
    ]
    if waiting:
        sentences.append(
            f"{fmt.counted(len(waiting), 'series', 'series')} with fewer than {words.RUNS_TO_JUDGE} runs "
            "behind the last seam: nothing is told of them yet."
        )
    deviations = [100 * series.deviation for series in members if series.deviation is not None]
    if deviations:
        ends = dict.fromkeys(fmt.percent(value) for value in (min(deviations), max(deviations)))
        sentences.append(
            f"From run to run they vary by {' to '.join(ends)} (deviation about means between steps)."
        )
    return " ".join(sentences)


def _figure(shown: Shown, members: Sequence[Series], anchor: str) -> Figure:
    title = f"{members[0].key.cell.scenario} over runs"
    runs = sorted({point.run for series in members for point in series.points})
    places = {run: place for place, run in enumerate(runs)}
    svg = draw_history(
        [_panel(shown, series, places) for series in members],
        [words.date(shown.history.plans[run]) for run in runs],
        shown.look,
        key=anchor,
        title=title,
        description="; ".join(_description(shown, series) for series in members),
    )
    return figure(
        svg,
        title,
        "A point a run with its 95% interval; lines are means between steps. Dashed: a step, with its size. "
        "Dotted: a seam, across which nothing is judged.",
    )


def _panel(shown: Shown, series: Series, places: Mapping[int, int]) -> HistoryPanel:
    """``places`` has where the runs stand that any stack of the picture was measured in."""
    name = words.stack_name(series.key.cell, shown.titles)
    last = series.points[-1].level
    return HistoryPanel(
        heading=name,
        framework=series.key.cell.framework,
        points=tuple(
            HistoryPoint(
                run=places[point.run], value=point.level.value, low=point.level.low, high=point.level.high
            )
            for point in series.points
        ),
        edges=series.edges,
        means=series.means,
        steps=tuple((change.place, words.short_change(change.ratio)) for change in series.changes),
        hint=_description(shown, series),
        end=words.value(last, series),
    )


def _description(shown: Shown, series: Series) -> str:
    name = words.stack_name(series.key.cell, shown.titles)
    first, last = (words.value(series.points[place].level, series) for place in (0, -1))
    steps = ", ".join(
        f"{words.short_change(change.ratio)} at run {series.points[change.place].run + 1}"
        for change in series.changes
    )
    return f"{name}: {first} at first, {last} at last, {f'steps {steps}' if steps else 'no step'}"


def _seams_table(shown: Shown, members: Sequence[Series], anchor: str) -> Iterator[Table]:
    """The reasons for which series are cut, each once."""
    seams: dict[tuple[int, str], list[str]] = {}
    for series in members:
        for seam in series.seams:
            place = (series.points[seam.place].run, seam.reason)
            seams.setdefault(place, []).append(words.stack_name(series.key.cell, shown.titles))
    if seams:
        yield Table(
            anchor=f"{anchor}-seams",
            caption="Seams: nothing is judged across them",
            columns=(Column(label="First run behind it"), Column(label="Why"), Column(label="Of")),
            rows=tuple(
                TableRow(
                    entries=(
                        entry(shown.run_name(run)),
                        entry(reason),
                        entry("all" if len(names) == len(members) else fmt.listed(names)),
                    )
                )
                for (run, reason), names in sorted(seams.items())
            ),
            summary=f"{fmt.counted(len(seams), 'seam')}: what cuts these series",
        )


def _points_table(shown: Shown, members: Sequence[Series], anchor: str) -> Table:
    """A row a run, the newest first, a column a stack."""
    by_run = [{point.run: point.level for point in series.points} for series in members]
    runs = sorted({run for levels in by_run for run in levels}, reverse=True)
    names = [words.stack_name(series.key.cell, shown.titles) for series in members]
    return Table(
        anchor=f"{anchor}-points",
        caption=f"{words.measured(members[0], shown.titles)}, with 95% intervals",
        columns=(Column(label="Run"), *(Column(label=name, numeric=True) for name in names)),
        rows=tuple(
            TableRow(
                entries=(
                    entry(shown.run_name(run)),
                    *(
                        TableEntry(
                            text=words.value(levels[run], series),
                            detail=_interval(levels[run].low, levels[run].high, series),
                            key=round(levels[run].value, 6),
                        )
                        if run in levels
                        else gap("not measured")
                        for levels, series in zip(by_run, members, strict=True)
                    ),
                )
            )
            for run in runs
        ),
        summary="The numbers, a row a run",
    )


def _interval(low: float | None, high: float | None, series: Series) -> str:
    if low is None or high is None:
        return ""
    if series.key.other is None:
        return f"({fmt.number(low)}–{fmt.number(high)})"
    return f"({low:.3f}–{high:.3f})"
