"""Writes a synthetic run as hotlap records one."""

from __future__ import annotations

from collections.abc import Iterator

from results.model import BlockEnd, BlockStart, Launch, Record, Run, Trial
from results.store import to_line


def record_lines(run: Run) -> Iterator[bytes]:
    """The lines of a record of ``run``, in an order in which it could have been made."""
    yield to_line(run.plan)
    for block in sorted({trial.block for trial in run.trials}):
        yield to_line(BlockStart(block=block, started_unix_s=run.plan.created_unix_s))
        measured: tuple[Launch | Trial, ...] = (*run.launches, *run.trials)
        yield from (to_line(record) for record in measured if record.block == block)
        yield to_line(BlockEnd(block=block, seconds_measuring=4.0, seconds_total=8.0))
    rest: tuple[Record, ...] = (*run.costs, *run.samples, *run.failures)
    yield from (to_line(record) for record in rest)
