"""Where the time of a cell goes: a launch of its own, whose stacks are sampled while it is asked.

Nothing else runs meanwhile, and what asks has the other CPUs: a server that waits for its turn looks busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from results import stacks
from results.model import CostSamples
from runners.errors import CostError
from runners.experiments.counting import dispatch
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.counter import Reading
from runners.experiments.counting.inputs import Inputs, inputs, ring_of, work_bytes
from runners.experiments.counting.lockstep import Asker
from runners.experiments.counting.sampler import RATE_PER_S, SamplerReading
from runners.experiments.counting.stack_reader import StackReader
from runners.processes import accounting
from scenarios.exchange import Scenario

SAMPLED_S = 5.0
"""So long the requests are to take, at the pace of those before; their number is fixed then."""
PACE_ROUNDS = 3
"""The pace is that of the fastest of so many."""
LEAST_SAMPLES = 1000
"""With fewer the same requests are asked again: the share of a tenth is known to a fifth of itself then."""
MOST_TIMES = 4
"""How often they are asked at most."""
ASKING = f"ask ({dispatch.__file__}:"
"""In a stack of the script that calls an app without a server, while it calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What was seen within one launch."""

    lines: Mapping[str, int]
    """How often each stack was seen, by the text that the sampler writes of it."""
    rounds: int
    """Of all inputs, asked between the begin and the end of looking."""
    requests: int
    seconds: float
    cpu_s: float | None


def take_samples(
    asker: Asker,
    reading: Reading,
    scenario: Scenario,
    pids: Callable[[], Collection[int]],
    *,
    idles: bool,
    rounds: int | None = None,
) -> Sampled:
    """Ask a fixed number of requests, warm, and give the stacks; a ``launch_counts.MeasureLaunch``.

    What does not idle, a script without a server, also works on what is not asked: its CPU time is None.

    ``rounds`` is the number that another launch was asked; None: as many as take ``SAMPLED_S``.
    """
    if not isinstance(reading, SamplerReading):
        raise CostError("only a sampler tells where time goes", remedy="please report this")
    ring = ring_of(scenario)
    chosen = inputs(ring, work_bytes(ring[-1], asker.first(ring[-1])))
    asked = replace(chosen, counted=chosen.counted[1:], paused=False)
    asker.take(asked)
    asker.warm()
    rounds = rounds or max(1, round(SAMPLED_S / max(_pace_s(asker, asked), 1e-6)))
    times, seconds, cpu_ns = 0, 0.0, 0
    lines: Mapping[str, int] = {}
    while times < MOST_TIMES and sum(lines.values()) < LEAST_SAMPLES:
        processes = tuple(pids())
        reading.start(processes)
        before_ns = _cpu_ns(processes)
        seconds += _seconds(asker, asked, rounds)
        cpu_ns += _cpu_ns(processes) - before_ns
        reading.read()
        lines = _of_asking(reading.lines, served=idles)
        times += 1
    return Sampled(
        lines=lines,
        rounds=rounds,
        requests=times * rounds * sum(map(len, asked.counted)),
        seconds=seconds,
        cpu_s=cpu_ns / 1e9 if idles else None,
    )


def _of_asking(lines: Mapping[str, int], *, served: bool) -> Mapping[str, int]:
    """Of a script that calls an app: what it did between call and answer; it also reads and writes orders."""
    return {line: count for line, count in lines.items() if served or ASKING in line}


def _cpu_ns(pids: Collection[int]) -> int:
    return sum(accounting.process_cpu_ns(pid) or 0 for pid in pids)


def _pace_s(asker: Asker, asked: Inputs) -> float:
    """Time that a round of all inputs takes: the fastest of a few, as a standstill says nothing."""
    return min(_seconds(asker, asked, 1) for _ in range(PACE_ROUNDS))


def _seconds(asker: Asker, asked: Inputs, rounds: int) -> float:
    """Time that ``rounds`` of all inputs take."""
    begun_s = time.monotonic()
    for _ in range(rounds):
        for batch in range(len(asked.counted)):
            asker.ask(batch)
        asker.check()
    return time.monotonic() - begun_s


def samples(cost_cell: CostCell, sampled: Sampled, tool: str, reader: StackReader) -> CostSamples:
    """The record of what was seen; raises CostError where that is nothing."""
    counts = reader.read(sampled.lines, cost_cell.environment.stage)
    if not counts:
        raise CostError(
            "the sampler saw nothing at work", remedy="choose a scenario that takes more of a CPU"
        )
    return CostSamples(
        cell=cost_cell.cell,
        side=cost_cell.side,
        requests=sampled.requests,
        seconds=sampled.seconds,
        rate_per_s=RATE_PER_S,
        cpu_s=sampled.cpu_s,
        stacks=stacks.encode(counts),
        tool=tool,
        python=cost_cell.environment.record.python,
    )
