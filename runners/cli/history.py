"""``hotlap history``: series over many recorded runs, and where they changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from results.text import plain
from runners.cli.options import Json, Results
from runners.cli.shared import find_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from report.analysis.history.series import Change, History, LatestChange, Series
    from runners.cli.json_types.history import HistoryJson, HistorySeriesJson, HistoryStepJson


def history(
    runs: Annotated[
        list[str] | None,
        typer.Argument(help="Runs: folder, name, or `latest`; all in --results unless given."),
    ] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Say where stacks changed over many recorded runs, and what else changed there.

    Throughput and waits are ratios to the reference stack of each run (`hotlap run --reference`),
    instructions are counts. What a run adds is kept beside its record, so that asking again is quick.
    """
    from report.analysis.history.extract_files import extract_folder
    from report.analysis.history.series import build_history
    from results.model import PlanKind
    from results.store import FILE

    kinds = {PlanKind.RUN, PlanKind.COST}
    names = runs or sorted(str(path.parent) for path in results.glob(f"*/{FILE}")) or ["latest"]
    folders = dict.fromkeys(find_run(name, results, kinds) for name in names)
    made = build_history(extract_folder(folder) for folder in folders)
    lines = [_as_json(made)] if as_json else [plain(line) for line in _lines(made)]
    typer.echo("\n".join(lines))


def _titles(made: History) -> Mapping[str, str]:
    from report.analysis.titles import titles_of
    from results.model import Run

    titles: dict[str, str] = {}
    for plan in made.plans:
        titles |= titles_of(Run(plan=plan))
    return titles


def _lines(made: History) -> Iterator[str]:
    """The headline, then a paragraph a step, the newest first."""
    from report.analysis.history.series import latest_changes
    from report.views import history_words as words

    titles = _titles(made)
    yield f"{words.headline(made)}."
    for latest in latest_changes(made):
        yield ""
        yield from _of_step(latest, made, titles)
    if told := words.by_chance(made):
        yield ""
        yield told


def _of_step(latest: LatestChange, made: History, titles: Mapping[str, str]) -> Iterator[str]:
    from report import fmt
    from report.views import history_words as words

    series, step = latest.series, latest.change
    plan = made.plans[latest.run]
    yield (
        f"{words.date(plan)} {words.stack_name(series.key.cell, titles)}, {series.key.cell.scenario}: "
        f"{words.change(step.ratio)}, {fmt.counted(step.since, 'run')} since"
    )
    yield f"  {words.measured(series, titles)}; {words.asked(series)}"
    yield f"  {words.where(latest, made)}: {'; '.join(step.differences) or words.NOTHING_RECORDED}"


def _as_json(made: History) -> str:
    data: HistoryJson = {
        "runs": [plan.name for plan in made.plans],
        "series": [_series(series, made) for series in made.series],
    }
    return json.dumps(data, indent=2, allow_nan=False)


def _series(series: Series, made: History) -> HistorySeriesJson:
    cell, other = series.key.cell, series.key.other
    return {
        "cell": cell.slug,
        "relative_to": other.slug if other else None,
        "metric": series.key.metric,
        "points": [
            {
                "run": made.plans[point.run].name,
                "value": point.level.value,
                "low": point.level.low,
                "high": point.level.high,
            }
            for point in series.points
        ],
        "seams": [
            {"run": made.plans[series.points[seam.place].run].name, "reason": seam.reason}
            for seam in series.seams
        ],
        "steps": [_step(series, step, made) for step in series.changes],
        "deviation": series.deviation,
    }


def _step(series: Series, step: Change, made: History) -> HistoryStepJson:
    return {
        "run": made.plans[series.points[step.place].run].name,
        "ratio": step.ratio.value,
        "low": step.ratio.low,
        "high": step.ratio.high,
        "runs_since": step.since,
        "differences": list(step.differences),
    }
