"""Takes the records of runs into a site, each into a folder of its own."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from report.page.build import write_text
from report.page.names import safe_name
from report.page.site.data_page import RECORD
from results.files import write_bytes_whole
from results.model import Plan
from results.paths import without_paths
from results.store import LABEL, RecordError, read_label, read_plan


def take_in(source: Path, site: Path) -> str:
    """Copy record and label of the run in ``source``, without paths of the machine; the name of its folder.

    A run that is there already keeps its folder and the longer of both records: the other one was cut.
    Raises RecordError where ``source`` holds no run.
    """
    folder = site / _name_in(site, read_plan(source))
    folder.mkdir(exist_ok=True)
    content, record = without_paths((source / RECORD).read_bytes()), folder / RECORD
    if not is_readable(folder) or record.stat().st_size <= len(content):
        write_bytes_whole(record, content)
    if label := read_label(source):
        write_text(folder / LABEL, f"{label}\n")
    return folder.name


def _name_in(site: Path, plan: Plan) -> str:
    """Name of the folder of a run: that which holds it already, or one that no other run has."""
    there = {path.name.lower(): path for path in site.iterdir()}
    wanted = safe_name(plan.name)
    for number in count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        path = there.get(name.lower())
        if path is None:
            return name
        if path.is_dir() and (not is_readable(path) or _is_of(read_plan(path), plan)):
            return path.name
    raise AssertionError


def is_readable(folder: Path) -> bool:
    """Whether the folder holds a run."""
    with suppress(RecordError):
        read_plan(folder)
        return True
    return False


def _is_of(plan: Plan, other: Plan) -> bool:
    """Whether two plans are of the same run."""
    return (plan.name, plan.created_unix_s) == (other.name, other.created_unix_s)


def remove_parts(site: Path) -> None:
    """Remove what an interrupted writer left of files that it had not finished."""
    for part in site.rglob(".*.part"):
        part.unlink()
