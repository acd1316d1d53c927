"""Processes that a test starts by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

COVERAGE = "COVERAGE_PROCESS_CONFIG"
"""Where coverage counts child processes, they find its configuration in this variable."""


def uncounted() -> dict[str, str]:
    """The variables of this process without coverage of children, which are slow to start with it."""
    return {name: value for name, value in os.environ.items() if name != COVERAGE}


@contextmanager
def running(
    argv: Sequence[str], *, env: Mapping[str, str], stderr: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """A process that prints into a pipe; killed where the test fails: waiting for it would hide why."""
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def processes_in(folder: Path) -> list[int]:
    """Processes whose working directory lies in ``folder``."""
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                cwd = (entry / "cwd").readlink()
            except OSError:
                continue
            if cwd.is_relative_to(folder):
                pids.append(int(entry.name))
    return pids
