"""The access log of the price list: a line of JSON for each request, by ``logging``, into memory.

Standard library only, the same for all frameworks; each calls ``log`` from its own form of middleware.
"""

from __future__ import annotations

import json
import logging
import time

from apps.contract_errors import ErrorLog


class JsonLines(logging.Formatter):
    """Writes a record as one object, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def format(self, record: logging.LogRecord) -> str:
        """Level, time and message of ``record`` with what was given as ``request``."""
        self.count += 1
        shown = {"time": record.created, "level": record.levelname, "event": record.getMessage()}
        return json.dumps(shown | record.__dict__["request"])


_lines = JsonLines()
_logger = logging.getLogger("access")
_logger.setLevel(logging.INFO)
_logger.propagate = False
_handler = logging.StreamHandler(ErrorLog())
_handler.setFormatter(_lines)
_logger.addHandler(_handler)


def log(method: str, path: str, status: int, begun_s: float) -> None:
    """Log one request that was answered now; it came at ``begun_s`` of ``time.perf_counter``."""
    duration_ms = round(1000 * (time.perf_counter() - begun_s), 3)
    request = {"method": method, "path": path, "status": status, "duration_ms": duration_ms}
    _logger.info("request", extra={"request": request})


def lines() -> int:
    """Lines that were logged so far in this process."""
    return _lines.count
