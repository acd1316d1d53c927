"""What fails in ``errors``, what is answered then, and where it is logged; standard library only."""

from __future__ import annotations

import os
import tempfile
from typing import Any

WHOLE = 1_000_000
LOG_MOST_BYTES = 4 * 2**20
"""A log that would become longer begins again, as it lies in memory."""


def share(n: int) -> dict[str, Any]:
    """Answer of ``errors``: a whole divided by ``n``, and an exception where that is zero."""
    return {"n": n, "share": WHOLE // n}


def internal_error() -> dict[str, Any]:
    """Answer of ``errors`` to an exception that no handler was written for."""
    return {"detail": "Internal Server Error"}


class ErrorLog:
    """A file for what is logged in TMPDIR, a tmpfs under hotlap; nameless, so that no process leaves one."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="hotlap-errors-")  # noqa: SIM115 - open as long as the process
        self._size = 0

    def write(self, text: str) -> int:
        """Write at once; from the beginning again where the log is full."""
        data = text.encode("utf-8", "backslashreplace")
        if self._size + len(data) > LOG_MOST_BYTES:
            self._file.truncate(0)
            self._size = 0
        self._size += os.pwrite(self._file.fileno(), data, self._size)
        return len(text)

    def flush(self) -> None:
        """Do nothing: all was written."""

    def close(self) -> None:
        """Close the file, which is gone then."""
        self._file.close()


def logging_config() -> dict[str, Any]:
    """Configuration of ``logging``: what app, framework and server log as an error goes to an ``ErrorLog``.

    In the form of ``logging.config.dictConfig``; its loggers are those of uvicorn, gunicorn and granian.
    """
    to_log = {"handlers": ["errors"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR", "stream": ErrorLog()}},
        "root": {"level": "ERROR", "handlers": ["errors"]},
        "loggers": {"uvicorn.error": to_log, "gunicorn.error": to_log, "_granian": to_log},
    }
