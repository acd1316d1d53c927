"""Figures of a benchmark beside the bars they must reach: printed as they come, counted where missed."""

from __future__ import annotations

import sys
from typing import NoReturn


class Bars:
    """Prints figures beside their bars, and remembers how many were missed; NaN reaches none."""

    def __init__(self) -> None:
        self.missed = 0

    def at_most(self, what: str, value: float, bar: float, unit: str = "%") -> None:
        """A figure that is to be ``bar`` or less."""
        self._figure(what, value, unit, f"at most {bar:g}", reached=value <= bar)

    def at_least(self, what: str, value: float, bar: float, unit: str = "%") -> None:
        """A figure that is to be ``bar`` or more."""
        self._figure(what, value, unit, f"at least {bar:g}", reached=value >= bar)

    def between(self, what: str, value: float, low: float, high: float, unit: str = "%") -> None:
        """A figure that is to lie from ``low`` to ``high``."""
        self._figure(what, value, unit, f"{low:g} to {high:g}", reached=low <= value <= high)

    def end(self) -> NoReturn:
        """Exit with status 1 where a bar was missed, else with 0."""
        print(f"{self.missed} bars missed" if self.missed else "all bars reached")
        sys.exit(bool(self.missed))

    def _figure(self, what: str, value: float, unit: str, bar: str, *, reached: bool) -> None:
        self.missed += not reached
        separator = "" if unit in {"", "%"} else " "
        print(
            f"{'ok ' if reached else 'NOT'} {what}: {value:.2f}{separator}{unit} ({bar}{separator}{unit})",
            flush=True,
        )
