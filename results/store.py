"""The record of a run on disk: one file of JSON lines that is only appended to, the plan first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from results.codec import CodecError, UnknownValueError, decode, encode
from results.model import (
    SCHEMA,
    BlockEnd,
    BlockStart,
    CostRecord,
    CostSamples,
    CostShares,
    Failure,
    Finding,
    Launch,
    LifecycleRecord,
    Plan,
    Record,
    Run,
    Trial,
)
from results.replay import Replay

T = TypeVar("T")
FILE = "run.jsonl"
LABEL = "label.txt"
"""Beside a record: a line that its maker wants to be read at the head of all pages of it."""
LONGEST_LABEL = 200
TYPES: dict[str, type[Record]] = {
    "launch": Launch,
    "trial": Trial,
    "cost": CostRecord,
    "cost-shares": CostShares,
    "cost-samples": CostSamples,
    "lifecycle": LifecycleRecord,
    "failure": Failure,
    "finding": Finding,
    "block-start": BlockStart,
    "block-end": BlockEnd,
}
"""By the ``type`` of a line; line 1 is a ``plan``."""
_NAMES: dict[type, str] = {kind: name for name, kind in TYPES.items()} | {Plan: "plan"}


class _Head(msgspec.Struct):
    """What is looked at first in a line: the type of the record, and the schema where it is the plan."""

    type: object = None
    schema: object = None


class RecordError(Exception):
    """A record could not be written or read; ``remedy`` says what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class ExistsError(RecordError):
    """A run of that name is recorded already."""


