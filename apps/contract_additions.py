"""What the price list adds to ``json``, one thing at a time, and where the effect of each can be seen.

Standard library only. All additions are asked the same request, at paths of one length, so that what a
request takes more is the addition and nothing else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from apps import contract

NONE = "none"
"""The name of nothing added."""
ADDITIONS = (
    NONE,
    "cors",
    "sessions",
    "gzip",
    "middleware",
    "middleware-2",
    "base-middleware",
    "base-middleware-2",
    "hooks",
    "access-log",
    "opentelemetry",
    "sentry",
    "sentry-traces",
    "prometheus",
    "rate-limit",
)
"""Each has a target of its own, but for the first, which is the default target."""

ORIGIN = "https://shop.example"
"""The one origin that CORS lets in."""
CLIENT_HEADER = "X-Client"
"""Names the client whose requests are limited."""
CLIENTS = 120
LIMIT_PER_MINUTE = 600_000
"""Requests of one client that are let through: more than any stack answers."""
SESSION_SECRET = "a-shared-secret-of-32-bytes-here"  # noqa: S105 - a benchmark's fixture
LONG = 100
"""Greetings of the answer that is long enough to be compressed."""
SENTRY_DSN = "https://public@sentry.invalid/1"
"""Nothing is sent there: the transport drops all of it."""


def addition_path(addition: str) -> str:
    """Path of the only route that is timed, which answers as ``json``."""
    return f"/json/{ADDITIONS.index(addition):02d}"


def effects_path(addition: str) -> str:
    """Path that shows what the addition has done, where headers do not."""
    return f"{addition_path(addition)}/effects"


def broken_path(addition: str) -> str:
    """Path that raises an exception, for what reports them."""
    return f"{addition_path(addition)}/broken"


def visit(session: MutableMapping[str, Any]) -> None:
    """Count one more visit in ``session``: reads it and writes it."""
    session["visits"] = session.get("visits", 0) + 1


def visits(session: MutableMapping[str, Any]) -> dict[str, Any]:
    """How many visits ``session`` holds, without counting this one."""
    return {"visits": session.get("visits", 0)}


def long_answer() -> dict[str, Any]:
    """Answer that is worth compressing, about 1.7 KB of JSON."""
    return {"messages": [contract.greeting()] * LONG}


def effects(count: int) -> dict[str, Any]:
    """How often an addition did its work in this process: lines, spans or events."""
    return {"process": os.getpid(), "count": count}


def share_metrics() -> None:
    """Let all workers keep their metrics in one folder in TMPDIR; before prometheus_client is imported.

    https://prometheus.github.io/client_python/multiprocess/
    """
    folder = Path(tempfile.gettempdir(), "metrics")
    folder.mkdir(exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
