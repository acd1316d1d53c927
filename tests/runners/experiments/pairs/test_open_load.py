from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import runners.experiments.pairs.open_load
from results.model import Cell, Load, SideName
from results.store import create, read
from runners.errors import LoadError, PlanError
from runners.experiments.capacity import Capacities
from runners.experiments.pairs.open_load import GATE_RATES, with_open_load
from runners.experiments.pairs.options import PairOptions, SidesOptions
from runners.experiments.pairs.prepared import Prepared
from runners.selection import rates
from runners.selection.matrix import Selection
from tests.support.fake_comparison import fakes, pairings, prepared
from tests.support.fake_run import Heard

OPTIONS = PairOptions(sides=SidesOptions(), selection=Selection())


def timed(chosen: Prepared, open_s: float = 0.5) -> Prepared:
    setup = replace(chosen.plan.setup, open_window_s=open_s, open_turn_s=0.05)
    return replace(chosen, plan=replace(chosen.plan, setup=setup))


@pytest.fixture
def capacity(monkeypatch: pytest.MonkeyPatch) -> dict[Cell, float]:
    """Capacity of every cell of the base; without an entry it cannot be measured."""
    known = {pairing.base: 4000.0 for pairing in pairings()}

    def measured(_prepared: Prepared, _watcher: object) -> Capacities:
        failures = [
            LoadError("no answer").failure(pairing.base.stack, pairing.base)
            for pairing in pairings()
            if pairing.base not in known
        ]
        return Capacities(windows={cell: (rps,) for cell, rps in known.items()}, failures=failures)

    monkeypatch.setattr(runners.experiments.pairs.open_load, "_capacities", measured)
    return known


def test_a_gate_offers_both_sides_a_quarter_of_what_the_base_serves(capacity: dict[Cell, float]) -> None:
    chosen = pairings()
    made = with_open_load(timed(prepared(chosen)), replace(OPTIONS, rates=GATE_RATES), Heard())
    closed = [pairing for pairing in made.plan.pairings if pairing.head.load == Load.CLOSED]
    offered = [pairing for pairing in made.plan.pairings if pairing.head.load == Load.OPEN]
    assert tuple(closed) == chosen
    assert [pairing.head.rate_rps for pairing in offered] == [1000.0] * len(chosen)
    assert all(pairing.base == pairing.head for pairing in offered)
    assert {pairing.head.connections for pairing in offered} == {8}
    assert made.plan.cells == tuple(pairing.head for pairing in made.plan.pairings)
    assert len(made.plan.capacities_rps) == len(capacity)
    assert len(made.loads()) == 2 * len(chosen)


def test_two_servers_are_offered_the_same(capacity: dict[Cell, float]) -> None:
    chosen = pairings("server")
    capacity |= {pairing.base: 2000.0 for pairing in chosen}
    made = with_open_load(timed(prepared(chosen)), replace(OPTIONS, rates=GATE_RATES), Heard())
    rated = {(pairing.base.rate_rps, pairing.head.rate_rps) for pairing in made.plan.pairings}
    assert rated == {(None, None), (500.0, 500.0)}
    assert {pairing.head.server for pairing in made.plan.pairings} == {"granian-asgi"}


def test_rates_take_the_place_of_the_closed_load(capacity: dict[Cell, float]) -> None:
    capacity.clear()
    made = with_open_load(timed(prepared(pairings())), replace(OPTIONS, rates=rates.parse(["300"])), Heard())
    assert {pairing.head.rate_rps for pairing in made.plan.pairings} == {300.0}
    assert not made.failures


def test_a_capacity_that_cannot_be_measured_is_a_failure_of_the_base(capacity: dict[Cell, float]) -> None:
    (first, *_) = pairings()
    del capacity[first.base]
    made = with_open_load(timed(prepared(pairings())), replace(OPTIONS, rates=GATE_RATES), Heard())
    (failure,) = made.failures
    assert failure.side == SideName.BASE
    assert failure.cell == first.base
    assert len(made.plan.pairings) == 2 * len(pairings()) - 1


def test_a_rate_that_tells_nothing_is_left_out_and_named(capacity: dict[Cell, float]) -> None:
    capacity |= dict.fromkeys(capacity, 12.0)
    heard = Heard()
    made = with_open_load(timed(prepared(pairings())), replace(OPTIONS, rates=GATE_RATES), heard)
    assert {pairing.head.load for pairing in made.plan.pairings} == {Load.CLOSED}
    assert any("too few requests are due" in line for line in heard.said)
    with pytest.raises(PlanError, match="no cell is left"):
        with_open_load(timed(prepared(pairings())), replace(OPTIONS, rates=rates.parse(["10"])), heard)


def test_open_load_takes_turns_with_the_other_side(
    tmp_path: Path, capacity: dict[Cell, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert capacity
    monkeypatch.setattr("runners.experiments.after_load.verify_after", lambda *_args, **_more: "")
    chosen = timed(prepared(pairings()[:1], blocks=2))
    made = with_open_load(chosen, replace(OPTIONS, rates=GATE_RATES), Heard())
    with create(tmp_path, made.plan) as writer:
        comparison = fakes(made, writer)
        comparison.comparison.measure([(block, made.launch_pairs()) for block in range(2)])
    relays = comparison.measurer.relays
    assert sorted((order.rounds, order.turn_s, order.legs[0].rate_rps or 0.0) for order in relays) == [
        *[(10, 0.05, 1000.0)] * 2,
        *[(46, 0.035, 0.0)] * 2,
    ]
    trials = read(tmp_path / "two-sides").trials
    assert len(trials) == 8
    for load in (Load.CLOSED, Load.OPEN):
        assert {trial.side for trial in trials if trial.cell.load == load} == {SideName.BASE, SideName.HEAD}
