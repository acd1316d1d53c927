"""Ratios turned over: the reverse of one, and what is left beside one."""

from __future__ import annotations

from report.stats.levels import Level


def inverse(ratio: Level) -> Level:
    """1 / ratio, with the ends of its interval exchanged."""
    low, high = (None if end is None else 1 / end for end in (ratio.high, ratio.low))
    return Level(value=1 / ratio.value, low=low, high=high, n=ratio.n)


def share_left(ratio: Level) -> Level:
    """1 - ratio in percent, with the ends of its interval exchanged."""
    low, high = (None if end is None else 100 * (1 - end) for end in (ratio.high, ratio.low))
    return Level(value=100 * (1 - ratio.value), low=low, high=high, n=ratio.n)
