"""What a person sees while a run is made: one line that moves on a terminal, plain lines in CI."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from results.model import Failure, Trial
from results.text import plain_lines
from runners.experiments.progress import Amount, Watcher

QUIET_S = 30.0
"""Plain lines come at least this often while launches end."""
VERIFIED_LINES = 10
"""Launches between two plain lines of the verify stage."""


class PlainLines(Watcher):
    """Plain lines: stages, the time left at each block and every half minute, every failure."""

    def __init__(self, stream: TextIO | None = None, *, quiet_s: float = QUIET_S) -> None:
        self._stream = stream or sys.stderr
        self._clock = _Clock()
        self._quiet_s = quiet_s
        self._said_s = 0.0

    def say(self, text: str) -> None:
        self._said_s = time.monotonic()
        print(plain_lines(text), file=self._stream, flush=True)

    def verified(self, done: int, total: int, what: str = "verified") -> None:
        if done % VERIFIED_LINES == 0 or done == total:
            self.say(f"{what} {done}/{total} launches")

    def begin(self, amount: Amount) -> None:
        self._clock = _Clock(amount)
        self.say(
            f"measuring {amount.blocks} blocks of {amount.launches} launches and {amount.trials} trials, "
            f"about {span(amount.seconds)}"
        )

    def block(self, block: int) -> None:
        self._clock.block(block)
        self.say(self._clock.text())

    def trial(self, trial: Trial) -> None:
        self._clock.tick()
        if time.monotonic() - self._said_s > self._quiet_s:
            self.say(self._clock.text())

    def reached(self, percent: float | None) -> None:
        self._clock.reached_percent = percent

    def counting(self, launches: int, seconds: float, what: str = "counting instructions") -> None:
        self._clock = _Clock(_counted(launches, seconds))
        self.say(f"{what} in {launches} launches, about {span(seconds)}")

    def counted(self, done: int, about: str) -> None:
        self._clock.tick()
        if time.monotonic() - self._said_s > self._quiet_s:
            self.say(f"{done}/{self._clock.amount.trials} launches, {span(self._clock.left())} left")

    def failure(self, failure: Failure) -> None:
        self.say(failure_text(failure))


class TerminalBar(Watcher):
    """A bar with the time left, redrawn between trials only: no thread of ours wakes in a window."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]} left"))
        self._progress = Progress(*columns, console=self._console, auto_refresh=False, transient=True)
        self._task: TaskID | None = None
        self._clock = _Clock()

    def say(self, text: str) -> None:
        self._console.print(plain_lines(text), highlight=False, markup=False)

    def verified(self, done: int, total: int, what: str = "verified") -> None:
        if self._task is None:
            self._progress.start()
            self._task = self._progress.add_task(what, total=total, left="")
        left = f"{total - done} launches"
        self._progress.update(self._task, description=what, completed=done, total=total, left=left)
        self._progress.refresh()

    def begin(self, amount: Amount) -> None:
        self._clock = _Clock(amount)
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._progress.start()
        self._task = self._progress.add_task(
            "", total=amount.blocks * amount.trials, left=span(amount.seconds)
        )

    def block(self, block: int) -> None:
        self._clock.block(block)
        self._draw(self._clock.place)

    def trial(self, trial: Trial) -> None:
        self._clock.tick()
        rate = trial.requests / trial.window_s
        self._draw(f"{self._clock.place}  {trial.cell.stack} {trial.cell.scenario} {rate:,.0f}/s")

    def reached(self, percent: float | None) -> None:
        self._clock.reached_percent = percent

    def _draw(self, about: str) -> None:
        if self._task is not None:
            self._progress.update(
                self._task, completed=self._clock.done, description=about, left=span(self._clock.left())
            )
            self._progress.refresh()

    def counting(self, launches: int, seconds: float, what: str = "counting instructions") -> None:
        self.begin(_counted(launches, seconds))

    def counted(self, done: int, about: str) -> None:
        self._clock.tick()
        if self._task is not None:
            place = f"{done}/{self._clock.amount.trials}"
            left = span(self._clock.left())
            self._progress.update(self._task, advance=1, description=f"{place}  {about}", left=left)
            self._progress.refresh()

    def failure(self, failure: Failure) -> None:
        self.say(failure_text(failure))

    def end(self) -> None:
        self._progress.stop()
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


class _Clock:
    """Time left: the guess while the first block lasts, the measured pace after it."""

    def __init__(self, amount: Amount | None = None) -> None:
        self.amount = amount or Amount(blocks=0, launches=0, trials=0, trials_s=0.0)
        self.done = 0
        """Trials that are over, or were due in blocks that are."""
        self.reached_percent: float | None = None
        """Half-width of the widest ratio, where there is one yet."""
        self._begun = time.monotonic()
        self._block = self.amount.before
        self._within = 0

    def block(self, block: int) -> None:
        """Block number ``block`` begins: those before it are over, whatever failed in them."""
        self._block, self._within = block, 0
        self.done = (block - self.amount.before) * self.amount.trials

    def tick(self) -> None:
        """One more trial of the block is over; repeats do not make a block longer than it is."""
        if self._within < self.amount.trials:
            self._within += 1
            self.done += 1

    @property
    def place(self) -> str:
        """``block 2/8, ratios within ±3.1%``."""
        within = f", ratios within ±{self.reached_percent:.2g}%" if self.reached_percent is not None else ""
        return f"block {self._block + 1}/{self.amount.last}{within}"

    def text(self) -> str:
        """``place``, how far it is, and the time left."""
        trials = f", {self._within} of {self.amount.trials} trials" if self._within else ""
        return f"{self.place}{trials}, {span(self.left())} left"

    def left(self) -> float:
        """Seconds."""
        total = self.amount.blocks * self.amount.trials
        passed_s = time.monotonic() - self._begun
        if not self.done or (self.amount.blocks > 1 and self._block == self.amount.before):
            return max(self.amount.seconds - passed_s, 0.0)
        return passed_s / self.done * (total - self.done)


def _counted(launches: int, seconds: float) -> Amount:
    return Amount(blocks=1, launches=0, trials=launches, trials_s=seconds)


def watcher() -> Watcher:
    """The watcher that fits standard error."""
    return TerminalBar() if sys.stderr.isatty() else PlainLines()


def span(seconds: float) -> str:
    """``seconds`` as a person says it: ``40 s``, ``6 min``, ``2 h 05 min``."""
    minutes = round(seconds / 60)
    if seconds < 90:  # noqa: PLR2004 - below that, minutes are too coarse
        return f"{max(0, round(seconds))} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"  # noqa: PLR2004


def failure_text(failure: Failure) -> str:
    """A failure as a few lines: which cell, what happened, what to try, the log's tail."""
    name = failure.cell.slug if failure.cell else failure.stack
    lines: Iterable[str] = [f"FAILED {name} ({failure.stage}): {failure.message}"]
    if failure.remedy:
        lines = [*lines, f"  try: {failure.remedy}"]
    if failure.log_tail:
        lines = [*lines, *(f"  | {line}" for line in failure.log_tail.splitlines()[-10:])]
    return plain_lines("\n".join(lines))
