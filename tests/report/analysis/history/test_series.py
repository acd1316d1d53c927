"""Series of made runs: steps with what else changed there, seams that nothing is judged across."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.history.differences import differences_between, why_cut
from report.analysis.history.extract import RunExtract
from report.analysis.history.series import History, Series, build_history, latest_changes
from report.analysis.metrics import COST, THROUGHPUT
from results.model import Plan
from tests.support.made_history import REFERENCE, cell_of, make_extracts

UPGRADED = make_extracts(
    40, steps={"fastapi": (30, -0.08)}, upgrades={30: {"fastapi": "1.3.0"}, 12: {"uvicorn": "0.39.0"}}
)
CELL = cell_of("fastapi", "uvicorn-standard", "json")


def series_of(
    history: History, framework: str, metric: str = THROUGHPUT.name, scenario: str = "json"
) -> Series:
    (own,) = (
        series
        for series in history.series
        if (series.key.cell.framework, series.key.metric, series.key.cell.scenario)
        == (framework, metric, scenario)
    )
    return own


def plans(extracts: list[RunExtract]) -> list[Plan]:
    return [extract.plan for extract in extracts]


def test_a_step_comes_with_what_changed_at_it() -> None:
    history = build_history(UPGRADED)
    series = series_of(history, "fastapi")
    (change,) = series.changes
    assert series.points[change.place].run == 30
    assert change.since == 10
    assert change.differences == ("fastapi: fastapi 1.2.3 -> 1.3.0",)
    assert change.ratio.low is not None
    assert change.ratio.high is not None
    assert change.ratio.low < 0.923 < change.ratio.high
    assert series.means[1] / series.means[0] == pytest.approx(change.ratio.value)
    assert not series_of(history, "starlette").changes
    assert series.deviation == pytest.approx(0.014, rel=0.5)


def test_the_latest_steps_come_first_and_the_largest_of_a_run() -> None:
    extracts = make_extracts(60, steps={"fastapi": (30, -0.08), "flask": (50, 0.05), "starlette": (50, -0.2)})
    history = build_history(extracts)
    frameworks = [latest.series.key.cell.framework for latest in latest_changes(history)]
    assert frameworks == sorted(frameworks, key=["starlette", "flask", "fastapi"].index)
    assert {latest.run for latest in latest_changes(history, 20)} == {50}
    assert latest_changes(history, 5) == ()


def test_runs_may_come_in_any_order_and_twice() -> None:
    assert build_history([*reversed(UPGRADED), *UPGRADED]) == build_history(UPGRADED)


def test_a_run_without_a_number_is_none_of_the_history() -> None:
    empty = replace(UPGRADED[0], plan=replace(UPGRADED[0].plan, name="failed"), measurements=())
    assert build_history([empty, *UPGRADED]) == build_history(UPGRADED)


def test_another_machine_is_a_seam_and_no_step() -> None:
    extracts = make_extracts(40, machines={20: "Another"}, steps={"fastapi": (20, 0.3)})
    history = build_history(extracts)
    for series in history.series:
        (seam,) = series.seams
        assert seam.reason == "cpu model AMD EPYC 7B13 -> Another"
        assert series.points[seam.place].run == 20
        assert not series.changes
        assert len(series.means) == 2


def test_another_build_of_the_interpreter_cuts_a_series_of_its_framework() -> None:
    before, after = plans(UPGRADED[:2])
    environment = after.environment
    newer = tuple(
        replace(known, python="3.13.1") if known.framework == "fastapi" else known
        for known in environment.frameworks
    )
    upgraded = replace(after, environment=replace(environment, frameworks=newer))
    reason = why_cut(before, upgraded, CELL, REFERENCE)
    assert reason == (
        "fastapi: Python 3.11.7 (GCC 12.2.0, PGO and LTO) -> Python 3.13.1 (GCC 12.2.0, PGO and LTO)"
    )
    assert why_cut(before, upgraded, cell_of("flask", "gunicorn-gthread", "json"), REFERENCE) == ""
    assert why_cut(before, after, CELL, REFERENCE) == ""


def test_a_renewed_reference_stack_and_another_setup_are_seams() -> None:
    before, after = plans(UPGRADED[:2])
    frozen = tuple(
        replace(known, versions={**known.versions, "uvicorn": "9"})
        if known.framework == "starlette-frozen"
        else known
        for known in after.environment.frameworks
    )
    renewed = replace(after, environment=replace(after.environment, frameworks=frozen))
    assert why_cut(before, renewed, CELL, REFERENCE) == (
        "the reference stack was renewed: starlette-frozen: uvicorn 0.38.0 -> 9"
    )
    crowded = replace(after, setup=replace(after.setup, threads=4))
    assert why_cut(before, crowded, CELL, REFERENCE) == "threads 40 -> 4"


def test_what_is_not_the_stack_is_told_too() -> None:
    before, after = plans(UPGRADED[:2])
    environment = after.environment
    changed = replace(
        after,
        setup=replace(after.setup, window_s=3.0),
        environment=replace(
            environment,
            machine=replace(environment.machine, kernel="6.9"),
            harness={**environment.harness, "commit": "abc"},
            frameworks=tuple(replace(known, key="other") for known in environment.frameworks),
        ),
    )
    assert differences_between(before, changed, (CELL, None)) == (
        "files of the apps",
        "hotlap's commit not recorded -> abc",
        "window_s 0.7 -> 3.0",
        "kernel 6.1.0-18-cloud-amd64 -> 6.9",
    )
    assert differences_between(before, after, (CELL, REFERENCE)) == ()


def test_counts_that_agree_to_a_hair_need_more_than_that_to_step() -> None:
    def quieter(extract: RunExtract, factor: float) -> RunExtract:
        own = tuple(
            replace(measured, value=100_000 * factor, low=None, high=None)
            for measured in extract.measurements
            if measured.metric == COST.name
        )
        return replace(extract, measurements=own)

    tiny, real = (
        build_history(
            quieter(extract, size if run >= 20 else 1.0) for run, extract in enumerate(make_extracts(30))
        )
        for size in (1.0002, 1.01)
    )
    assert not latest_changes(tiny)
    assert {latest.series.key.metric for latest in latest_changes(real)} == {COST.name}
