"""Of ``hotlap compare --json`` and ``hotlap gate --json``."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from report.analysis.flames import FlameGraph
from report.analysis.gate.judgement import Tier
from report.stats.levels import Level
from results.model import GateStage, Machine, Side


class WaiverJson(TypedDict):
    """A waiver, as perf-waivers.toml has it."""

    cell: str
    metric: str
    ceiling_percent: float
    reason: str
    expires: str
    """Last day that it holds, as 2027-01-31."""


class WorseJson(TypedDict):
    """By how much the head is worse than the base."""

    percent: float
    low_percent: float
    """Of the 95% interval."""
    high_percent: float
    p_one_sided: float
    """Of a difference this bad where the head is no worse."""
    smallest_visible_percent: float
    """That would have been found with a probability of 90%."""
    deviation_percent: float
    """Of one launch pair or count."""
    n: int
    """Launch pairs, counts of the side that has fewer, or blocks."""


class RowJson(TypedDict):
    """One metric of one pairing; differences are in percent, and positive is worse."""

    cell: str
    base_cell: str
    head_cell: str
    tier: str
    metric: str
    unit: str
    word: str
    """regression, waived, could not measure, no regression seen, improvement or fine."""
    verdict: str
    """The word with what belongs to it."""
    decides: bool
    """Whether the gate's exit code depends on it."""
    inconclusive: bool
    stage: GateStage
    """What it rests on; empty outside of a gate."""
    base: float | None
    head: float | None
    ratio: Level | None
    """head/base, in the metric's own direction."""
    worse: WorseJson | None
    p_corrected: float | None
    least_effect_percent: float
    must_not_pass_percent: float
    said: str
    notes: tuple[str, ...]
    """Doubts about what it rests on."""
    waiver: WaiverJson | None


class CompareJson(TypedDict):
    """``hotlap compare --json``."""

    base: str
    """In words, or the run's name."""
    head: str
    """In words, or the run's name."""
    how: str
    """What the differences rest on."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    rows: list[RowJson]
    left_out: tuple[str, ...]
    """What was measured on one side only, or could not be read."""
    flame_graphs: NotRequired[tuple[FlameGraph, ...]]
    """Files that `--where` wrote: what differs between the stacks of both sides."""
    exit_code: int


class GateJson(TypedDict):
    """``hotlap gate --json`` and ``--json-file``."""

    run: str
    """Name of the run's folder."""
    exit_code: int
    headline: str
    """What to do."""
    base: Side
    head: Side
    machine: Machine
    harness: dict[str, str]
    """Versions by package."""
    command: str
    """To measure it again."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    tiers: list[Tier]
    problems: tuple[str, ...]
    """What keeps the whole run from being judged."""
    expired_waivers: list[WaiverJson]
    unused_waivers: list[WaiverJson]
    rows: list[RowJson]
    flame_graphs: NotRequired[tuple[FlameGraph, ...]]
    """Of cells whose stacks were sampled (`--where`): what differs between both sides."""
