from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.analysis.contenders import group_contenders
from report.analysis.metrics import CPU, MEDIAN, MEMORY, P99, THROUGHPUT, timed_metrics
from report.analysis.summary import Summary, summarise
from results.histogram import Latency
from results.model import Failure, FailureStage, Run
from tests.support.synthetic import make_run

RUN = make_run(scenarios=("json", "params", "delay"))
SUMMARIES = {summary.cell.slug: summary for summary in summarise(RUN)}


def summary_of(framework: str, scenario: str = "json", server: str = "uvicorn-standard") -> Summary:
    return SUMMARIES[f"{framework}--{server}--{scenario}--closed-64--w1"]


def measured_cell(run: Run) -> Summary:
    return next(summary for summary in summarise(run) if summary.n_trials)


def test_every_cell_of_the_plan_has_a_summary_in_its_order() -> None:
    planned = [cell.slug for cell in RUN.plan.cells]
    assert list(SUMMARIES)[: len(planned)] == planned
    assert all(summary.metric_summaries.keys() == timed_metrics().keys() for summary in SUMMARIES.values())


def test_a_level_is_the_geometric_mean_of_its_blocks() -> None:
    measure = summary_of("fastapi").metric_summaries[THROUGHPUT.name]
    assert measure.level is not None
    assert measure.level.n == len(measure.by_block) == 8
    assert measure.level.value == pytest.approx(np.exp(np.mean(np.log(list(measure.by_block.values())))))


def test_percentiles_are_those_of_the_merged_histogram() -> None:
    cell = summary_of("fastapi").cell
    merged = Latency.merge(Latency.decode(trial.latency) for trial in RUN.trials if trial.cell == cell)
    for metric, q in ((MEDIAN, 50), (P99, 99)):
        level = summary_of("fastapi").level(metric)
        assert level is not None
        assert level.value == merged.percentiles([q])[0]
        assert level.low is not None
        assert level.high is not None
        assert level.low < level.value < level.high
    assert summary_of("fastapi").curve_us == tuple(merged.curve()[1])


def test_cpu_per_request_is_compared_only_where_the_server_is_saturated() -> None:
    assert summary_of("fastapi").level(CPU)
    idle = summary_of("fastapi", "delay")
    assert idle.level(CPU) is None
    assert idle.reason(CPU) == "server only 30% busy; compared only from 95%"
    assert len(idle.by_block(CPU)) == 8


def test_a_cell_that_was_wrong_in_one_block_has_no_throughput_and_no_rank() -> None:
    cell = summary_of("fastapi").cell
    failure = Failure(
        stack=cell.stack,
        cell=cell,
        block=3,
        stage=FailureStage.VERIFY_AFTER,
        message="1 of 2,000 answers were not right under load; the first: GET /json: status 500",
    )
    later = Failure(stack=cell.stack, cell=cell, block=4, stage=FailureStage.LOAD, message="hung")
    trials = tuple(trial for trial in RUN.trials if not (trial.cell == cell and trial.block in {3, 4}))
    summaries = summarise(replace(RUN, trials=trials, failures=(failure, later)))
    (wrong,) = (summary for summary in summaries if summary.cell == cell)
    assert wrong.level(THROUGHPUT) is None
    assert "GET /json: status 500" in wrong.reason(THROUGHPUT)
    ranked = {contender.cell for group in group_contenders(summaries) for contender in group.contenders}
    assert cell not in ranked
    assert summary_of("starlette").cell in ranked


def open_run(*rates: float, **more: object) -> Run:
    return make_run(scenarios=("json",), troubles=False, blocks=2, closed=False, rates=rates, **more)


def test_cpu_per_request_is_compared_at_an_equal_open_rate_however_idle_the_server() -> None:
    for summary in summarise(open_run(500.0)):
        assert summary.level(CPU)
        assert (summary.utilisation or 1) < 0.9


def test_cpu_per_request_is_not_compared_at_shares_of_capacity() -> None:
    reasons = {summary.reason(CPU) for summary in summarise(open_run(shares=(0.5,)))}
    assert reasons == {"compared only at an equal rate"}


def test_an_open_load_that_is_not_served_is_overloaded() -> None:
    overloaded = {summary.cell.stack: summary.overloaded for summary in summarise(open_run(9000.0))}
    assert overloaded["flask--gunicorn-gthread"]
    assert not overloaded["asgi--uvicorn-standard"]


