"""What is asked of synchronous handlers and of handlers that compute, and where each of them must run.

Standard library only. ``asyncio`` is not imported: in a process without it no event loop runs.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle
from typing import Any

from apps import contract

POOL_THREADS = 40
"""Threads for the synchronous handlers of one worker: anyio's own number, and what servers give WSGI apps."""
TURNING_STEPS, TURNING_OFFSETS = 777, range(4)
"""This number of steps begins with the next of the offsets on every call: a checksum that was kept shows."""
_offsets = cycle(TURNING_OFFSETS)


class WrongPlaceError(RuntimeError):
    """A handler was called on the event loop though it belongs into a thread, or the other way round."""


def greeting() -> str:
    """What ``json-sync`` says: as ``contract.greeting``, in a thread beside the event loop only."""
    _must_be_in_thread()
    return contract.greeting()


def blocked(ms: int) -> dict[str, Any]:
    """Answer of ``delay-threadpool``, after that many milliseconds in which its thread is blocked."""
    _must_be_in_thread()
    time.sleep(ms / 1000)
    return contract.delay_answer(ms)


def computed(n: int) -> dict[str, Any]:
    """Answer of ``cpu``, computed in a thread beside the event loop, or where there is none."""
    _must_be_in_thread()
    return cpu_answer(n)


def computed_inline(n: int) -> dict[str, Any]:
    """Answer of ``cpu-inline``, computed on the event loop."""
    if not _on_event_loop():
        raise WrongPlaceError("called in a thread, wanted on the event loop")
    return cpu_answer(n)


def cpu_answer(n: int) -> dict[str, Any]:
    """Answer of ``cpu`` and ``cpu-inline``: a checksum that takes ``n`` steps of plain Python."""
    return cpu_checksum(n, next(_offsets) if n == TURNING_STEPS else 0)


def cpu_checksum(n: int, offset: int) -> dict[str, Any]:
    """As ``cpu_answer``, from so much more than ``n``."""
    checksum = n + offset
    for step in range(n):
        checksum = (checksum * 31 + step) & 0xFFFFFFFF
    return {"n": n, "checksum": checksum}


def _must_be_in_thread() -> None:
    if _on_event_loop():
        raise WrongPlaceError("called on the event loop, wanted in a thread")


def _on_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None  # noqa: SLF001 - as get_running_loop, without an exception
