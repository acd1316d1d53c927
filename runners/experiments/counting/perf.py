"""Counting by ``perf stat``, where the hardware counts instructions: real ones, with nothing slowed down."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from results.model import InstructionCounter
from runners.errors import CostError, PlanError
from runners.launching.server import READY_DEADLINE_S

EVENT = "instructions:u"
END_S = 10.0
"""How long perf may take to write its count when it was told to end; it needs some ms."""
COUNT = re.compile(r"^(\d+),[^,]*,instructions", re.MULTILINE)
ALLOW_COUNTERS = (
    "leave --counter out to count by callgrind, or allow hardware counters (kernel.perf_event_paranoid)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Perf:
    """perf as it is installed here, on hardware that counts."""

    version: str

    @property
    def name(self) -> InstructionCounter:
        """As records say it."""
        return InstructionCounter.PERF

    @property
    def tool(self) -> str:
        """Such as ``perf version 6.1``."""
        return self.version

    @property
    def ready_s(self) -> float:
        """Until a first answer: nothing is slowed down."""
        return READY_DEADLINE_S

    def under(self, folder: Path) -> tuple[str, ...]:  # noqa: ARG002 - a counter is asked with its folder
        """Nothing: perf attaches to what runs."""
        return ()

    def reading(self, folder: Path) -> PerfReading:
        """Reads a tree; ``folder`` gets what perf says."""
        return PerfReading(folder=folder)


def find() -> Perf:
    """Perf, counting something to see that it can; raises PlanError where it is missing or cannot."""
    if shutil.which("perf") is None:
        raise PlanError("there is no perf", remedy="install perf (Debian: apt-get install linux-perf)")
    argv = ["perf", "stat", "-x", ",", "-e", EVENT, "true"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not COUNT.search(done.stderr):
        said = " ".join(done.stderr.split())[-200:]
        raise PlanError(f"the hardware counts no instructions here: {said}", remedy=ALLOW_COUNTERS)
    version = subprocess.run(["perf", "--version"], capture_output=True, text=True, check=False)
    return Perf(version=version.stdout.strip())


@dataclass(slots=True)
class PerfReading:
    """Reads the counts of a tree: one ``perf stat`` from each reading to the next."""

    folder: Path
    _pids: tuple[int, ...] = field(default=(), init=False)
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, pids: Collection[int]) -> None:
        """Count from here on in ``pids`` and what they start."""
        self._pids = tuple(pids)
        self._begin()

    def read(self) -> int:
        """Instructions since the last reading."""
        process, self._running = self._running, None
        if process is None:
            raise CostError("perf does not run", remedy=ALLOW_COUNTERS)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.wait()
            raise CostError(f"perf did not end within {END_S:g} s", remedy=ALLOW_COUNTERS) from error
        said = self._said.read_text(encoding="utf-8", errors="replace")
        counts = COUNT.findall(said)
        if not counts:
            raise CostError(f"perf counted nothing: {' '.join(said.split())[-200:]}", remedy=ALLOW_COUNTERS)
        self._begin()
        return sum(map(int, counts))

    def close(self) -> None:
        """End the perf that runs."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    @property
    def _said(self) -> Path:
        return self.folder / "perf.csv"

    def _begin(self) -> None:
        """Start perf, counting nothing yet, tell it to count and wait until it says that it does."""
        control, order = os.pipe()
        reply, acknowledged = os.pipe()
        argv = ["perf", "stat", "-x", ",", "-o", str(self._said), "-e", EVENT, "-D", "-1"]
        pids = ",".join(map(str, self._pids))
        with os.fdopen(order, "wb", buffering=0) as sink, os.fdopen(reply, "rb", buffering=0):
            try:
                self._running = subprocess.Popen(
                    [*argv, "--control", f"fd:{control},{acknowledged}", "-p", pids],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(control, acknowledged),
                )
            finally:
                os.close(control)
                os.close(acknowledged)
            sink.write(b"enable\n")
            ready, _, _ = select.select([reply], [], [], END_S)
            if not ready or not os.read(reply, 16).startswith(b"ack"):
                raise CostError("perf does not begin to count", remedy=ALLOW_COUNTERS)
