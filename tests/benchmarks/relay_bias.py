"""Whether turns favour a stack: ratios against the length of turns, and against whole windows.

``python -m tests.benchmarks.relay_bias`` takes an hour on a quiet machine: half of it for turns of four
lengths in four scenarios, a quarter each for whole windows of one pair in two.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from runners.errors import HotlapError
from runners.generator.client import Generator
from runners.selection.matrix import Selection
from tests.benchmarks.bars import Bars
from tests.benchmarks.live_stacks import Track
from tests.benchmarks.turn_lengths import (
    LENGTHS_S,
    SHOWN_S,
    USED_S,
    Bias,
    Estimate,
    LengthsBlock,
    biases,
    estimate,
    measure_lengths,
    starting_costs,
)
from tests.benchmarks.turn_levels import speed_noise
from tests.benchmarks.whole_windows import WindowsBlock, measure_pair

SCENARIOS = ("plaintext", "json", "orders", "items")
FRAMEWORKS = ("asgi", "starlette", "litestar", "litestar-pydantic", "fastapi")
"""At least four of them serve each of the scenarios; who does not is not asked."""
PAIR = ("starlette--uvicorn-standard", "litestar--uvicorn-standard")
PAIR_SCENARIOS = ("json", "items")
WAYS: Mapping[str, Callable[[Bias], Estimate | None]] = {
    "what starting costs, told by the same turns": lambda bias: bias.by_start,
    "turns of either length": lambda bias: bias.by_length,
}
"""How a bias is told."""
LENGTH_BAR = 1.5
WINDOW_BAR = 2.5
MOST_FAILED = 10
"""Blocks that may fail before the benchmark gives up."""


def main() -> None:
    """Measure, print the tables, exit with status 1 where a bias may be larger than its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="for lengths of turns; 30 unless given")
    parser.add_argument(
        "--window-minutes", type=float, default=15, help="for whole windows, in each of two scenarios; 15"
    )
    parser.add_argument("--server", default="uvicorn-standard", help="server variant of all stacks")
    parser.add_argument("--framework", action="append", help="five of them unless given")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    selection = Selection(
        frameworks=tuple(arguments.framework or FRAMEWORKS),
        servers=(arguments.server,),
        scenarios=SCENARIOS,
    )
    bars = Bars()
    with tempfile.TemporaryDirectory(prefix="hotlap-") as folder:
        track = Track(selection=selection, folder=Path(folder), seed=arguments.seed)
        if arguments.minutes:
            report_lengths(bars, lengths(track, 60 * arguments.minutes))
        for scenario in PAIR_SCENARIOS if arguments.window_minutes else ():
            report_windows(bars, scenario, windows(track, scenario, 60 * arguments.window_minutes))
    bars.end()


def lengths(track: Track, seconds: float) -> dict[str, list[LengthsBlock]]:
    """Blocks by scenario, as many as ``seconds`` allow and at least two; one that fails is told."""
    blocks: defaultdict[str, list[LengthsBlock]] = defaultdict(list)

    def measure(block: int, generator: Generator) -> None:
        with track.live() as stacks:
            measured = {
                scenario: measure_lengths(track, stacks, generator, scenario, block) for scenario in SCENARIOS
            }
        for scenario, own in measured.items():
            blocks[scenario].append(own)

    repeat(track, seconds, measure)
    return blocks


def windows(track: Track, scenario: str, seconds: float) -> list[WindowsBlock]:
    """Blocks of one pair, as many as ``seconds`` allow and at least two; one that fails is told."""
    blocks: list[WindowsBlock] = []

    def measure(block: int, generator: Generator) -> None:
        with track.live(PAIR) as (first, second):
            pair = (first, second) if first.name == PAIR[0] else (second, first)
            blocks.append(measure_pair(track, pair, generator, scenario, block))

    repeat(track, seconds, measure)
    return blocks


def repeat(track: Track, seconds: float, measure: Callable[[int, Generator], None]) -> None:
    """Measure blocks until ``seconds`` are over, at least two; a failure is told, ``MOST_FAILED`` end it."""
    end_s, block, failed = time.monotonic() + seconds, 0, 0
    with track.generator() as generator:
        while block < 2 or time.monotonic() < end_s:
            try:
                measure(block + failed, generator)
            except HotlapError as error:
                failed += 1
                print(f"a block failed: {error.message}", flush=True)
                if failed == MOST_FAILED:
                    raise
            else:
                block += 1
                print(f"block {block} measured", flush=True)


