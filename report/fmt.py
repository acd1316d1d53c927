"""How numbers, intervals and lists are written: no number without its unit and interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from report.stats.levels import BLOCKS_FOR_INTERVAL, Level

SIGNIFICANT_DIGITS = 3
"""Of a number, unless it is asked for others."""
SMALLEST, LARGEST = 1e-6, 1e15
"""Of numbers that are written in full: those outside have an exponent, as no measurement has them."""


def number(value: float, digits: int = SIGNIFICANT_DIGITS) -> str:
    """Three significant digits (or ``digits``) with separated thousands: ``12,300``, ``4.21``."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if not SMALLEST <= abs(value) < LARGEST:
        return f"{value:.{digits - 1}e}"
    rounded = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{decimals}f}"


def interval(level: Level) -> str:
    """``(11,900–12,800)``, or why there is none."""
    if level.low is None or level.high is None:
        return f"({no_interval(level.n)})"
    return f"({number(level.low)}–{number(level.high)})"


def no_interval(blocks: int) -> str:
    """Why a value of so many blocks has no interval: ``2 blocks: too few for an interval``."""
    if 0 < blocks < BLOCKS_FOR_INTERVAL:
        return f"{counted(blocks, 'block')}: too few for an interval"
    return "no interval"


def amount(level: Level, unit: str) -> str:
    """A level with interval and unit, for a label."""
    return f"{number(level.value)} {unit} {interval(level)}"


def short_amount(level: Level, unit: str) -> str:
    """The same where there is little room: without an interval the value stands alone."""
    return f"{number(level.value)} {unit}" if level.low is None else amount(level, unit)


def times(level: Level) -> str:
    """A ratio with its interval, two decimals: ``0.71× (0.68–0.74)``."""
    if level.low is None or level.high is None:
        return f"{level.value:.2f}× ({no_interval(level.n)})"
    return f"{level.value:.2f}× ({level.low:.2f}–{level.high:.2f})"


def percent(value: float) -> str:
    """Two significant digits: ``9.3%``, ``15%``."""
    return f"{value:.0f}%" if value >= 10 else f"{value:.1f}%"  # noqa: PLR2004 - two digits


def moment(unix_s: float, form: str) -> str:
    """A moment in UTC as ``form`` (of ``strftime``) has it; ``at an unknown time`` where no calendar does."""
    try:
        return datetime.fromtimestamp(unix_s, UTC).strftime(form)
    except (OverflowError, OSError, ValueError):
        return "at an unknown time"


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def listed(names: Iterable[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, last = list(names) or [""]
    return f"{', '.join(head)} {word} {last}" if head else last


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 block``, ``8 blocks``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def reused(reuse: int | None) -> str:
    """``, each closed after 1 request`` behind connections that the client does not keep."""
    return "" if reuse is None else f", each closed after {counted(reuse, 'request')}"
