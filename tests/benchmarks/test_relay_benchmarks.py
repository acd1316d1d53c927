"""What the benchmarks of the relay compute, on turns that were made with known effects."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from report.analysis.workload import Workload
from report.stats.stack_fit import Contrast
from results.model import BlockEnd, Load, Turns
from runners.generator.messages import SteadyPart
from tests.benchmarks.bars import Bars
from tests.benchmarks.between_runs import agreement, by_chance
from tests.benchmarks.order_effects import order_effects
from tests.benchmarks.recorded_ratios import PairRatio, same_server_ratios
from tests.benchmarks.relay_aa import in_runs, record, recorded
from tests.benchmarks.relay_bias import report_lengths
from tests.benchmarks.time_split import time_split
from tests.benchmarks.turn_lengths import (
    LENGTHS_S,
    LengthsBlock,
    biases,
    starting_cost_s,
    starting_costs,
)
from tests.benchmarks.turn_levels import Heat, StackTurns, speed_noise
from tests.support.made_relay import Noise, Timing, make_turns
from tests.support.synthetic import make_run

STACKS = ("a", "b", "c", "d")
SAME = dict.fromkeys(STACKS, "uvicorn")
STEADY = Noise(launch=0, turn=0.01, speeds=np.ones(1000))
NAMES = (
    "foreign_work",
    "relay_aa",
    "relay_bias",
    "relay_memory",
    "relay_precision",
    "relay_quick",
    "relay_simulation",
)


def made_heat(number: int, *, rate: float = 5000.0, leg_s: float = 1.0, noise: Noise = STEADY) -> Heat:
    turns = make_turns(
        dict.fromkeys(STACKS, rate),
        SAME,
        np.random.default_rng(number),
        noise=noise,
        timing=Timing(leg_s=leg_s),
    )
    legs = tuple(StackTurns(stack=name, variant="uvicorn", turns=own) for name, own in turns.items())
    return Heat(number=number, legs=legs)


def longer(heat: Heat, scale: dict[int, float], *, after: str = "") -> Heat:
    """Turns at some places of their round, or those after one stack's, take so many times as long."""
    order = np.argsort(heat.at_s())
    places, owners = np.empty(len(order), int), heat.owners()
    places[order] = np.arange(len(order)) % len(STACKS)
    before = np.empty(len(order), int)
    before[order] = np.roll(owners[order], 1)
    factor = np.array([scale.get(place, 1.0) for place in places])
    if after:
        factor *= np.where(before == STACKS.index(after), 1.05, 1.0)
    legs = []
    for leg, own in enumerate(heat.legs):
        spans = np.array(own.turns.span_us) * factor[owners == leg]
        legs.append(replace(own, turns=replace(own.turns, span_us=tuple(int(span) for span in spans))))
    return Heat(number=heat.number, legs=tuple(legs))


def rested(heat: Heat) -> Heat:
    """A turn right behind the same stack's last is 5% faster."""
    order = np.argsort(heat.at_s())
    owners = heat.owners()
    again = np.zeros(len(order), bool)
    again[order[1:]] = owners[order][1:] == owners[order][:-1]
    legs = []
    for leg, own in enumerate(heat.legs):
        spans = np.array(own.turns.span_us) * np.where(again[owners == leg], np.exp(-0.05), 1.0)
        legs.append(replace(own, turns=replace(own.turns, span_us=tuple(int(span) for span in spans))))
    return Heat(number=heat.number, legs=tuple(legs))


def test_figures_that_miss_their_bars_are_counted_and_end_with_status_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bars = Bars()
    bars.at_most("wait", 1.0, 2.0, "min")
    bars.at_least("share", 60.0, 55.0)
    bars.between("coverage", 95.0, 93, 97)
    assert bars.missed == 0
    bars.at_most("nothing", math.nan, 2.0)
    with pytest.raises(SystemExit) as ended:
        bars.end()
    assert ended.value.code == 1
    assert "ok  wait: 1.00 min (at most 2 min)" in capsys.readouterr().out


def test_noise_of_a_window_and_of_a_turn_are_those_of_the_machine() -> None:
    steady = speed_noise([[made_heat(number) for number in range(4)]])
    assert steady.turn == pytest.approx(0.01, rel=0.3)
    assert steady.window < 0.006
    assert steady.turn_s == pytest.approx(0.035, rel=0.05)
    loud = speed_noise([[made_heat(number, noise=Noise()) for number in range(4)]])
    assert loud.window > 0.05


