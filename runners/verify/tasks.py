"""Do promised tasks run: behind their answer, each of them, and once; as the server's processes noted it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runners.verify import words
from runners.verify.checks import Checks
from scenarios.exchange import Deferred

TRIES = 5
"""On a busy machine we may look late; a task that runs before its answer is never behind it."""
SETTLE_S = 5.0
"""A task that has not run so long after the last answer is lost."""
LOOK_S = 0.005


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each task was accepted and has run, by its id, over all processes of a server."""

    accepted: Counter[bytes]
    ran: Counter[bytes]

    @property
    def is_settled(self) -> bool:
        """Whether all that was accepted has run, each as often as it was accepted."""
        return self.accepted == self.ran

    def difference(self) -> str:
        """What is wrong, in words."""
        lost, extra = (self.accepted - self.ran).total(), (self.ran - self.accepted).total()
        kinds = {"were lost": lost, "ran without being accepted, or twice": extra}
        told = " and ".join(f"{count:,} {kind}" for kind, count in kinds.items() if count)
        return f"of {self.accepted.total():,} accepted tasks {told} ({SETTLE_S:g} s after the last answer)"


def count(folder: Path) -> Counted:
    """What the files of ``folder`` say (``apps/contract_tasks.py`` writes them)."""
    lines = b"".join(path.read_bytes() for path in folder.iterdir()).split()
    accepted = Counter(line[1:] for line in lines if line[:1] == b"+")
    return Counted(accepted, Counter(line[1:] for line in lines if line[:1] == b"-"))


def check_tasks(checks: Checks, make: Callable[[Random], Deferred], folder: Path, random: Random) -> None:
    """Demand that the task of ``make`` runs behind its answer, and that of all asked so far none is lost."""
    for _ in range(TRIES):
        deferred = make(random)
        exchange, task = deferred.exchange, b"%d" % deferred.task
        answer = checks.ask(exchange)
        counted = count(folder)
        if answer is None or not checks.is_right(exchange, answer):
            return
        if task not in counted.accepted:
            checks.differences.append(words.message(exchange, "answered, and the task was not accepted"))
            return
        if task not in counted.ran:
            break
    else:
        problem = f"the task had run before its answer came, {TRIES} times of {TRIES}"
        checks.differences.append(words.message(exchange, problem))
    if difference := difference_after(folder, least=1):
        checks.differences.append(difference)


def difference_after(folder: Path, *, least: int) -> str:
    """What became of the tasks once all were asked, where that is wrong; empty: all of them ran, once.

    ``least``: so many were accepted, as answers say. What is right is forgotten: the files stay small.
    """
    deadline_s = time.monotonic() + SETTLE_S
    while not (counted := count(folder)).is_settled and time.monotonic() < deadline_s:
        time.sleep(LOOK_S)
    if not counted.is_settled:
        return counted.difference()
    if counted.accepted.total() < least:
        return f"{least:,} tasks were answered, and {counted.accepted.total():,} accepted"
    for path in folder.iterdir():
        os.truncate(path, 0)
    return ""
