from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Arrivals, Setup
from runners.cli.sweep_tables import as_json, as_text
from runners.errors import LoadError
from runners.experiments import sweep
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.slo import Slo
from runners.experiments.sweep import Sweep, SweepResult, sweep_selection
from runners.http.address import Endpoint
from runners.selection.matrix import Selection
from runners.selection.spread import Spread
from tests.support.fake_run import FakeLauncher, plan
from tests.support.knee import KNEE_RPS, Knee
from tests.support.small_matrix import parts

SLO = Slo(percentile=99, limit_ms=50)


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
