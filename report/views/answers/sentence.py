"""Sentences with numbers in them, and how such numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from report import fmt
from report.analysis.answers.told_numbers import PERCENT, RATIO, Number
from report.stats.levels import Level
from results.model import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A number as a sentence writes it."""

    text: str
    number: Number


NAMED_AT_MOST = 3
"""Stacks in one enumeration."""
MULTIPLE_FROM = 200
"""Percent: a ratio from here on is said as a multiple, ``8.3 times`` and not ``826% of``."""
Sentence = tuple[str | Written, ...]
"""Parts that follow each other without anything between them."""
FOR: Mapping[str, str] = {
    "plaintext": "for a plain text",
    "json": "for a JSON answer",
    "json-sync": "for a JSON answer by a plain function",
    "params": "for typed parameters",
    "orders": "once an order is validated",
    "orders-raw": "for an order that nobody validates",
    "orders-invalid": "when a fifth of the orders are wrong",
    "items": "for 50 objects",
    "items-large": "for 1 MB of objects",
    "auth": "behind a token",
    "form": "for a form",
    "db-read": "for one row of the database",
    "db-many": "for 20 rows by 20 queries",
    "db-write": "for an update in a transaction",
    "orm-page": "for 50 rows with related ones by an ORM",
    "orm-write": "for a row with related ones, written by an ORM",
    "mixed": "for a day of an API",
    "delay": "while handlers wait",
    "upstream": "while another service answers",
    "stream": "for an answer in pieces",
    "sse": "for a stream of events",
    "websocket": "over WebSocket",
}
"""How scenarios are said in a sentence; others by their names."""


def few(names: Sequence[str]) -> str:
    """``a, b and c``; of many the first, and how many more."""
    more = len(names) - NAMED_AT_MOST
    if more < 2:  # noqa: PLR2004 - not "1 more"
        return fmt.listed(names)
    return fmt.listed([*names[:NAMED_AT_MOST], f"{more} more"])


def asked(scenario: str) -> str:
    """``for a JSON answer``, ``in `routing-first```."""
    return FOR.get(scenario, f"in `{scenario}`")


def plain(sentence: Iterable[str | Written]) -> str:
    """The sentence as text."""
    return "".join(part if isinstance(part, str) else part.text for part in sentence)


def numbers_of(sentences: Iterable[Sentence]) -> tuple[Number, ...]:
    """The numbers of several sentences, each once, in the order in which they are said."""
    parts = (part for sentence in sentences for part in sentence)
    return tuple(dict.fromkeys(part.number for part in parts if isinstance(part, Written)))


def write(number: Number) -> Written:
    """A number as it stands in a sentence: ``44%``, ``8.3 times``, ``8,330 requests/s``."""
    return Written(text=_format(number)(number.value.value) + _unit(number), number=number)


def of_whom(number: Number, whom: str) -> str:
    """What follows a ratio: `` of what Flask does`` behind ``44%``, without the ``of`` behind a multiple."""
    if not whom:
        return ""
    return f" {whom}" if _is_multiple(number) else f" of {whom}"


def interval(number: Number) -> str:
    """``42–46%``, ``8.1–8.5 times``, or why there is none."""
    level = number.value
    if level.low is None or level.high is None:
        return fmt.no_interval(level.n)
    written, factor = _format(number), 100 if _unit(number) == "%" and number.unit == RATIO else 1
    low, high = written(level.low), written(level.high)
    if low == high:  # a third digit tells them apart
        low, high = fmt.number(factor * level.low), fmt.number(factor * level.high)
    return f"{low}–{high}" + _unit(number) * (number.unit in {RATIO, PERCENT})


def _is_multiple(number: Number) -> bool:
    return number.unit == RATIO and round(100 * number.value.value) >= MULTIPLE_FROM


def _format(number: Number) -> Callable[[float], str]:
    if _is_multiple(number):
        return lambda value: fmt.number(value, 2)
    if number.unit == RATIO:
        return lambda value: _two_digits(100 * value)
    return _two_digits if number.unit == PERCENT else fmt.number


def _two_digits(percent: float) -> str:
    return fmt.percent(percent).removesuffix("%") if percent >= 0 else f"{percent:.0f}"


def _unit(number: Number) -> str:
    if _is_multiple(number):
        return " times"
    return "%" if number.unit in {RATIO, PERCENT} else f" {number.unit}"


def what(number: Number, titles: Mapping[str, str]) -> str:
    """What a number is of: ``FastAPI to Starlette on uvicorn-standard, json, 64 connections``."""
    cell, other = number.cell, number.other
    where = f"{cell.scenario}, {fmt.counted(cell.connections, 'connection')}"
    if other is None:
        about = f"{number.about}: " * bool(number.about)
        return f"{about}{stack(cell, titles)}, {where}"
    if number.about:
        return f"{number.about}: {stack(cell, titles)}, {where}, by its floor"
    if cell.server == other.server:
        return f"{title(cell, titles)} to {stack(other, titles)}, {where}"
    return f"{stack(cell, titles)} to {stack(other, titles)}, {where}"


def title(cell: Cell, titles: Mapping[str, str]) -> str:
    """Title of a cell's framework."""
    return titles.get(cell.framework, cell.framework)


def stack(cell: Cell, titles: Mapping[str, str]) -> str:
    """``FastAPI on uvicorn-standard``, with the interpreter where the run has several."""
    python = f", Python {cell.python}" if cell.python else ""
    return f"{title(cell, titles)} on {cell.server}{python}"


def lines(sentences: Sequence[Sentence], titles: Mapping[str, str]) -> list[str]:
    """The numbers of ``sentences`` for a terminal: ``44% (42–46%): FastAPI to Starlette on ...``."""
    return [
        f"{write(number).text} ({interval(number)}): {what(number, titles)}"
        for number in numbers_of(sentences)
    ]


def signed(level: Level, unit: str) -> str:
    """A level that may be negative, with its interval: ``56% (54 to 58)``."""
    if level.low is None or level.high is None:
        return f"{_digits(level.value)}{unit} ({fmt.no_interval(level.n)})"
    return f"{_digits(level.value)}{unit} ({_digits(level.low)} to {_digits(level.high)})"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"  # noqa: PLR2004 - two digits
