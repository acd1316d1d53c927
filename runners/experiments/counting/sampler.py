"""Sampling by py-spy: which Python functions are at work in a process, looked at from outside.

It reads the memory of a process that it stops for some 0.1 ms each time, and needs to be allowed to (ptrace).
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from runners.errors import CostError, PlanError
from runners.launching.server import READY_DEADLINE_S

RATE_PER_S = 500
BEGIN_S = 20.0
"""How long py-spy may take until it looks into a process; it needs some 50 ms."""
END_S = 20.0
"""How long it may take to write what it saw."""
BEGUN = b"Sampling process"
"""In the line that py-spy prints when it begins."""
REFUSED = re.compile(r"permission denied|operation not permitted", re.IGNORECASE)
INSTALL_SAMPLER = "pip install 'hotlap[profile]', which brings py-spy, or leave out --where"
ALLOW_LOOKING = (
    "run it as root, or let processes look into others of their user (sysctl kernel.yama.ptrace_scope=0); "
    "a container needs --cap-add SYS_PTRACE"
)
TARGET = "print(flush=True); input()"
"""A program that says when it runs, and ends when its input does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """py-spy as it is installed here, allowed to look into processes."""

    binary: str
    tool: str
    """Such as ``py-spy 0.4.3``."""

    @property
    def ready_s(self) -> float:
        """Until a first answer: nothing is slowed down."""
        return READY_DEADLINE_S

    def under(self, folder: Path) -> tuple[str, ...]:  # noqa: ARG002 - a tool is asked with its folder
        """Nothing: it attaches to what runs."""
        return ()

    def reading(self, folder: Path) -> SamplerReading:
        """Looks into a tree; ``folder`` gets what py-spy writes."""
        return SamplerReading(binary=self.binary, folder=folder)


def find() -> Sampler:
    """py-spy, once it looked into a process; raises PlanError where it is missing or may not."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    binary = shutil.which("py-spy", path=beside)
    if binary is None:
        raise PlanError("--where needs py-spy, which is not installed", remedy=INSTALL_SAMPLER)
    _must_be_allowed(binary)
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    return Sampler(binary=binary, tool=version.stdout.strip())


def _must_be_allowed(binary: str) -> None:
    argv = [sys.executable, "-S", "-E", "-c", TARGET]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as target:
        assert target.stdout is not None  # noqa: S101 - a pipe, as asked for above
        target.stdout.readline()
        look = [binary, "dump", "--pid", str(target.pid)]
        done = subprocess.run(look, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stdout + done.stderr
        if REFUSED.search(said):
            raise PlanError("py-spy may not look into other processes here", remedy=ALLOW_LOOKING)
        raise PlanError(f"py-spy does not work here: {_tail(said)}", remedy=INSTALL_SAMPLER)


@dataclass(slots=True)
class SamplerReading:
    """Looks into the processes of one launch: a py-spy for each, from ``start`` to ``read``."""

    binary: str
    folder: Path
    lines: Counter[str] = field(default_factory=Counter, init=False)
    """How often each stack was seen at work, by the text that py-spy writes of it."""
    _running: list[_Looking] = field(default_factory=list, init=False)

    def start(self, pids: Collection[int]) -> None:
        """Look into ``pids``, those of them that run Python; raises CostError where none can be."""
        self._running = [_Looking(self.binary, pid, self.folder) for pid in sorted(pids)]
        begun = [looking for looking in self._running if looking.has_begun()]
        if not begun:
            said = " ".join(looking.said() for looking in self._running)
            self.close()
            remedy = ALLOW_LOOKING if REFUSED.search(said) else "read what py-spy says"
            raise CostError(f"py-spy cannot look into the server: {_tail(said)}", remedy=remedy)
        for looking in self._running:
            if looking not in begun:
                looking.kill()
        self._running = begun

    def read(self) -> int:
        """Stop looking; how many stacks were seen at work since ``start``. Raises CostError."""
        for looking in self._running:
            looking.ask_to_end()
        seen = sum((looking.seen() for looking in self._running), Counter[str]())
        self._running = []
        self.lines.update(seen)
        return seen.total()

    def close(self) -> None:
        """End every py-spy that runs."""
        for looking in self._running:
            looking.kill()
        self._running = []


class _Looking:
    """One py-spy that looks into one process."""

    def __init__(self, binary: str, pid: int, folder: Path) -> None:
        self._output = folder / f"py-spy.{pid}.txt"
        self._output.unlink(missing_ok=True)
        self._said = b""
        self._process = subprocess.Popen(
            [
                *(binary, "record", "--pid", str(pid), "--rate", str(RATE_PER_S)),
                *("--format", "raw", "--output", str(self._output)),
                *("--full-filenames", "--function"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # an interruption is ours to hand on
        )

    def has_begun(self) -> bool:
        """Wait until it looks; False where it ended, or does not begin."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked for above
        until_s = time.monotonic() + BEGIN_S
        while BEGUN not in self._said and (left_s := until_s - time.monotonic()) > 0:
            if not select.select([self._process.stdout], [], [], left_s)[0]:
                break
            piece = os.read(self._process.stdout.fileno(), 4096)
            if not piece:
                break
            self._said += piece
        return BEGUN in self._said

    def said(self) -> str:
        """What it printed until now."""
        return self._said.decode("utf-8", "replace")

    def ask_to_end(self) -> None:
        """Let it stop looking and write what it saw."""
        self._process.send_signal(signal.SIGINT)

    def seen(self) -> Counter[str]:
        """How often each stack was seen, once it has ended; raises CostError where it does not tell."""
        try:
            self._said += self._process.communicate(timeout=END_S)[0]
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise CostError(f"py-spy did not end within {END_S:g} s", remedy="look again") from error
        if self._process.returncode or not self._output.is_file():
            raise CostError(f"py-spy wrote nothing: {_tail(self.said())}", remedy="read what py-spy says")
        text = self._output.read_text(encoding="utf-8", errors="replace")
        self._output.unlink()
        return _counts(text)

    def kill(self) -> None:
        """End it at once, with what it wrote."""
        self._process.kill()
        self._process.communicate()
        self._output.unlink(missing_ok=True)


def _counts(text: str) -> Counter[str]:
    """Lines of py-spy's raw format: functions divided by ``;``, then how often."""
    counts: Counter[str] = Counter()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        counts[stack] += int(count)
    return counts


def _tail(said: str) -> str:
    return " ".join(said.split())[-300:] or "it says nothing"
