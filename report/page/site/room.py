"""Room for a site: where it takes too much, the oldest pages go first, then the oldest records."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from report import fmt
from report.page.site.kept import KeptRun


def size_of(folder: Path) -> int:
    """Bytes of all files in ``folder``."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def make_room(
    site: Path, old: Sequence[KeptRun], most_bytes: int, staying: Collection[str]
) -> tuple[str, ...]:
    """Remove pages of ``old`` runs (the newest first), then records, until ``most_bytes`` hold the site.

    Gives a sentence for each kind of what went. Folders of the names ``staying`` are left alone.
    """
    over = size_of(site) - most_bytes
    pages: list[str] = []
    for run in reversed(old):
        if over > 0 and run.page.is_file():
            over -= run.drop_page()
            pages.append(run.folder.name)
    records: list[str] = []
    left = list(old)
    while over > 0 and left:
        run = left.pop()
        used = {name for other in left if other.made for name in other.made.beside}
        over -= _drop(run, {*used, *staying})
        records.append(run.folder.name)
    return tuple(_sentences(pages, records))


def _drop(run: KeptRun, staying: Collection[str]) -> int:
    """Remove a run, and those shown with it alone; by how many bytes."""
    beside = run.made.beside if run.made else ()
    names = [run.folder.name, *(name for name in beside if name not in staying)]
    size = 0
    for folder in (run.folder.parent / name for name in names):
        if folder.is_dir():
            size += size_of(folder)
            shutil.rmtree(folder)
    return size


def _sentences(pages: Sequence[str], records: Sequence[str]) -> list[str]:
    """What went, the oldest first."""
    sentences = []
    if pages:
        sentences.append(f"the oldest pages went to make room, of {fmt.listed(pages)}")
    if records:
        sentences.append(f"the oldest records went too, of {fmt.listed(records)}")
    return sentences
