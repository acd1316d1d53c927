"""Instructions per request of one recorded count: what idling costs is taken off, nothing else is."""

from __future__ import annotations

from results.model import CostRecord, Interval

MOST = 1e15
"""Instructions that one request can take: days of them."""


def cost_per_request(record: CostRecord) -> tuple[float, ...]:
    """User-space instructions per request, one value per interval: (instructions - idle rate x seconds) / n.

    docs/method.md, section 7. ValueError where the record holds no interval, or one without requests or
    without cost.
    """
    if not record.intervals:
        raise ValueError(f"{record.cell.slug}: nothing was counted")
    return tuple(_per_request(record, interval) for interval in record.intervals)


def cost_of(record: CostRecord) -> float:
    """User-space instructions per request over all intervals together; ValueError as ``cost_per_request``."""
    cost_per_request(record)
    pooled = Interval(
        instructions=sum(interval.instructions for interval in record.intervals),
        seconds=sum(interval.seconds for interval in record.intervals),
        requests=sum(interval.requests for interval in record.intervals),
    )
    return _per_request(record, pooled)


def idle_rate(record: CostRecord) -> float:
    """Instructions per second while nothing was asked; 0 in process, where nothing idles.

    ValueError where the idle interval lasted no time.
    """
    if record.idle is None:
        return 0.0
    if record.idle.seconds <= 0:
        raise ValueError(f"{record.cell.slug}: the idle interval lasted no time")
    return record.idle.instructions / record.idle.seconds


def _per_request(record: CostRecord, interval: Interval) -> float:
    if interval.requests <= 0:
        raise ValueError(f"{record.cell.slug}: an interval without a request")
    value = (interval.instructions - idle_rate(record) * interval.seconds) / interval.requests
    if value <= 0:
        raise ValueError(f"{record.cell.slug}: an interval counted less than idling does")
    if value > MOST:
        raise ValueError(f"{record.cell.slug}: an interval counted more than can be")
    return value
