"""The file ``history.json``: extracts of runs, kept beside their pages or records, good for one code.

Whoever shows hundreds of runs reads these few kilobytes in place of records of megabytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from report.analysis.history.extract import RunExtract, extract_run
from results.codec import CodecError, decode, encode
from results.files import write_bytes_whole
from results.store import FILE as RECORD
from results.store import read

FILE = "history.json"
LAYOUT = 1
"""Of the file; grows when an older one could be misread."""
_ROOT = Path(__file__).resolve().parents[3]
_SOURCES = ("report/analysis/**/*.py", "report/stats/*.py", "results/*.py", "results/model/*.py")
"""The code that numbers of an extract depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractFile:
    """What the file holds."""

    layout: int = LAYOUT
    made_from: str
    """``key_of`` the records."""
    runs: tuple[RunExtract, ...]


def key_of(records: Iterable[Path]) -> str:
    """Digest over ``records`` and the code that extracts are made by; raises OSError."""
    digest = hashlib.sha256(_code().encode())
    for record in records:
        digest.update(hashlib.sha256(record.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(_ROOT.glob(pattern)):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def write_extracts(folder: Path, key: str, runs: Sequence[RunExtract]) -> Path:
    """Write the file into ``folder``, whole, and give its path; raises OSError."""
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes_whole(path, encode(ExtractFile(made_from=key, runs=tuple(runs))) + b"\n")
    return path


def read_extracts(folder: Path, key: str | None = None) -> tuple[RunExtract, ...] | None:
    """What the file in ``folder`` holds; None where there is none, or none that can be used.

    With ``key``, one that was made from other records or by other code cannot.
    """
    try:
        kept = decode(ExtractFile, (folder / FILE).read_bytes())
    except (OSError, CodecError):
        return None
    return kept.runs if kept.layout == LAYOUT and key in (None, kept.made_from) else None


def extract_folder(folder: Path) -> RunExtract:
    """The extract of the run recorded in ``folder``, which is kept there, where that can be written to.

    Raises RecordError where there is no record that can be read, and OSError.
    """
    key = key_of([folder / RECORD])
    if kept := read_extracts(folder, key):
        return kept[0]
    extract = extract_run(read(folder))
    with suppress(OSError):
        write_extracts(folder, key, [extract])
    return extract
