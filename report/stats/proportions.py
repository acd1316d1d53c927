"""Shares of two samples that were counted: by how much they differ, and how sure that is."""

from __future__ import annotations

import math


def standard_error(count: int, n: int) -> float:
    """Standard error of the share ``count``/``n`` of ``n`` independent samples (binomial)."""
    share = count / n
    return math.sqrt(share * (1 - share) / n)


def difference(base: tuple[int, int], head: tuple[int, int]) -> tuple[float, float]:
    """(head's share less base's, standard error), each side given as (count, n), n at least 1.

    The error is that of shares which are not pooled (Wald); of two that are nearly 0 it is small, yet never
    so small that one sample more would be three errors.
    """
    change = head[0] / head[1] - base[0] / base[1]
    error = math.hypot(standard_error(*base), standard_error(*head))
    return change, max(error, math.hypot(0.5 / base[1], 0.5 / head[1]))
