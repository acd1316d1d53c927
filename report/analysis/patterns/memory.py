"""Memory that grows with what is asked."""

from __future__ import annotations

from statistics import median

from report.analysis.patterns.pattern import Pattern, Seen
from results.model import Trial

GROWN_BYTES = 16 * 2**20
"""Memory that a server may take in one launch until it is warm."""
A_CONNECTION_BYTES = 64 * 2**10
"""Memory that it may take besides for each connection."""
FILLED_BYTES, FILLED_WITHIN_S = 10**9, 3600.0
"""Growth is told where so much would be taken within so long."""


def _asked(trial: Trial) -> float:
    """Requests between the two readings of memory, if those of the warm-up came as fast as what counts."""
    led_in = trial.turns.led_in if trial.turns else 0
    counted = trial.requests + led_in + trial.asked_besides
    return counted * (trial.warmup_s + trial.window_s) / trial.window_s


def _growing_memory(seen: Seen) -> str:
    grown = [
        trial.memory_pss_bytes - trial.memory_before_bytes
        for trial in seen.trials
        if trial.memory_pss_bytes is not None and trial.memory_before_bytes is not None
    ]
    least = GROWN_BYTES + A_CONNECTION_BYTES * seen.cell.connections
    if len(grown) < len(seen.trials) or median(grown) < least:
        return ""
    a_request = median(taken / _asked(trial) for taken, trial in zip(grown, seen.trials, strict=True))
    a_second = a_request * median(trial.requests / trial.window_s for trial in seen.trials)
    if a_second * FILLED_WITHIN_S < FILLED_BYTES:
        return ""
    what = "a request"
    if any(trial.asked_besides for trial in seen.trials):
        what += " of this or of what took turns with it"
    return (
        f"{a_request / 1e3:.3g} KB {what} over {len(grown)} launches: 1 GB within "
        f"{FILLED_BYTES / a_second / 60:.2g} minutes at this rate"
    )


GROWING_MEMORY = Pattern(
    name="growing-memory",
    title="memory grows with requests",
    evidence="Memory (PSS) from before the warm-up to the end grew by more than "
    f"{GROWN_BYTES >> 20} MiB and {A_CONNECTION_BYTES >> 10} KiB a connection (median over launches), and "
    f"would by 1 GB within {FILLED_WITHIN_S / 3600:g} hour at this rate.",
    cause="Something keeps a part of every request: a cache without a limit, a list that only grows.",
    remedy="Look at what is kept by its input, and at what is appended to for as long as it runs.",
    find=_growing_memory,
)
