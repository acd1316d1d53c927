"""Keeps a run as a reference run: ``python -m tests.support.reference_run FOLDER [NAME]``.

It writes the record without paths of the machine, and the label, into ``results/NAME`` (``reference`` unless
given), and refuses a record that tells more of the machine than it should.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from results.paths import paths_in, without_paths
from results.store import FILE, LABEL, read
from tests.support.paths import ROOT

SAYS = "2 shared cores: ratios travel, absolute numbers do not"
"""Of every run that is kept so."""
KEPT = ROOT / "results"
ADDRESS = re.compile(r"https?://[^\s\"\\]+|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
LOOPBACK = re.compile(r"(?:https?://)?127\.0\.0\.1\b|0\.0\.0\.0$")
NO_NAMES = {"", "localhost"}
"""What a machine without a name is called."""


def tells(record: bytes) -> Iterator[str]:
    """What in a record tells of a machine: paths, this machine's name, addresses but those of loopback."""
    text = record.decode("utf-8", errors="replace")
    yield from paths_in(record)
    yield from (address for address in ADDRESS.findall(text) if not LOOPBACK.match(address))
    name = platform.node()
    if name not in NO_NAMES and re.search(rf"\b{re.escape(name)}\b", text):
        yield name


def keep(source: Path, name: str = "reference", folder: Path = KEPT) -> Path:
    """Keep the run in ``source``; the folder that it is in now."""
    record = without_paths((source / FILE).read_bytes())
    if told := list(tells(record)):
        raise SystemExit(f"{source} tells of the machine: {', '.join(told)}")
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    (target / FILE).write_bytes(record)
    (target / LABEL).write_text(f"{SAYS}\n", encoding="utf-8")
    if problems := read(target).problems:
        raise SystemExit(f"{source} is not whole: {problems}")
    return target


if __name__ == "__main__":
    source, *names = sys.argv[1:]
    sys.stdout.write(f"{keep(Path(source), names[0] if names else 'reference')}\n")
