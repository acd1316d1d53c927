from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from results.histogram import Latency
from results.model import Arrivals, Setup
from runners.cli.sweep_tables import as_json, as_text
from runners.errors import LoadError, PlanError
from runners.experiments import sweep
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.slo import Slo, bisect, keeps_to, parse
from runners.experiments.sweep import Sweep, SweepResult, sweep_selection
from runners.generator.messages import Measured, Order
from runners.http.address import Endpoint
from runners.selection.matrix import Selection
from runners.selection.spread import Spread
from tests.support.fake_run import FakeGenerator, FakeLauncher, plan
from tests.support.small_matrix import parts

SLO = Slo(percentile=99, limit_ms=50)
KNEE_RPS = 3_000.0


class Knee(FakeGenerator):
    """Answers at once up to its knee, and too late beyond it."""

    def measure(self, order: Order) -> Measured:
        measured = super().measure(order)
        if order.rate_rps is None:
            return measured
        waits = Latency()
        waits.record_ns(np.full(1000, 1_000_000 if order.rate_rps <= KNEE_RPS else 80_000_000))
        due = int(order.rate_rps * order.window_s)
        return replace(measured, requests=due, arrivals=due, late_sends=0, latency=waits.encode())


def swept(act: Callable[[int], None] = lambda _count: None, broken: str = "") -> SweepResult:
    return Sweep(
        plan=plan(),
        scenarios=parts().scenarios,
        launcher=FakeLauncher(parts().scenarios, broken),
        generator=Knee(act),
        watcher=Watcher(),
        slo=SLO,
        arrivals=Arrivals.POISSON,
        cap=1024,
    ).run()


def test_the_grammar() -> None:
    assert parse("p99=50ms") == SLO
    assert parse("p99.9=2s") == Slo(percentile=99.9, limit_ms=2000)
    assert parse("p50=800us").text == "p50=0.8ms"


@pytest.mark.parametrize("text", ["", "50ms", "p99", "p100=5ms", "p0=5ms", "p99=0ms", "p99=-5ms", "p99=5m"])
def test_what_is_no_limit_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse(text)
    assert refused.value.remedy


@pytest.mark.parametrize("begin", [600.0, 1000.0, 1300.0, 5000.0])
def test_bisection_brackets_the_knee(begin: float) -> None:
    low, high = bisect(lambda rate: rate <= 1234, begin)
    assert high is not None
    assert low <= 1234 < high
    assert high - low <= 0.05 * high


def test_bisection_says_where_it_found_no_end_and_where_nothing_held() -> None:
    low, high = bisect(lambda _rate: True, 100)
    assert (low > 100, high) == (True, None)
    low, high = bisect(lambda _rate: False, 100)
    assert low == 0
    assert high is not None


def test_bisection_goes_on_below_a_rate_of_which_nothing_can_be_said() -> None:
    assert bisect(lambda _rate: None, 100) == (0.0, None)
    low, high = bisect(lambda rate: None if rate > 700 else True, 1000)
    assert high is None
    assert 650 < low <= 700


def test_a_window_holds_by_its_percentile_its_errors_and_what_it_served() -> None:
    good = Knee().measure(
        Order(
            host="h",
            port=1,
            scenario="json",
            seed=1,
            connections=1,
            rate_rps=100.0,
            warmup_s=0.1,
            window_s=1.0,
        )
    )
    assert keeps_to(good, SLO) is True
    assert keeps_to(good, Slo(percentile=99, limit_ms=0.5)) is False
    assert keeps_to(replace(good, errors={"timeout": 1}), SLO) is False
    assert keeps_to(replace(good, requests=90), SLO) is False
    assert keeps_to(replace(good, late_sends=2), SLO) is None


def test_every_cell_is_searched_in_every_launch() -> None:
    found = swept()
    assert {each.cell for each in found.rates} == {cell for cell in plan().cells if not cell.control}
    for each in found.rates:
        assert len(each.launches) == plan().setup.blocks
        assert each.high_rps is not None
        assert 0.9 * KNEE_RPS < each.low_rps <= each.rate_rps <= KNEE_RPS < each.high_rps < 1.1 * KNEE_RPS
    assert not found.failures


def test_a_generator_that_never_keeps_its_schedule_says_nothing_of_a_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runners.experiments.sweep.keeps_to", lambda *_: None)
    found = swept()
    assert not found.rates
    assert all("kept its schedule at no rate" in failure.message for failure in found.failures)


def test_what_fails_is_a_failure_and_the_rest_is_searched() -> None:
    def first_fails(count: int) -> None:
        if count == 1:
            raise LoadError("no right answer came")

    assert [failure.message for failure in swept(first_fails).failures] == ["no right answer came"]
    found = swept(broken="flask--gunicorn-gthread")
    assert {failure.stack for failure in found.failures} == {"flask--gunicorn-gthread"}
    assert "flask" not in {each.cell.framework for each in found.rates}


def test_it_is_told_as_text_and_as_json() -> None:
    found = swept(broken="flask--gunicorn-gthread")
    text = as_text(found)
    assert "p99=50ms" in text
    assert "FAILED flask--gunicorn-gthread" in text
    data = json.loads(as_json(found))
    assert data["slo"] == {"percentile": 99, "limit_ms": 50}
    assert len(data["cells"]) == len(found.rates)


def test_a_search_waits_for_further_generators_where_it_is_told_to_listen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, object] = {}

    @contextmanager
    def generator_of(setup: Setup, _logs: Path, **more: object) -> Iterator[Knee]:
        asked.update(more, joined=setup.joined)
        yield Knee()

    joined = replace(plan(), setup=replace(plan().setup, joined=2))
    monkeypatch.setattr(sweep, "plan_of", lambda *_: (joined, {}, ()))
    monkeypatch.setattr(sweep, "launcher_of", lambda *_: FakeLauncher(parts().scenarios))
    monkeypatch.setattr(sweep, "generator_of", generator_of)
    spread = Spread(joined=2, listen="127.0.0.1:15557")

    found = sweep_selection(RunOptions(selection=Selection(), timing=QUICK, spread=spread), SLO, Watcher())

    assert found.rates
    assert asked["joined"] == 2
    assert asked["listen"] == Endpoint("127.0.0.1", 15557)
    assert callable(asked["echo"])  # which says where the others are waited for
