"""Comparisons between cells: who may be compared with whom, ratios, tiers, and the answer in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from report import statistics
from report.statistics import Level
from report.summary import METRICS, Metric, Summary
from results.model import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contender of a group."""

    cell: Cell
    level: Level
    ratio: Level
    """To the best of the group, within blocks; exactly 1 without an interval for the best itself."""
    tier: int | None
    """1: cannot be told from the best. None below 6 blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Contenders that may be compared, best first."""

    kind: str
    """``frameworks``: same server variant and interface. ``stacks``: stack against stack, named as such."""
    metric: Metric
    scenario: str
    server: str | None
    """None where stacks are compared."""
    interface: str | None
    load: str
    connections: int
    workers: int
    n_blocks: int
    """Blocks of the contender that has fewest."""
    entries: tuple[Entry, ...]
    missing: tuple[tuple[Cell, str], ...]
    """Contenders without a level, each with the reason."""
    sentence: str
    """The answer in words."""
    separable_percent: float | None
    """Smallest difference that this run could have told, at its own noise."""


def comparisons(
    summaries: Iterable[Summary], metric: str = "throughput_rps", *, kind: str = "frameworks"
) -> tuple[Group, ...]:
    """Groups of cells that differ in nothing but the framework (or, for ``stacks``, framework and server).

    The A/A control is no contender. Throughput under open load is the offered rate, so it is not compared.
    """
    groups: dict[tuple[object, ...], list[Summary]] = {}
    for summary in summaries:
        cell = summary.cell
        if cell.control or (metric == "throughput_rps" and cell.load != "closed"):
            continue
        side = (cell.server, cell.interface) if kind == "frameworks" else (None, None)
        key = (cell.scenario, *side, cell.load, cell.connections, cell.workers)
        groups.setdefault(key, []).append(summary)
    return tuple(_group(key, members, METRICS[metric], kind) for key, members in groups.items())


def _group(key: tuple[object, ...], members: Sequence[Summary], metric: Metric, kind: str) -> Group:
    scenario, server, interface, *_ = key
    by_stack = {each.cell.stack: each for each in members if each.level(metric.name)}
    blocks = {stack: each.measures[metric.name].by_block for stack, each in by_stack.items()}
    found = statistics.tiers(blocks, higher_is_better=metric.higher_is_better)
    entries = tuple(_entry(by_stack[stack], by_stack[found.order[0]], metric, found) for stack in found.order)
    fewest = min((len(values) for values in blocks.values()), default=0)
    return Group(
        kind=kind,
        metric=metric,
        scenario=str(scenario),
        server=None if server is None else str(server),
        interface=None if interface is None else str(interface),
        load=members[0].cell.load,
        connections=members[0].cell.connections,
        workers=members[0].cell.workers,
        n_blocks=fewest,
        entries=entries,
        missing=tuple(
            (each.cell, each.reason(metric.name)) for each in members if not each.level(metric.name)
        ),
        sentence=_sentence(entries, metric, fewest, kind),
        separable_percent=found.separable_percent,
    )


def _entry(summary: Summary, best: Summary, metric: Metric, found: statistics.Tiers) -> Entry:
    level = summary.level(metric.name)
    assert level is not None  # noqa: S101 - _group chose those that have one
    own = summary.measures[metric.name].by_block
    to_best = statistics.ratio(own, best.measures[metric.name].by_block)
    if summary is best or to_best is None:
        to_best = Level(value=1.0 if summary is best else level.value, n=len(own))
    return Entry(cell=summary.cell, level=level, ratio=to_best, tier=found.tiers.get(summary.cell.stack))


def _sentence(entries: Sequence[Entry], metric: Metric, blocks: int, kind: str) -> str:
    """The answer in words: no ranking word without tiers."""
    if not entries:
        return "Nothing was measured here."
    names = {id(entry): entry.cell.framework if kind == "frameworks" else _stack(entry) for entry in entries}
    if len(entries) == 1:
        return f"Only {names[id(entries[0])]} was measured, so there is nothing to compare it with."
    if entries[0].tier is None:
        return f"Only {blocks} blocks: too few to rank, {statistics.BLOCKS_TO_RANK} are needed."
    first = [entry for entry in entries if entry.tier == 1]
    rest = [entry for entry in entries if entry.tier != 1]
    head = _head([names[id(entry)] for entry in first], metric, everyone=not rest)
    return " ".join([head, *_next(rest, names, metric)])


def _stack(entry: Entry) -> str:
    return f"{entry.cell.framework} on {entry.cell.server}"


def _head(names: Sequence[str], metric: Metric, *, everyone: bool) -> str:
    if len(names) == 1:
        return f"{names[0]} is {metric.better}."
    listed = ", ".join(names[:-1]) + " and " + names[-1]
    if everyone:
        return f"No difference could be told between {listed}."
    return f"{listed} are {metric.better}; no difference between them could be told."


def _next(rest: Sequence[Entry], names: Mapping[int, str], metric: Metric) -> list[str]:
    if not rest:
        return []
    entry = rest[0]
    times = entry.ratio
    ends = (times.value, times.low, times.high)
    if metric.higher_is_better:
        ends = (1 / times.value, times.high and 1 / times.high, times.low and 1 / times.low)
    interval = f" ({ends[1]:.2f} to {ends[2]:.2f})" if ends[1] and ends[2] else ""
    return [f"Next is {names[id(entry)]}, {ends[0]:.2f} times {metric.worse}{interval}."]
