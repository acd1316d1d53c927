"""Counting many cells with launches that are none: what runs beside what, what is kept, what fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import runners.experiments.counting.pool
from results import stacks
from results.model import CostRecord, CostSamples, Failure, FailureStage, Interval, SideName
from runners.errors import LaunchError
from runners.experiments.counting.callgrind import Callgrind
from runners.experiments.counting.cost_cell import CostCell, LaunchResult
from runners.experiments.counting.launch_counts import DisagreementError, LaunchCounts
from runners.experiments.counting.pool import ATTEMPTS, CountingPool, Outcome, Sampling
from runners.experiments.counting.sampler import Sampler
from runners.experiments.counting.stack_reader import stack_reader
from runners.experiments.counting.where import Sampled
from runners.experiments.progress import Watcher
from runners.servers.recipe import Variant
from tests.support.fake_valgrind import SETUP, cell, provisioned
from tests.support.small_matrix import framework, scenario, variant

SERVERS: dict[str, Variant] = {"uvicorn": variant("uvicorn", "asgi")}
INTERVAL = Interval(instructions=24_000, seconds=0.7, requests=120)
RESULT = LaunchResult(
    result=LaunchCounts(intervals=(INTERVAL,) * 3, idle=None, uncounted_requests=321, processes=1),
    target="apps.small_app:app",
    argv=("python",),
)


@dataclass
class Heard(Watcher):
    counts: list[tuple[int, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    total: int = 0
    over: bool = False

    def counting(self, launches: int, seconds: float, what: str = "") -> None:  # noqa: ARG002 - a watcher's
        assert seconds > 0
        self.total = launches

    def counted(self, done: int, about: str) -> None:
        self.counts.append((done, about))

    def failure(self, failure: Failure) -> None:
        self.failures.append(failure)

    def end(self) -> None:
        self.over = True


@dataclass
class Yard:
    """Stands for launches: what was launched on which CPU, and what comes of it."""

    act: Callable[[CostCell, int], LaunchResult[LaunchCounts]] = lambda _cost_cell, _cpu: RESULT
    launches: list[tuple[str, str, int]] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    aborted: list[bool] = field(default_factory=list)
    later: list[int] = field(default_factory=list)

    def count(
        self,
        cost_cell: CostCell,
        *,
        cpu: int,
        folder: Path,
        is_aborted: Callable[[], bool],
        measure: Any,  # noqa: ANN401 - a partial
        **_more: object,
    ) -> LaunchResult[LaunchCounts]:
        self.later.append(measure.keywords.get("later", 0))
        self.folders.append(folder)
        self.launches.append((cost_cell.cell.scenario, cost_cell.side, cpu))
        try:
            return self.act(cost_cell, cpu)
        finally:
            self.aborted.append(is_aborted())


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Yard:
    made = Yard()
    monkeypatch.setattr(runners.experiments.counting.pool, "count_served", made.count)
    monkeypatch.setattr(runners.experiments.counting.pool, "count_in_process", made.count)
    monkeypatch.setattr("os.sched_setaffinity", lambda _pid, _cpus: None)
    return made


def cost_cell(name: str, side: SideName = SideName.NONE, server: str = "uvicorn") -> CostCell:
    return CostCell(
        cell=cell(server, scenario=name),
        framework=framework("small", "asgi"),
        environment=provisioned(Path()),
        side=side,
    )


def pool(kept: list[Outcome], cpus: tuple[int, ...] = (4, 5)) -> CountingPool:
    return CountingPool(
        counter=Callgrind(version="valgrind-3"),
        servers=SERVERS,
        scenarios={name: scenario(name) for name in ("a", "b", "c", "d")},
        setup=SETUP,
        folder=Path("nowhere"),
        append=kept.append,
        watcher=Heard(),
        cpus=cpus,
    )


def heard(pool: CountingPool) -> Heard:
    assert isinstance(pool.watcher, Heard)
    return pool.watcher


def test_every_cell_is_counted_once_a_repeat_and_recorded(yard: Yard) -> None:
    kept: list[Outcome] = []
    made = pool(kept)
    records = made.count([(cost_cell("a"),), (cost_cell("b", server="in-process"),)], repeats=range(2))
    assert kept == records
    assert sorted((r.cell.scenario, r.repeat) for r in records) == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    assert {(r.counter, r.tool, r.hash_seed, r.attempt) for r in records} == {
        ("callgrind", "valgrind-3", "0", 0)
    }
    assert {r.intervals for r in records} == {(INTERVAL,) * 3}
    assert {cpu for _, _, cpu in yard.launches} <= {4, 5}
    assert (heard(made).total, heard(made).over) == (4, True)
    assert [done for done, _ in heard(made).counts] == [1, 2, 3, 4]


def test_both_sides_of_a_cell_are_counted_at_the_same_time_on_cpus_of_their_own(yard: Yard) -> None:
    together = threading.Barrier(2, timeout=10)

    def meet(_cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        together.wait()
        return RESULT

    yard.act = meet
    kept: list[Outcome] = []
    pairs = [(cost_cell(name, SideName.BASE), cost_cell(name, SideName.HEAD)) for name in ("a", "b", "c")]
    records = pool(kept).count(pairs)
    assert [(r.cell.scenario, r.side) for r in records] == [
        (name, side) for name in ("a", "b", "c") for side in ("base", "head")
    ]
    for name in ("a", "b", "c"):
        assert {cpu for scenario, _, cpu in yard.launches if scenario == name} == {4, 5}


def test_on_one_cpu_sides_are_counted_one_after_the_other(yard: Yard) -> None:
    running: list[str] = []

    def alone(cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        assert not running
        running.append(cost_cell.side)
        running.pop()
        return RESULT

    yard.act = alone
    kept: list[Outcome] = []
    records = pool(kept, cpus=(4,)).count([(cost_cell("a", SideName.BASE), cost_cell("a", SideName.HEAD))])
    assert {r.side for r in records} == {"base", "head"}
    assert {cpu for _, _, cpu in yard.launches} == {4}


def test_two_launches_of_a_cell_at_once_share_no_folder(yard: Yard) -> None:
    together = threading.Barrier(2, timeout=10)

    def meet(_cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        together.wait()
        return RESULT

    yard.act = meet
    pool([]).count([(cost_cell("a"),)], repeats=range(2))
    assert len(set(yard.folders)) == 2


def test_a_launch_that_fails_is_a_failure_of_counting_and_the_rest_goes_on(yard: Yard) -> None:
    def third(cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        if cost_cell.cell.scenario == "b":
            raise LaunchError("died at its start", remedy="look", log_tail="ImportError")
        return RESULT

    yard.act = third
    kept: list[Outcome] = []
    made = pool(kept)
    records = made.count([(cost_cell(name, SideName.HEAD),) for name in ("a", "b", "c")])
    (failure,) = heard(made).failures
    assert failure in kept
    assert failure == Failure(
        stack="small--uvicorn",
        cell=cell("uvicorn", scenario="b"),
        block=None,
        stage=FailureStage.COST,
        message="died at its start",
        remedy="look",
        log_tail="ImportError",
        side=SideName.HEAD,
    )
    assert sorted(r.cell.scenario for r in records) == ["a", "c"]


@pytest.mark.parametrize(("bad", "attempts"), [(1, [1]), (2, [2]), (3, [])])
def test_intervals_that_disagree_are_launched_twice_more_then_a_failure(
    yard: Yard, bad: int, attempts: list[int]
) -> None:
    def disagree(_cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        if len(yard.launches) <= bad:
            error = DisagreementError("200, 200, 220", remedy="look")
            error.later = 70 * len(yard.launches)
            raise error
        return RESULT

    yard.act = disagree
    kept: list[Outcome] = []
    records = pool(kept).count([(cost_cell("a"),)])
    assert [r.attempt for r in records] == attempts
    assert len(yard.launches) == min(bad + 1, ATTEMPTS)
    assert yard.later == [0, 70, 140][: len(yard.launches)]
    assert [type(each) for each in kept] == [CostRecord if attempts else Failure]


def test_both_sides_are_counted_anew_where_one_disagrees_as_it_is_asked_for_more_then(yard: Yard) -> None:
    def disagree(cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        if cost_cell.side == SideName.HEAD and len(yard.launches) <= 2:
            raise DisagreementError("200, 200, 220", remedy="look")
        return RESULT

    yard.act = disagree
    kept: list[Outcome] = []
    records = pool(kept).count([(cost_cell("a", SideName.BASE), cost_cell("a", SideName.HEAD))])
    assert [(r.side, r.attempt) for r in records] == [("base", 1), ("head", 1)]
    assert kept == records
    assert len(yard.launches) == 4


def test_an_interruption_keeps_what_was_counted_and_ends_what_runs(yard: Yard) -> None:
    kept: list[Outcome] = []
    running, interrupted = threading.Event(), threading.Event()

    def act(cost_cell: CostCell, _cpu: int) -> LaunchResult[LaunchCounts]:
        if cost_cell.cell.scenario == "b":
            running.set()
            assert interrupted.wait(10)
        return RESULT

    yard.act = act

    def append(outcome: Outcome) -> None:
        kept.append(outcome)
        assert running.wait(10)
        interrupted.set()
        raise KeyboardInterrupt

    made = pool(kept)
    made = replace(made, append=append)
    with pytest.raises(KeyboardInterrupt):
        made.count([(cost_cell(name),) for name in ("a", "b", "c", "d")], repeats=range(50))
    assert isinstance(kept[0], CostRecord)
    assert len(yard.launches) < 200
    assert heard(made).over


def test_a_bench_counts_again_after_it_was_used(yard: Yard) -> None:
    kept: list[Outcome] = []
    made = pool(kept)
    made.count([(cost_cell("a"),)])
    made.count([(cost_cell("a"),)], repeats=(2,))
    assert [r.repeat for r in kept if isinstance(r, CostRecord)] == [0, 2]
    assert yard.aborted == [False, False]


SAMPLING = Sampling(Sampler(binary="nowhere", tool="py-spy 0.4"), stack_reader([]))


def sampling_pool(
    kept: list[Outcome], monkeypatch: pytest.MonkeyPatch, act: Callable[[CostCell, int | None], Sampled]
) -> CountingPool:
    def launch(
        cost_cell: CostCell, *, measure: object, tool: object, **_more: object
    ) -> LaunchResult[Sampled]:
        assert tool == SAMPLING.sampler
        assert isinstance(measure, partial)
        return LaunchResult(
            result=act(cost_cell, measure.keywords["rounds"]), target="apps.small_app:app", argv=("python",)
        )

    monkeypatch.setattr(runners.experiments.counting.pool, "count_in_process", launch)
    monkeypatch.setattr(runners.experiments.counting.pool, "count_served", launch)
    monkeypatch.setattr("os.sched_setaffinity", lambda _pid, _cpus: None)
    return replace(pool(kept), sampling=SAMPLING)


def sampled(rounds: int) -> Sampled:
    return Sampled(
        lines={"f (/x/y.py:1)": 100}, rounds=rounds, requests=360 * rounds, seconds=2.0, cpu_s=None
    )


def test_where_it_goes_is_a_launch_of_its_own_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Outcome] = []
    running: list[str] = []

    def alone(cost_cell: CostCell, _rounds: int | None) -> Sampled:
        assert not running
        running.append(cost_cell.cell.scenario)
        running.pop()
        return sampled(7)

    made = sampling_pool(kept, monkeypatch, alone)
    told = made.where([(cost_cell(name),) for name in ("a", "b", "c")])
    assert kept == told
    assert [(each.cell.scenario, each.requests, each.tool) for each in told] == [
        (name, 2520, "py-spy 0.4") for name in ("a", "b", "c")
    ]
    assert list(stacks.decode(told[0].stacks).values()) == [100]
    assert [done for done, _ in heard(made).counts] == [1, 2, 3]


def test_both_sides_are_asked_as_often_as_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Outcome] = []
    asked: list[tuple[str, int | None]] = []

    def note(cost_cell: CostCell, rounds: int | None) -> Sampled:
        asked.append((cost_cell.side, rounds))
        return sampled(rounds or 9)

    made = sampling_pool(kept, monkeypatch, note)
    made.where([(cost_cell("a", SideName.BASE), cost_cell("a", SideName.HEAD))] * 2)
    assert asked == [("base", None), ("head", 9)] * 2
    assert {each.requests for each in kept if isinstance(each, CostSamples)} == {3240}


def test_what_cannot_be_sampled_is_a_failure_of_its_own_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Outcome] = []

    def refuse(cost_cell: CostCell, _rounds: int | None) -> Sampled:
        if cost_cell.side == SideName.BASE:
            raise LaunchError("died at its start", remedy="look")
        return sampled(1)

    made = sampling_pool(kept, monkeypatch, refuse)
    (told,) = made.where([(cost_cell("a", SideName.BASE), cost_cell("a", SideName.HEAD))])
    assert told.side == SideName.HEAD
    (failure,) = heard(made).failures
    assert (failure.stage, failure.side, failure.message) == (
        FailureStage.SAMPLE,
        "base",
        "died at its start",
    )
