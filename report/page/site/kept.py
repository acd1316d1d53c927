"""A run's folder in a site that is added to: what stays in it, and whether its page is what that gives."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from report.analysis.history.extract_files import FILE as EXTRACTS
from report.page.build import write_text
from report.page.site.data_page import RECORD
from report.page.site.layout import RUN
from results.codec import CodecError, decode, encode
from results.model import Plan
from results.store import LABEL, RecordError, read_plan

ROOT = Path(__file__).parents[3]
SOURCES = ("report/**/*.py", "report/page/templates/*", "results/*.py", "results/model/*.py")
"""What makes a page from a record: a change of it may change every page."""
MADE, ALONE = "made.json", "alone.html"
"""How the page was made; the page that stays when all further ones go."""
STAYING = frozenset({RECORD, LABEL, MADE, RUN, EXTRACTS})
"""Of a run that is not among the newest."""
LINK = re.compile(r'href="([A-Za-z0-9][\w.-]*)[#"]')
"""To a file beside a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How the page of a run was made: the file ``made.json`` beside it."""

    key: str
    """Digest of all that it was made from: ``digest_of``."""
    page: str
    """Digest of the page; empty: it went, to make room for newer ones."""
    alone: str = ""
    """Digest of the page that takes its place when the further pages of the run go."""
    verdict: str
    blocks: int
    """Blocks with trials."""
    beside: tuple[str, ...] = ()
    """Folders of the runs of which anything is shown within the page."""


@dataclass(slots=True, kw_only=True)
class KeptRun:
    """A run of the site."""

    folder: Path
    plan: Plan
    made: Made | None = None
    """None: nothing is known of its page."""

    @property
    def page(self) -> Path:
        """Its page, which may be gone."""
        return self.folder / RUN

    @property
    def is_whole(self) -> bool:
        """Whether its page is the one that was made, byte for byte."""
        return self.made is not None and digest_of_file(self.page) == self.made.page

    @property
    def is_current(self) -> bool:
        """Whether its page is what record and code give, or went to make room."""
        if self.made is None:
            return False
        return not self.made.page or (
            self.is_whole and self.made.key == digest_of(self.folder, self.made.beside)
        )

    def note(self, made: Made) -> None:
        """Keep how its page was made."""
        self.made = made
        write_made(self.folder, made)

    def retire(self) -> None:
        """Leave what stays of an old run: its page only where it is known how that was made."""
        if self.made is None:
            self.page.unlink(missing_ok=True)
        elif self.made.alone:
            self.page.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                (self.folder / ALONE).rename(self.page)
            self.note(replace(self.made, page=self.made.alone, alone=""))
        clear(self.folder, STAYING | self._linked())

    def _linked(self) -> set[str]:
        """Names of files beside the page that it leads to: it is to lead nowhere else."""
        if not self.page.is_file() or {path.name for path in self.folder.iterdir()} <= STAYING:
            return set()
        return set(LINK.findall(self.page.read_text(encoding="utf-8", errors="replace")))

    def drop_page(self) -> int:
        """Remove its page, to make room; by how many bytes."""
        size = self.page.stat().st_size
        self.page.unlink()
        if self.made:
            self.note(replace(self.made, page=""))
        return size


def read_kept(site: Path) -> tuple[list[KeptRun], list[str]]:
    """The runs of a site, the newest first, and of each folder that cannot be read why it is not shown."""
    runs: list[KeptRun] = []
    aside: list[str] = []
    for folder in sorted(path.parent for path in site.glob(f"*/{RECORD}")):
        try:
            runs.append(KeptRun(folder=folder, plan=read_plan(folder), made=_read_made(folder)))
        except RecordError as error:
            reason = error.message.replace(f"{folder}/", "")
            aside.append(f"{folder.name} is not shown, its files stay as they are: {reason}")
    runs.sort(key=lambda run: (-run.plan.created_unix_s, run.folder.name))
    return runs, aside


def _read_made(folder: Path) -> Made | None:
    with suppress(OSError, CodecError):
        return decode(Made, (folder / MADE).read_bytes())
    return None


def write_made(folder: Path, made: Made) -> None:
    """Write how the page in ``folder`` was made, last of all: what is torn has none, or another digest."""
    write_text(folder / MADE, encode(made).decode())


def digest_of(folder: Path, beside: Sequence[str]) -> str:
    """Of all that a run's page is made from: code, record, label, and the same of the runs shown with it."""
    content = hashlib.sha256(code_digest().encode())
    for name in (folder.name, *beside):
        for file in (RECORD, LABEL):
            path = folder.parent / name / file
            part = path.read_bytes() if path.is_file() else b""
            content.update(f"{name}/{file} {len(part)}\n".encode() + part)
    return content.hexdigest()


@cache
def code_digest() -> str:
    """Of the code that makes pages."""
    content = hashlib.sha256()
    for file in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()):
        content.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()


def digest_of_file(path: Path) -> str:
    """Of a page as it is on disk; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def clear(folder: Path, staying: Collection[str]) -> None:
    """Remove all that is in ``folder`` but files of the names ``staying``."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in staying:
            path.unlink()
