"""hotlap's own command line as a process of its own, watched until it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.paths import ROOT

PROGRAM = [sys.executable, "-c", "from runners.cli import main; main()"]
SAMPLE_S = 1.0
"""Between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that ended."""

    seconds: float
    exit_code: int
    peak_pss_bytes: int
    """The most memory that the harness had at one look: itself, its supervisors, its generator; no server."""
    peak_rss_bytes: int
    """The same as RSS, where what processes share counts for each."""
    folder: Path | None
    """Of the run that it recorded."""


def hotlap(words: Sequence[str], results: Path) -> Done:
    """Run ``hotlap`` with ``words``, records in ``results``; what it prints goes to our output."""
    before = set(results.glob("*/run.jsonl"))
    begun_s, peak = time.monotonic(), (0, 0)
    process = subprocess.Popen([*PROGRAM, *words, "--results", str(results.resolve())], cwd=ROOT)
    while True:
        try:
            exit_code = process.wait(SAMPLE_S)
        except subprocess.TimeoutExpired:
            now = harness_memory(process.pid)
            peak = max(peak[0], now[0]), max(peak[1], now[1])
        else:
            break
    new = sorted(set(results.glob("*/run.jsonl")) - before)
    return Done(
        seconds=time.monotonic() - begun_s,
        exit_code=exit_code,
        peak_pss_bytes=peak[0],
        peak_rss_bytes=peak[1],
        folder=new[-1].parent if new else None,
    )


def harness_memory(pid: int) -> tuple[int, int]:
    """(PSS, RSS) in bytes of the harness, its supervisors and its generator."""
    pss = rss = 0
    try:
        harness = psutil.Process(pid)
        for process in (harness, *harness.children(recursive=True)):
            words = " ".join(process.cmdline())
            if process.pid == pid or "runners.generator.process" in words or "supervisor.py" in words:
                memory = process.memory_full_info()
                pss, rss = pss + memory.pss, rss + memory.rss
    except psutil.Error:
        return pss, rss
    return pss, rss
