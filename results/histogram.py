"""The latency histogram: HdrHistogram's layout on numpy, 1 us to 60 s with 3 significant digits, mergeable.

Counts are kept in HdrHistogram's own order, so that ``encode`` and ``decode`` are its V2 wire format
(compressed, base64) and any HdrHistogram tool reads what is recorded. Its Python percentile loop takes
milliseconds per histogram; here everything is vectorised.
"""

from __future__ import annotations

import binascii
import math
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from hdrh.codec import HdrCookieException, HdrHistogramEncoder, HdrLengthException
from hdrh.histogram import HdrHistogram
from numpy.typing import ArrayLike, NDArray

LOWEST_US = 1
HIGHEST_US = 60_000_000
SIGNIFICANT_DIGITS = 3
SAMPLES_BEYOND = 10
"""A percentile is shown only where at least this many samples lie beyond it."""

_HALF_BITS = 10  # 2048 sub-buckets: the smallest power of two that resolves 3 digits
_BUCKETS = HIGHEST_US.bit_length() - _HALF_BITS
_LENGTH = (_BUCKETS + 1) << _HALF_BITS


def _highest_equivalents() -> NDArray[np.int64]:
    """Largest value in us that is counted at each index."""
    index = np.arange(_LENGTH, dtype=np.int64)
    bucket = np.maximum((index >> _HALF_BITS) - 1, 0)
    sub_bucket = index - (bucket << _HALF_BITS)
    highest: NDArray[np.int64] = ((sub_bucket + 1) << bucket) - 1
    return highest


_VALUE_US = _highest_equivalents()


def _indices(values_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each value is counted: HdrHistogram's counts index."""
    bits = np.frexp(values_us.astype(np.float64))[1].astype(np.int64)
    bucket = np.maximum(bits - _HALF_BITS - 1, 0)
    return (bucket << _HALF_BITS) + (values_us >> bucket)


class Latency:
    """Counts of latencies in us; a value below 1 us counts as 1 us, one above 60 s as 60 s."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros(_LENGTH, dtype=np.int64)

    def record_ns(self, latencies_ns: ArrayLike) -> None:
        """Count latencies in ns, rounded to the nearest us."""
        rounded = (np.asarray(latencies_ns, dtype=np.int64) + 500) // 1000
        indices = _indices(np.clip(rounded, LOWEST_US, HIGHEST_US))
        self.counts += np.bincount(indices, minlength=_LENGTH)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return int(self.counts.sum())

    def encode(self) -> str:
        """HdrHistogram V2, compressed and base64."""
        wire = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
        np.frombuffer(wire.counts, dtype=np.int64)[:] = self.counts
        filled = np.flatnonzero(self.counts)
        if filled.size:
            wire.set_internal_tacking_values(int(filled[0]), int(filled[-1]), self.count)
        encoded: bytes = wire.encode()
        return encoded.decode("ascii")

    @classmethod
    def decode(cls, text: str) -> Latency:
        """Back from ``encode``; ValueError where it is no histogram of this range and precision."""
        try:
            wire = HdrHistogramEncoder.decode(text)
            _check(wire.payload)
            wire.init_counts(_LENGTH)
        except (HdrCookieException, HdrLengthException, IndexError, binascii.Error, zlib.error) as error:
            raise ValueError(f"not an HdrHistogram in V2 format: {error or type(error).__name__}") from error
        latency = cls.__new__(cls)
        latency.counts = np.frombuffer(wire.get_counts(), dtype=np.int64)
        return latency

    @classmethod
    def merge(cls, parts: Iterable[Latency]) -> Latency:
        """One histogram of all samples of ``parts``."""
        merged = cls()
        for part in parts:
            merged.counts += part.counts
        return merged

    def values(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(values in us, how often each was counted), ascending, as far as buckets tell them apart."""
        filled = np.flatnonzero(self.counts)
        return _VALUE_US[filled], self.counts[filled]

    def count_above(self, value_us: float) -> int:
        """How many samples are above ``value_us``, as far as buckets tell them apart."""
        return int(self.counts[value_us < _VALUE_US].sum())

    def percentiles(self, q: ArrayLike) -> NDArray[np.float64]:
        """Smallest recorded value in us that ``q`` percent of samples do not exceed; NaN without samples.

        The highest value equivalent to the bucket is given, as HdrHistogram's ``getValueAtPercentile`` does.
        """
        return self._values(q)[0]

    def shown(self, q: ArrayLike) -> NDArray[np.float64]:
        """``percentiles``, NaN where fewer than ``SAMPLES_BEYOND`` samples lie beyond."""
        values, beyond = self._values(q)
        return np.where(beyond >= SAMPLES_BEYOND, values, np.nan)

    def curve(self, steps_per_decade: int = 20) -> tuple[list[float], list[float]]:
        """(percentiles, us) evenly spaced on a 1/(1-p) axis, cut where samples beyond get too few."""
        decades = math.log10(max(self.count / SAMPLES_BEYOND, 1))
        steps = np.arange(math.floor(decades * steps_per_decade) + 1)
        q = 100 * (1 - 10 ** (-steps / steps_per_decade))
        values = self.shown(q)
        kept = ~np.isnan(values)
        return q[kept].tolist(), values[kept].tolist()

    def _values(self, q: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Value in us at each percentile, and how many samples lie beyond it."""
        cumulated = np.cumsum(self.counts)
        count = int(cumulated[-1])
        ranks = _ranks(q, count)
        if not count:
            return np.full(ranks.shape, np.nan), np.zeros_like(ranks)
        return _VALUE_US[np.searchsorted(cumulated, ranks)].astype(np.float64), count - ranks


def _ranks(q: ArrayLike, count: int) -> NDArray[np.int64]:
    """Rank from 1 of the sample at each percentile, by the nearest-rank method."""
    # 1e-9 of a sample keeps 99.9% of 10,000 at 9,990 whatever the binary fraction of 99.9 is
    exact = np.asarray(q, dtype=np.float64) * count / 100
    return np.maximum(np.ceil(exact - 1e-9 * max(count, 1)), 1).astype(np.int64)


def _check(header: Any) -> None:  # noqa: ANN401 - a ctypes structure of an untyped library
    layout = (header.lowest_trackable_value, header.highest_trackable_value, header.significant_figures)
    if layout != (LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS):
        raise ValueError(f"histogram of another range or precision: {layout}")
