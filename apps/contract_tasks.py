"""The tasks of ``background``: accepted with the answer, run behind it, and both noted to be counted.

Every process of a server notes in a file of its own: tasks are counted over all workers, and none is asked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

TASK_ID_MAX = 2**31 - 1
WAIT_MAX_MS = 1000
"""A task waits so long at most before it notes that it ran."""
FOLDER = os.environ.get("HOTLAP_TASKS")
"""Where processes note their tasks; unset: nobody counts them."""

_files: dict[int, int] = {}


def accept(task_id: int) -> dict[str, Any]:
    """Note that a task was accepted; the answer of ``background``. Called before the answer is sent."""
    _note(b"+%d\n" % task_id)
    return {"id": task_id, "state": "accepted"}


def ran(task_id: int) -> None:
    """Note that a task has run: the work of it, and its end."""
    _note(b"-%d\n" % task_id)


def _note(line: bytes) -> None:
    """Append ``line`` to the file of this process, in one write that no other one can come between."""
    process = os.getpid()
    if process not in _files:
        path = Path(FOLDER) / str(process) if FOLDER else Path(os.devnull)
        _files[process] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(_files[process], line)
