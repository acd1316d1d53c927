"""What generators must have in common to be one, and what tells their machines apart."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import runners

ROOT = Path(runners.__file__).parents[1]
SOURCES = (
    "apps/__init__.py",
    "apps/contract*.py",
    "results/**/*.py",
    "runners/*.py",
    "runners/generator/**/*.py",
    "runners/http/*.py",
    "runners/machine/*.py",
    "runners/processes/*.py",
    "scenarios/*.py",
)
"""Modules of ours that a generator's process imports: a change of one may change what is measured."""


def identity() -> str:
    """What two generators must have in common to be one: hotlap's version, and a hash of ``SOURCES``."""
    try:
        version = metadata.version("hotlap")
    except metadata.PackageNotFoundError:
        version = "unknown"
    return f"{version}+{_digest()}"


def sources() -> list[Path]:
    """Files of ``SOURCES``, in the same order on every machine."""
    return sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))


@lru_cache(maxsize=1)
def _digest() -> str:
    content = hashlib.sha256()
    for file in sources():
        content.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:10]


def this_machine() -> str:
    """What tells this machine (or container) from another: its boot, and its view of processes."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - a link that cannot be resolved
