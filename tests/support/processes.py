"""Processes that a test starts by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


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