def test_effects_of_places_and_predecessors_are_found_apart() -> None:
    heats = [longer(made_heat(number), {0: 1.04}, after="b") for number in range(12)]
    effects = order_effects(heats)
    place, predecessor = effects["place"], effects["predecessor"]
    assert place.means[0] - place.means[1:].mean() == pytest.approx(-math.log(1.04), abs=0.006)
    others = np.delete(predecessor.means, 1).mean()
    assert predecessor.means[1] - others == pytest.approx(-math.log(1.05), abs=0.006)
    assert place.chi_squared > 20
    for none in order_effects([made_heat(number) for number in range(12)]).values():
        assert np.abs(none.means).max() < 4 * none.errors.max()


def test_a_turn_soon_after_its_own_last_is_told_from_its_place() -> None:
    heats = [rested(made_heat(number)) for number in range(40)]
    effects = order_effects(heats)
    rest = effects["rest"].means
    assert rest[0] - rest[1:].mean() == pytest.approx(0.05, abs=0.006)
    place = effects["place"]
    assert np.abs(place.means).max() < 4 * place.errors.max()


def lengths_block(block: int, *, cost_s: float, start: str) -> LengthsBlock:
    """Every turn takes its length at full rate, and ``cost_s`` besides where its stack is ``start``."""
    random = np.random.default_rng(block)
    by_length, now_us = [], 0
    for length_s in LENGTHS_S:
        legs = []
        for stack in STACKS:
            spans_s = length_s * np.exp(random.normal(0, 0.002, 8)) + cost_s * (stack == start)
            begun = now_us + 1000 * np.arange(8)
            now_us += 9000
            turns = Turns(
                begun_us=tuple(begun.tolist()),
                span_us=tuple((1e6 * spans_s).astype(int).tolist()),
                requests=(round(4000 * length_s),) * 8,
            )
            legs.append(StackTurns(stack=stack, variant="uvicorn", turns=turns))
        by_length.append(tuple(legs))
    costs_s = tuple(cost_s * (stack == start) + random.normal(0, 1e-5) for stack in STACKS)
    return LengthsBlock(block=block, by_length=tuple(by_length), costs_s=costs_s)


def test_a_stack_that_starts_slowly_is_told_by_its_bias_and_its_cost() -> None:
    blocks = [lengths_block(block, cost_s=0.001, start="b") for block in range(4)]
    (shortest, *_) = [bias for bias in biases(blocks) if bias.pair == ("a", "b")]
    assert shortest.length_s == LENGTHS_S[0]
    slower = math.log(1.04) - math.log(1.004)
    assert shortest.by_start.mean == pytest.approx(slower, abs=0.001)
    assert shortest.by_length
    assert shortest.by_length.mean == pytest.approx(slower, abs=0.003)
    assert shortest.by_start.farthest > 0.03
    costs = {cost.stack: cost.milliseconds.mean for cost in starting_costs(blocks)}
    assert costs["b"] == pytest.approx(1.0, abs=0.15)
    assert costs["c"] == pytest.approx(0.0, abs=0.15)


def test_starting_costs_what_a_turn_takes_beside_its_answers_at_their_steady_rate() -> None:
    steady = SteadyPart(requests=640, span_us=160_000)
    whole, slow, too_short = (251_000, 1000), (351_000, 1000), (9_000, 64)

    def cost_s(*made: tuple[int, int], parts: tuple[SteadyPart | None, ...]) -> float:
        span_us, requests = zip(*made, strict=True)
        return starting_cost_s(Turns(begun_us=(0,) * len(made), span_us=span_us, requests=requests), parts)

    assert cost_s(whole, too_short, parts=(steady, None)) == pytest.approx(0.001)
    assert cost_s(whole, slow, whole, parts=(steady,) * 3) == pytest.approx(0.001)
    assert math.isnan(cost_s(whole, parts=(SteadyPart(requests=64, span_us=16_000),)))


