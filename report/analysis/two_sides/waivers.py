"""Regressions that are allowed: read from ``perf-waivers.toml``, each with a ceiling, a reason and an end."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from report.analysis import metrics
from report.analysis.two_sides.pairings import title
from results.model import Load, Pairing

_KEYS = ("cell", "metric", "ceiling_percent", "reason", "expires")


class WaiverError(ValueError):
    """The file of waivers makes no sense; the message says where and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One ``[[waiver]]``: a regression that is allowed for a while."""

    cell: str
    """Glob over the cell's slug."""
    metric: str
    ceiling_percent: float
    """A regression beyond it is none that was allowed."""
    reason: str
    expires: date
    """Last day that it holds."""

    def covers(self, pairing: Pairing, metric: str) -> bool:
        """Whether it is about this metric of this cell."""
        slugs = {pairing.base.slug, pairing.head.slug, title(pairing)}
        return metric == self.metric and any(fnmatchcase(slug, self.cell) for slug in slugs)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


def load(path: Path) -> tuple[Waiver, ...]:
    """The waivers in a file; WaiverError where it cannot be read or makes no sense."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WaiverError(f"{path.name} cannot be read: {error}") from error
    return parse(text, path.name)


def parse(text: str, name: str = "perf-waivers.toml") -> tuple[Waiver, ...]:
    """The waivers in a text of TOML, ``name`` of which messages tell; WaiverError where it makes no sense."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"{name} is no TOML: {error}") from error
    if unknown := sorted(table.keys() - {"waiver"}):
        raise WaiverError(f"{name}: unknown key {unknown[0]!r}; each waiver begins with [[waiver]]")
    entries = table.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WaiverError(f"{name}: each waiver begins with [[waiver]]")
    return tuple(_waiver(entry, f"{name}, waiver {n}") for n, entry in enumerate(entries, start=1))


def _waiver(entry: Mapping[str, object], where: str) -> Waiver:
    for key in sorted(entry.keys() - set(_KEYS)):
        near = get_close_matches(key, _KEYS, n=1, cutoff=0.3) or _KEYS
        raise WaiverError(f"{where}: unknown key {key!r}; nearest: {', '.join(near)}")
    if missing := [key for key in _KEYS if key not in entry]:
        raise WaiverError(f"{where}: missing {', '.join(missing)}")
    return Waiver(
        cell=_text(entry, "cell", where),
        metric=_metric(entry, where),
        ceiling_percent=_ceiling(entry, where),
        reason=_text(entry, "reason", where),
        expires=_day(entry, where),
    )


def _text(entry: Mapping[str, object], key: str, where: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise WaiverError(f"{where}: {key} = {value!r}: wanted a text that is not empty")
    return value


def _metric(entry: Mapping[str, object], where: str) -> str:
    value = _text(entry, "metric", where)
    names = list(dict.fromkeys(metric.name for load in Load for metric in metrics.compared_metrics(load)))
    if value not in names:
        near = get_close_matches(value, names, n=1, cutoff=0.3) or names
        raise WaiverError(f"{where}: unknown metric {value!r}; nearest: {', '.join(near)}")
    return value


def _ceiling(entry: Mapping[str, object], where: str) -> float:
    value = entry["ceiling_percent"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise WaiverError(f"{where}: ceiling_percent = {value!r}: wanted a number above 0, such as 3.0")
    return float(value)


def _day(entry: Mapping[str, object], where: str) -> date:
    value = entry["expires"]
    if isinstance(value, datetime) or not isinstance(value, date):
        raise WaiverError(f"{where}: expires = {value!r}: wanted a day without quotes, such as 2027-01-31")
    return value