def report_lengths(bars: Bars, blocks: dict[str, list[LengthsBlock]]) -> None:
    """Biases and starting costs as tables, and the bar of all biases."""
    shortest = speed_noise([[next(block.heats()) for block in own] for own in blocks.values()])
    windows_of_all = speed_noise([[block.all_lengths() for block in own] for own in blocks.values()]).window
    count = len(next(iter(blocks.values())))
    print(f"\n{count} blocks; {replace(shortest, window=windows_of_all)}")
    heading = "  ".join(f"{1000 * length:>13.0f} ms" for length in SHOWN_S)
    tables = {scenario: biases(own) for scenario, own in blocks.items()}
    for way, read in WAYS.items():
        print(f"\nratio at a length of turn over that at {1000 * LENGTHS_S[-1]:.0f} ms, by {way}; 90%, in %")
        print(f"{'scenario':10} {'pair':31} {heading}")
        for scenario, table in tables.items():
            for start in range(0, len(table), len(SHOWN_S)):
                row = table[start : start + len(SHOWN_S)]
                pair = " / ".join(map(framework, row[0].pair))
                print(f"{scenario:10} {pair:31} {'  '.join(percent(read(bias)) for bias in row)}")
    every = [bias for table in tables.values() for bias in table]
    print("\nstarting a turn, less what its drain gives back, ms (95%), and lengths as they were, ms")
    for scenario, own in blocks.items():
        for cost in starting_costs(own):
            spans = " ".join(f"{1000 * span:.0f}" for span in cost.spans_s)
            own_ms = f"{cost.milliseconds.mean:6.2f} ±{cost.milliseconds.half_width:.2f}"
            print(f"{scenario:10} {framework(cost.stack):31} {own_ms}   {spans}")
    told = [(bias.by_start, bias.by_length) for bias in every if bias.by_length]
    agree = sum(abs(by_length.mean - by_start.mean) <= by_length.half_width for by_start, by_length in told)
    inside = sum(100 * by_length.farthest <= LENGTH_BAR for _, by_length in told)
    print(
        f"of {len(told)} 90% intervals by turns of either length {agree} hold what the same turns say, "
        f"{inside} lie inside ±{LENGTH_BAR:g}%"
    )
    for length_s in SHOWN_S:
        ends = [100 * bias.by_start.farthest for bias in every if bias.length_s == length_s]
        text = f"farthest end of a 90% interval at {1000 * length_s:.0f} ms, by the same turns"
        if length_s < USED_S:
            print(f"    {text}: {max(ends):.2f}% (shorter than the turns that are used)")
        else:
            bars.at_most(text, max(ends), LENGTH_BAR)


def report_windows(bars: Bars, scenario: str, blocks: list[WindowsBlock]) -> None:
    """Ratios by turns and by windows, and the bar of their difference."""
    ratio = estimate([block.difference for block in blocks])
    print(f"\n{scenario}: {len(blocks)} blocks; {speed_noise([[block.turns for block in blocks]])}")
    for name, values in (
        ("turns", [block.by_turns for block in blocks]),
        ("windows", [block.by_windows for block in blocks]),
    ):
        print(f"{' / '.join(PAIR)} by {name}: log ratio {percent(estimate(values, 0.95))} % (95%)")
    print(f"turns over windows: {percent(ratio)} % (90%)")
    bars.at_most(f"{scenario}: farthest end of that interval", 100 * ratio.farthest, WINDOW_BAR)


def framework(stack: str) -> str:
    """Of a stack's slug: all stacks are on one server."""
    return stack.split("--", maxsplit=1)[0]


def percent(value: Estimate | None) -> str:
    """An estimate on log scale, as percent; blank where there is none."""
    if value is None:
        return " " * 15
    return f"{100 * value.mean:+6.2f} ±{100 * value.half_width:5.2f}"


if __name__ == "__main__":
    main()