def test_biases_are_printed_beside_their_bar(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    report_lengths(bars, {"json": [lengths_block(block, cost_s=0.001, start="b") for block in range(3)]})
    printed = capsys.readouterr().out
    assert "3 blocks; the machine's speed varied by" in printed
    assert "a / b" in printed
    assert "NOT farthest end of a 90% interval at 35 ms" in printed
    assert bars.missed == 2


def ratio(mean: float, error: float = 0.01) -> PairRatio:
    contrast = Contrast(mean=mean, error=error, freedom=30, n=8)
    workload = Workload(scenario="json", load=Load.CLOSED, connections=64, workers=1, in_turns=True)
    return PairRatio(
        workload=workload, pair=("a--uvicorn", "b--uvicorn"), shown=contrast, pooled=contrast, own=contrast
    )


def test_runs_agree_where_their_difference_is_within_both_half_widths() -> None:
    agree = agreement([[ratio(0.10)], [ratio(0.11)], [ratio(0.20)]])
    assert agree.comparisons == 3
    assert agree.within_percent == pytest.approx(100 / 3)
    squares = [0.01**2, 0.10**2, 0.09**2]
    assert agree.deviation == pytest.approx(math.sqrt(sum(squares) / 3) / math.hypot(0.01, 0.01))
    assert math.isnan(agreement([[ratio(0.1)]]).deviation)


def test_agreement_may_be_asked_of_some_of_the_runs() -> None:
    runs = [[ratio(0.10)], [ratio(0.11)], [ratio(0.20)]]
    assert agreement(runs, chosen=[(0, 1)]).within_percent == 100
    assert agreement(runs, chosen=[(0, 2), (1, 2)]).within_percent == 0
    assert math.isnan(agreement(runs, chosen=[]).within_percent)


def test_runs_may_differ_by_what_another_speed_of_the_machine_does() -> None:
    runs = [[ratio(0.10)], [ratio(0.20)]]
    agree = agreement(runs, {(0, 1): 0.1})
    assert agree.within_percent == 100
    assert agree.deviation == pytest.approx(0.1 / math.hypot(0.01, 0.01, 0.1))
    assert agreement(runs, {(0, 1): 0.01}).within_percent == 0


def test_what_chance_alone_makes_of_runs_that_agree() -> None:
    chance = by_chance([[ratio(0.1)]] * 3)
    assert chance.within_percent[0] < 95 <= chance.within_percent[1]
    assert chance.deviation[0] < 1 < chance.deviation[1]
    many = [replace(ratio(0.1), pair=(f"{n}--uvicorn", f"{n + 1}--uvicorn")) for n in range(30)]
    precise = by_chance([many] * 3)
    assert precise.deviation[1] - precise.deviation[0] < chance.deviation[1] - chance.deviation[0]


def test_ratios_of_a_record_come_from_its_turns_and_stay_on_one_server() -> None:
    run = make_run(blocks=4)
    servers = {trial.cell.stack: trial.cell.server for trial in run.trials}
    rates = {stack: 1000.0 * (1 + place) for place, stack in enumerate(servers)}
    turns = {
        (block, scenario): make_turns(rates, servers, np.random.default_rng(block), noise=STEADY)
        for block in range(4)
        for scenario in {trial.cell.scenario for trial in run.trials}
    }
    trials = tuple(
        replace(trial, turns=turns[trial.block, trial.cell.scenario][trial.cell.stack])
        for trial in run.trials
    )
    ratios = list(same_server_ratios(replace(run, trials=trials)))
    assert ratios
    for pair_ratio in ratios:
        a, b = ("--".join(slug.split("--")[:2]) for slug in pair_ratio.pair)
        assert servers[a] == servers[b]
        assert pair_ratio.shown.mean == pytest.approx(math.log(rates[a] / rates[b]), abs=0.02)


def test_time_is_split_by_what_the_record_says() -> None:
    run = make_run(blocks=2)
    run = replace(
        run, blocks=tuple(BlockEnd(block=n, seconds_measuring=50, seconds_total=100) for n in range(2))
    )
    turned = (
        replace(run.trials[0], turns=Turns(begun_us=(0,), span_us=(1,), requests=(1,))),
        *run.trials[1:],
    )
    split = time_split(replace(run, trials=turned), 250.0)
    assert split.turns_s == run.trials[0].window_s
    assert split.turns_s + split.windows_s == pytest.approx(sum(trial.window_s for trial in run.trials))
    assert split.counted_percent == pytest.approx(100 * (split.turns_s + split.windows_s) / 250)
    assert any("outside blocks" in line and "50.0 s" in line for line in split.lines())


@pytest.mark.parametrize("name", NAMES)
def test_asking_for_help_measures_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"tests.benchmarks.{name}").main()
    assert not ended.value.code
    assert "usage" in capsys.readouterr().out


def test_heats_of_several_sittings_are_those_of_their_runs(tmp_path: Path) -> None:
    heats = [made_heat(number) for number in (0, 1, 3)]  # one of the second run failed
    path = tmp_path / "heats.jsonl"
    assert in_runs(recorded(path), 2) == []
    record(path, heats[:2])
    record(path, heats[2:])
    assert in_runs(recorded(path), 2) == [heats[:2], heats[2:]]
    record(None, heats)
    assert recorded(None) == []