class Writer:
    """The one appender of a run's file, which it keeps locked until ``close``."""

    def __init__(self, path: Path, flags: int) -> None:
        """Open and lock ``path``; RecordError where another process writes it."""
        self.path = path
        self._fd = os.open(path, flags | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            _lock(self._fd, path)
        except BaseException:
            os.close(self._fd)
            raise

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.path.parent

    def append(self, record: Record | Plan) -> None:
        """Write one line and flush it to disk; RecordError where it cannot be kept whole."""
        line = to_line(record)
        try:
            before = os.fstat(self._fd).st_size
            written = os.write(self._fd, line)
            if written < len(line):
                os.ftruncate(self._fd, before)
                raise RecordError(f"{self.path}: the disk is full", remedy="make room, then --resume the run")
            os.fsync(self._fd)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def mend(self) -> None:
        """Let the file end with a whole line: complete the last one, or move it aside where it is torn."""
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if not (tail := content[whole:]):
            return
        if _is_whole(tail):
            os.write(self._fd, b"\n")
        else:
            _keep(self.path, tail)
            os.ftruncate(self._fd, whole)
        os.fsync(self._fd)

    def close(self) -> None:
        """Release the file; closing twice is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_new(root: Path, plan: Plan) -> Writer:
    """As ``create``; where there is a run of that name, under the next one, such as ``20261125-120000-2``."""
    for number in count(1):
        with suppress(ExistsError):
            return create(root, replace(plan, name=plan.name if number == 1 else f"{plan.name}-{number}"))
    raise AssertionError


def create(root: Path, plan: Plan) -> Writer:
    """Begin ``<root>/<plan.name>/run.jsonl`` with the plan; ExistsError where there is one already."""
    folder = root / plan.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writer = Writer(folder / FILE, os.O_CREAT | os.O_EXCL)
    except FileExistsError as error:
        remedy = f"--resume {folder}, or choose another name"
        raise ExistsError(f"{folder} holds a run already", remedy=remedy) from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    writer.append(plan)
    _flush_folder(folder)
    return writer


def reopen(path: Path) -> Writer:
    """Go on with the run in ``path`` (folder or file); a torn last line is first moved aside.

    RecordError where there is no run, its plan is unreadable or newer, or another process writes it.
    """
    file = _file(path)
    try:
        writer = Writer(file, 0)
    except OSError as error:
        raise _unreadable(file, error) from error
    try:
        read_plan(file)
        writer.mend()
    except BaseException:
        writer.close()
        raise
    return writer


def read(path: Path) -> Run:
    """The run in ``path`` (folder or file).

    A line that cannot be read becomes one of ``Run.problems``; RecordError only where there is no run,
    line 1 is no plan, or a newer major schema wrote it.
    """
    file = _file(path)
    replay = Replay(read_plan(file))
    problems = [
        f"{torn.name}: a line torn by an interruption, set aside when the run was resumed"
        for torn in _torn(file)
    ]
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if number == 1 or not line.strip():
                continue
            try:
                replay.take(_record(line))
            except CodecError as error:
                problems.append(f"line {number}: {error} ({_advice(line, error)})")
    return replace(replay.run(tuple(problems)), label=read_label(file.parent))


def read_label(folder: Path) -> str:
    """What the maker of the run in ``folder`` says of it, a line; empty where nothing is said."""
    with suppress(OSError):
        text = (folder / LABEL).read_text(encoding="utf-8", errors="replace")
        return " ".join(text.split())[:LONGEST_LABEL]
    return ""


def to_line(record: Record | Plan) -> bytes:
    """``record`` as a line; RecordError where JSON cannot hold it, as with NaN."""
    name = _NAMES[type(record)]
    try:
        return encode(record, type=name) + b"\n"
    except (TypeError, ValueError) as error:
        cell = getattr(record, "cell", None)
        about = f"{name} of {cell.slug}" if cell else name
        raise RecordError(f"{about} cannot be recorded: {error}", remedy="please report this") from error


def _record(line: bytes) -> Record:
    name = decode(_Head, line).type
    kind = TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownValueError(f"unknown type of record: {name!r:.40}")
    return _decode(kind, line)


def _decode(kind: type[T], line: bytes) -> T:
    """A ``kind``; the path in a CodecError begins with the type of the record."""
    try:
        return decode(kind, line)
    except CodecError as error:
        raise type(error)(error.reason, f"{_NAMES[kind]}{error.path}") from None


def _advice(line: bytes, error: CodecError) -> str:
    """What became of a line that cannot be read, or what to do about it."""
    if not line.endswith(b"\n"):
        return "torn: the writer was interrupted, or still writes"
    if isinstance(error, UnknownValueError):
        return f"was {FILE} written by a newer hotlap? then update this one"
    return f"was {FILE} changed since it was written? then restore it, or measure again"


def read_plan(path: Path) -> Plan:
    """The plan of the run in ``path`` (folder or file) alone; RecordError where line 1 is none.

    The schema is judged before anything else.
    """
    file = _file(path)
    remedy = "it is no run of hotlap, or was never begun: measure again"
    try:
        with file.open("rb") as lines:
            line = lines.readline()
        head = decode(_Head, line)
        if head.type != "plan":
            raise RecordError(f"{file}: line 1 is no plan", remedy=remedy)
        _check_schema(file, head.schema)
        return _decode(Plan, line)
    except UnknownValueError as error:
        remedy = "update hotlap, where a newer one wrote it"
        raise RecordError(f"{file}: line 1: {error}", remedy=remedy) from None
    except CodecError as error:
        raise RecordError(f"{file}: line 1 is no plan: {error}", remedy=remedy) from None
    except OSError as error:
        raise _unreadable(file, error) from error


def _check_schema(file: Path, schema: object) -> None:
    major = schema[0] if isinstance(schema, list) and schema else None
    if isinstance(major, int) and major != SCHEMA[0]:
        age = "a newer" if major > SCHEMA[0] else "an older"
        message = f"{file} was written by {age} hotlap (schema {major}, this one reads {SCHEMA[0]})"
        remedy = "update hotlap" if major > SCHEMA[0] else "read it with that one, or measure again"
        raise RecordError(message, remedy=remedy)


def _is_whole(line: bytes) -> bool:
    try:
        decode(_Head, line)
    except CodecError:
        return False
    return True


def _keep(file: Path, tail: bytes) -> None:
    """Write ``tail`` to the first free ``run.jsonl.torn-<n>``."""
    free = (file.with_name(f"{file.name}.torn-{number}") for number in count(1))
    with next(path for path in free if not path.exists()).open("xb") as kept:
        kept.write(tail)
        kept.flush()
        os.fsync(kept.fileno())
    _flush_folder(file.parent)


def _torn(file: Path) -> Iterable[Path]:
    return sorted(file.parent.glob(f"{file.name}.torn-*"))


def _file(path: Path) -> Path:
    return path / FILE if path.is_dir() else path


def _lock(descriptor: int, path: Path) -> None:
    import fcntl  # noqa: PLC0415 - not everywhere, but records are to be read everywhere

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        remedy = "wait until it ends, or end it"
        raise RecordError(f"{path} is being written by another hotlap", remedy=remedy) from error


def _flush_folder(folder: Path) -> None:
    """Make a new name in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> RecordError:
    return RecordError(f"{path} cannot be written: {error.strerror}", remedy="check --results and the disk")


def _unreadable(path: Path, error: OSError) -> RecordError:
    return RecordError(
        f"{path} cannot be read: {error.strerror}", remedy="name a run's folder or its run.jsonl"
    )
