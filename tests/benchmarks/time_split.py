"""Where the time of a recorded run went."""

from __future__ import annotations

from dataclasses import dataclass

from results.model import Run, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """Seconds of a run by what was done."""

    total_s: float
    launching_s: float
    """First answers of all launches added up, also where several started at once."""
    warming_s: float
    turns_s: float
    """Inside turns that count."""
    windows_s: float
    """Inside whole windows that count."""
    not_counted_s: float
    """Turns and windows of trials that were repeated."""
    blocks_s: float
    """All blocks from begin to end."""

    @property
    def counted_percent(self) -> float:
        """Share of the total inside turns and windows that count."""
        return 100 * (self.turns_s + self.windows_s) / self.total_s

    def lines(self) -> list[str]:
        """A line each, with shares of the total."""
        within = self.launching_s + self.warming_s + self.turns_s + self.windows_s + self.not_counted_s
        parts = {
            "turns that count": self.turns_s,
            "windows that count": self.windows_s,
            "turns and windows of repeated trials": self.not_counted_s,
            "warm-ups": self.warming_s,
            "launches until their first answers": self.launching_s,
            "rest of the blocks": self.blocks_s - within,
            "outside blocks: environments, verify, report": self.total_s - self.blocks_s,
        }
        return [f"    {what:46} {own:6.1f} s {own / self.total_s:6.1%}" for what, own in parts.items()]


def time_split(run: Run, total_s: float) -> TimeSplit:
    """How ``total_s`` of wall time were split, by what the run recorded."""
    return TimeSplit(
        total_s=total_s,
        launching_s=sum(launch.first_answer_s or 0.0 for launch in run.launches),
        warming_s=sum(trial.warmup_s for trial in (*run.trials, *run.partial)),
        turns_s=_measured_s([trial for trial in run.trials if trial.turns]),
        windows_s=_measured_s([trial for trial in run.trials if not trial.turns]),
        not_counted_s=_measured_s(run.partial),
        blocks_s=sum(block.seconds_total for block in run.blocks),
    )


def _measured_s(trials: tuple[Trial, ...] | list[Trial]) -> float:
    return sum(trial.window_s for trial in trials)