def test_one_whose_arrivals_were_few_by_chance_is_not() -> None:
    run = open_run(500.0)
    few = tuple(
        replace(trial, arrivals=trial.requests, window_s=1.2 * trial.window_s) for trial in run.trials
    )
    assert not any(summary.overloaded for summary in summarise(replace(run, trials=few)))


def test_late_sends_leave_no_latency_but_say_so() -> None:
    run = open_run(500.0)
    late = tuple(replace(trial, late_sends=100) for trial in run.trials)
    for summary in summarise(replace(run, trials=late)):
        assert summary.level(MEDIAN) is None
        assert summary.reason(P99) == "invalid: the generator sent over 1% of the arrivals late"
        assert summary.curve_q == ()


def test_what_was_not_readable_says_so() -> None:
    trial = replace(RUN.trials[0], server_cpu_ns=None, memory_pss_bytes=None)
    summary = measured_cell(replace(RUN, trials=(trial,)))
    assert summary.utilisation is None
    assert "not readable" in summary.reason(CPU)
    assert "not readable" in summary.reason(MEMORY)


def test_latency_that_is_not_settled_says_so_and_throughput_stays() -> None:
    trials = tuple(
        replace(trial, requests=100) for trial in RUN.trials if trial.cell == summary_of("fastapi").cell
    )
    summary = measured_cell(replace(RUN, trials=trials))
    assert summary.level(THROUGHPUT)
    assert summary.level(MEDIAN) is None
    assert summary.reason(MEDIAN) == "not settled: N/X = 0.45 s, the window was 0.7 s"
    assert summary.curve_q == ()


def test_a_percentile_with_few_samples_has_no_level() -> None:
    few = Latency()
    few.record_ns(np.arange(1, 500) * 100_000)
    one = replace(RUN.trials[0], latency=few.encode())
    summary = measured_cell(replace(RUN, trials=(one,)))
    assert summary.level(MEDIAN)
    assert summary.reason(P99) == "too few samples beyond it"


def test_merging_gives_a_percentile_that_no_trial_has_alone_with_the_jackknifes_interval() -> None:
    few = [Latency() for _ in range(8)]
    random = np.random.default_rng(1)
    for part in few:
        part.record_ns((random.gamma(4, 1, 500) * 1e6).astype(np.int64))
    trials = tuple(
        replace(RUN.trials[0], block=block, latency=part.encode()) for block, part in enumerate(few)
    )
    summary = measured_cell(replace(RUN, trials=trials))
    level = summary.level(P99)
    assert level is not None
    assert level.value == Latency.merge(few).percentiles([99])[0]
    assert level.low is not None
    assert level.high is not None
    assert level.low < level.value < level.high < 1.3 * level.value
    assert len(summary.by_block(P99)) == 8


def test_a_percentile_of_few_blocks_has_no_interval() -> None:
    few = Latency()
    few.record_ns(np.arange(1, 500) * 100_000)
    trials = tuple(replace(RUN.trials[0], block=block, latency=few.encode()) for block in range(3))
    level = measured_cell(replace(RUN, trials=trials)).level(P99)
    assert level is not None
    assert (level.low, level.high) == (None, None)


def test_flags_and_errors_are_counted() -> None:
    summary = summary_of("asgi")
    counted = {flag.name: number for flag, number in summary.flags}
    assert counted["foreign-work"] == 1
    assert counted["errors"] == 1
    assert summary.errors == {"timeout": 2}
    assert summary.error_example == "no answer within 5 s"


def test_a_gap_is_text() -> None:
    django = summary_of("django", server="gunicorn-gthread")
    assert django.gap.startswith("not measured (launch): the server ended with exit code 3")
    assert all(
        measure.level is None and measure.reason == django.gap for measure in django.metric_summaries.values()
    )
    assert SUMMARIES["wsgi--gunicorn-sync--json--closed-64--w1"].gap.startswith("not measured (verify)")


def test_a_failure_of_one_cell_is_no_reason_for_another() -> None:
    one, two, *_ = RUN.plan.cells
    failure = Failure(stack=one.stack, cell=one, block=0, stage=FailureStage.LOAD, message="no answer")
    first, second, *_ = summarise(replace(RUN, trials=(), failures=(failure,)))
    assert first.gap == "not measured (load): no answer"
    assert (second.cell, second.gap) == (two, "not measured: the run ended before it")
