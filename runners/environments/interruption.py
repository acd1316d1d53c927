"""An interruption reaches what builds in other threads: what they run ends, and they begin nothing more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runners.errors import ProvisionError

if TYPE_CHECKING:
    from runners.processes.tree import ProcessTree

LOOK_S = 0.05
"""Between two looks of a thread that waits for another process whether it still should."""

_interrupted = threading.Event()
_running: set[ProcessTree] = set()


@contextmanager
def reaching_threads() -> Iterator[None]:
    """Where this context is left by an exception, all that runs under ``noted`` ends, in whatever thread."""
    try:
        yield
    except BaseException:
        _interrupted.set()
        for tree in tuple(_running):
            tree.stop()
        raise


@contextmanager
def beginning_anew() -> Iterator[None]:
    """Outermost: forgets the interruption at its end, once no thread is left that should heed it."""
    try:
        yield
    finally:
        _interrupted.clear()


@contextmanager
def noted(tree: ProcessTree) -> Iterator[None]:
    """``tree`` ends with an interruption."""
    _running.add(tree)
    try:
        must_go_on()
        yield
    finally:
        _running.discard(tree)


def must_go_on() -> None:
    """Raise ProvisionError where there was an interruption."""
    if _interrupted.is_set():
        raise ProvisionError("interrupted", remedy="start again: what is built already is kept")


def wait_a_little() -> None:
    """Wait until the next look; raises ProvisionError where there was an interruption."""
    _interrupted.wait(LOOK_S)
    must_go_on()
