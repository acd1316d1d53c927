"""What only streams record: merged over the trials that count, with intervals, or a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.analysis.streams import FIRST_BYTE, JITTER, summarise_streams
from report.page.compose import make_page
from report.page.context import make_context
from results.histogram import Latency
from results.model import Run
from tests.support.synthetic import make_run


def encoded(milliseconds: float, samples: int = 2_000) -> str:
    latency = Latency()
    latency.record_ns(np.linspace(0.5, 1.5, samples) * milliseconds * 1e6)
    return latency.encode()


def streaming(first_byte: str | None, jitter: str | None = None) -> Run:
    run = make_run(scenarios=("json", "sse"), blocks=4, control=False)
    trials = tuple(
        replace(trial, first_byte=first_byte, jitter=jitter) if trial.cell.scenario == "sse" else trial
        for trial in run.trials
    )
    return replace(run, trials=trials)


def test_percentiles_are_of_all_trials_together_with_an_interval() -> None:
    found = summarise_streams(streaming(encoded(10)), FIRST_BYTE)
    assert {slug.split("--")[2] for slug in found} == {"sse"}
    timing = found["starlette--uvicorn-standard--sse--closed-64--w1"]
    assert timing.p50_us is not None
    assert timing.p50_us.value == pytest.approx(10_000, rel=0.01)
    assert timing.p50_us.low is not None
    assert timing.p99_us is not None
    assert timing.p99_us.value == pytest.approx(14_900, rel=0.01)
    assert timing.curve_us[-1] > timing.curve_us[0]


def test_what_is_not_recorded_is_not_there() -> None:
    assert summarise_streams(streaming(encoded(10)), JITTER) == {}
    assert summarise_streams(make_run(blocks=1), FIRST_BYTE) == {}


def test_few_samples_are_a_gap_with_a_reason() -> None:
    (timing, *_) = summarise_streams(streaming(encoded(10, samples=2)), FIRST_BYTE).values()
    assert timing.p50_us is None
    assert timing.reason == "too few samples"


def test_what_cannot_be_read_says_so() -> None:
    (timing, *_) = summarise_streams(streaming("nonsense"), FIRST_BYTE).values()
    assert timing.p50_us is None
    assert timing.reason.startswith("unreadable: ")


def test_unsettled_trials_do_not_count() -> None:
    run = streaming(encoded(10))
    slow = replace(run, trials=tuple(replace(trial, requests=1) for trial in run.trials))
    assert {each.reason for each in summarise_streams(slow, FIRST_BYTE).values()} == {
        "no trial settled and kept its schedule"
    }


def test_the_section_on_waiting_shows_both_where_a_run_has_them() -> None:
    context = make_context(streaming(encoded(10), encoded(0.1)))
    wait = next(each for each in make_page(context).sections if each.anchor == "wait")
    by_heading = {part.heading: part for part in wait.parts}
    assert [each.label for each in by_heading["json"].figures] == ["Chart: json, waiting time"]
    assert [each.label for each in by_heading["sse"].figures] == [
        "Chart: sse, waiting time",
        "Chart: sse, time to the first byte",
        "Chart: sse, unsteadiness of events",
    ]
    assert [each.summary for each in by_heading["sse"].tables][1:] == [
        "Time to the first byte as a table",
        "Unsteadiness of events as a table",
    ]


def test_without_enough_samples_the_table_stands_alone() -> None:
    context = make_context(streaming(encoded(10, samples=2)))
    wait = next(each for each in make_page(context).sections if each.anchor == "wait")
    part = next(part for part in wait.parts if part.heading == "sse")
    assert len(part.figures) == 1
    assert {entry.text for row in part.tables[1].rows for entry in row.entries[2:]} == {"too few samples"}
