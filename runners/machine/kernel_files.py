"""Where the kernel shows what a machine is: the roots of ``/sys`` and ``/proc``, and a file as text."""

from __future__ import annotations

from pathlib import Path

SYS = Path("/sys")
PROC = Path("/proc")


def cpu_folder() -> Path:
    """What the kernel says of the CPUs: a folder each, and files about all of them."""
    return SYS / "devices" / "system" / "cpu"


def text(path: Path) -> str:
    """Content of ``path`` without surrounding blanks; empty where there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
