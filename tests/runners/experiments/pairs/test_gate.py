from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

import runners.experiments.after_load
import runners.experiments.inspection
from results.model import CostRecord, InstructionCounter, Interval, Pairing, PlanKind, Run, SideName
from results.store import Writer, create, read
from runners.experiments.counting.callgrind import Callgrind
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.cost_run import counting_pool
from runners.experiments.counting.countable import lockstep
from runners.experiments.counting.pool import CountingPool
from runners.experiments.pairs.gate import Gate
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.verify.contract import Verified
from tests.support.fake_comparison import Fakes, fakes, pairings, prepared
from tests.support.fake_run import verifying_all

LOADED = pairings()
COUNTED = tuple(Pairing(base=lockstep(each.base), head=lockstep(each.head)) for each in LOADED[:2])


@pytest.fixture(autouse=True)
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = Verified(differences=(), findings=(), canonical={"probe": "200"})
    monkeypatch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
    monkeypatch.setattr(runners.experiments.after_load, "verify_after", lambda *_args, **_more: "")


class FakePool:
    """Counts without valgrind."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.asked: list[tuple[tuple[str, ...], tuple[int, ...]]] = []
        self.sampled: list[tuple[tuple[SideName, str], ...]] = []

    def where(self, together: Iterable[tuple[CostCell, ...]]) -> None:
        self.sampled = [tuple((each.side, each.cell.slug) for each in group) for group in together]

    def count(self, together: Iterable[tuple[CostCell, ...]], *, repeats: Iterable[int] = (0,)) -> None:
        groups, numbers = list(together), tuple(repeats)
        self.asked.append((tuple(group[0].cell.slug for group in groups), numbers))
        for repeat in numbers:
            for group in groups:
                assert [cost_cell.side for cost_cell in group] == [SideName.BASE, SideName.HEAD]
                for cost_cell in group:
                    assert cost_cell.environment.record.side == cost_cell.side
                    self.writer.append(record(cost_cell, repeat))


def record(cost_cell: CostCell, repeat: int) -> CostRecord:
    return CostRecord(
        cell=cost_cell.cell,
        side=cost_cell.side,
        repeat=repeat,
        started_unix_s=1e9,
        seconds=5.0,
        counter=InstructionCounter.CALLGRIND,
        tool="valgrind-3.19",
        intervals=(Interval(instructions=1_000_000, seconds=0.1, requests=10),),
    )


def gate(
    folder: Path,
    *,
    repeats: Iterable[Mapping[Pairing, int]] = (),
    confirm: Mapping[Pairing, int] | None = None,
    worse: Sequence[Pairing] = (),
    where: bool = True,
    budget_s: float = 3600.0,
    chosen: tuple[Pairing, ...] = (*COUNTED, *LOADED),
    **more: Any,  # noqa: ANN401 - passed on
) -> tuple[Run, Fakes, FakePool, list[int]]:
    budgets: list[int] = []
    wanted = iter(repeats)

    def confirmations(_run: Run, pairs: int) -> Mapping[Pairing, int]:
        budgets.append(pairs)
        return confirm or {}

    given = prepared(chosen, kind=PlanKind.GATE)
    with create(folder, given.plan) as writer:
        policy = Policy(
            cost_repeats=lambda _run: next(wanted, {}),
            confirmations=confirmations,
            worse_costs=lambda _run: worse,
        )
        made, counting = fakes(given, writer, policy=policy, **more), FakePool(writer)
        Gate(
            comparison=made.comparison,
            pool=cast("CountingPool", counting),
            where=where,
            deadline_s=time.monotonic() + budget_s,
        ).run()
    return read(folder / "two-sides"), made, counting, budgets


def test_cells_are_counted_and_sentinels_screened(tmp_path: Path) -> None:
    run, _, counting, _ = gate(tmp_path)
    assert counting.asked == [(tuple(each.head.slug for each in COUNTED), (0, 1))]
    assert len(run.costs) == 2 * 2 * len(COUNTED)
    assert {trial.stage for trial in run.trials} == {"screen"}
    assert len(run.trials) == 2 * 4 * len(LOADED)


def test_counts_are_repeated_while_they_are_not_sharp(tmp_path: Path) -> None:
    _, _, counting, _ = gate(tmp_path, repeats=[{COUNTED[0]: 2}, {COUNTED[0]: 1}])
    assert [numbers for _, numbers in counting.asked] == [(0, 1), (2,), (3,)]
    assert counting.asked[1][0] == (COUNTED[0].head.slug,)


def test_stacks_of_both_sides_are_sampled_where_a_cost_got_worse(tmp_path: Path) -> None:
    _, _, counting, _ = gate(tmp_path, worse=COUNTED[:1])
    slug = COUNTED[0].head.slug
    assert counting.sampled == [((SideName.BASE, slug), (SideName.HEAD, slug))]


@pytest.mark.parametrize("more", [{"worse": ()}, {"worse": COUNTED, "where": False}])
def test_else_none_are_sampled(tmp_path: Path, more: dict[str, Any]) -> None:
    _, _, counting, _ = gate(tmp_path, **more)
    assert counting.sampled == []


def test_only_what_is_in_doubt_is_confirmed_on_fresh_pairs(tmp_path: Path) -> None:
    run, _, _, (budget,) = gate(tmp_path, confirm={LOADED[1]: 6})
    confirmed = [trial for trial in run.trials if trial.stage == "confirm"]
    assert {trial.cell for trial in confirmed} == {LOADED[1].head}
    assert sorted({trial.block for trial in confirmed}) == list(range(4, 10))
    assert sorted(trial.place or 0 for trial in confirmed if trial.side == SideName.BASE) == [
        0,
        0,
        0,
        1,
        1,
        1,
    ]
    assert len({launch.id for launch in run.launches}) == len(run.launches)
    assert budget > 0


def test_a_budget_that_is_used_up_leaves_no_pair_to_confirm_with(tmp_path: Path) -> None:
    run, _, counting, budgets = gate(tmp_path, budget_s=0.0, repeats=[{COUNTED[0]: 1}])
    assert budgets == [0]
    assert not run.trials
    assert len(counting.asked) == 1


def test_a_side_without_its_environment_is_left_out_of_both_tiers(tmp_path: Path) -> None:
    given = prepared((*COUNTED, *LOADED), kind=PlanKind.GATE)
    name = COUNTED[0].head.framework
    assert name in given.environments[SideName.BASE]
    del cast("dict[str, Any]", given.environments[SideName.HEAD])[name]
    with create(tmp_path, given.plan) as writer:
        made, counting = fakes(given, writer), FakePool(writer)
        Gate(
            comparison=made.comparison,
            pool=cast("CountingPool", counting),
            deadline_s=time.monotonic() + 3600,
        ).run()
    run = read(tmp_path / "two-sides")
    assert name not in {trial.cell.framework for trial in run.trials}
    assert name not in {each.cell.framework for each in run.costs}
    assert {pairing.head.framework for pairing in run.plan.pairings} > {name}


def test_an_interruption_keeps_what_was_measured(tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        if count == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gate(tmp_path, act=interrupt)
    kept = read(tmp_path / "two-sides")
    assert len(kept.costs) == 8
    assert len(kept.trials) == 4


def test_base_and_head_are_counted_on_a_cpu_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {0, 1})
    given = prepared((*COUNTED, *LOADED), kind=PlanKind.GATE)
    assert len(given.plan.setup.server_cpus) == 1
    with create(tmp_path, given.plan) as writer:
        found = counting_pool(
            given.plan, given.sides[SideName.HEAD].parts, Callgrind(version="v"), writer, Watcher()
        )
        assert found._cpu_groups.split(2) == [(0, 1)]
