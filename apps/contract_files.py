"""Files of the contract: the one that ``static`` serves from disk, and what ``upload`` tells of one."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

STATIC_FOLDER = Path(__file__).parent / "static"
"""Where an app finds the file; hotlap puts it there beside the copy of the apps that a server imports."""
STATIC_NAME = "50k.bin"
STATIC_BYTES = 50_000
STATIC_MODIFIED_UNIX_S = 1_735_689_600
"""When the file was last changed, wherever it is put: the start of 2025 (UTC)."""
NO_FILE = {"detail": "file: a file is wanted"}
"""Answer of ``upload`` to a form without one, where a framework has none of its own."""


def static_bytes() -> bytes:
    """What is in the file: bytes that cannot be compressed."""
    blocks = (sha256(b"%d" % index).digest() for index in range(STATIC_BYTES // 32 + 1))
    return b"".join(blocks)[:STATIC_BYTES]


def uploaded(name: str, content: bytes) -> dict[str, Any]:
    """Answer of ``upload``: what arrived."""
    return {"name": name, "size": len(content), "sha256": sha256(content).hexdigest()}
