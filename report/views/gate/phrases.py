"""The sentences and numbers of a judgement, for every output that is read by people."""

from __future__ import annotations

import shlex

from report import fmt
from report.analysis.gate.judgement import Judgement, Tier
from report.analysis.two_sides.changes import Basis
from report.analysis.two_sides.judged_changes import JudgedChange
from report.analysis.two_sides.pairings import title
from report.analysis.two_sides.verdicts import Verdict, percent_change
from results.model import Machine

ORDER = (
    Verdict.REGRESSION,
    Verdict.UNMEASURED,
    Verdict.WAIVED,
    Verdict.UNSEEN,
    Verdict.IMPROVEMENT,
    Verdict.FINE,
)
"""What is to be looked at first."""
LARGEST_SHARE_PERCENT = 100.0
"""Beyond it a smallest visible effect is no size to plan by: five pairs of a tail came to 20,000%."""


def ordered(rows: tuple[JudgedChange, ...]) -> list[JudgedChange]:
    """Worst words first, within them the largest difference first, then by name."""
    return sorted(rows, key=lambda row: (ORDER.index(row.verdict), -_size(row), title(row.change.pairing)))


def verdict(row: JudgedChange) -> str:
    """The word, with the smallest difference that would have been seen where none was."""
    if row.verdict == Verdict.UNSEEN and row.change.estimate:
        percent = percent_change(row.change.estimate.smallest_visible())
        visible = share(percent) if percent <= LARGEST_SHARE_PERCENT else "more than a factor of 2"
        return f"{row.verdict}, smallest visible {visible}" + ", inconclusive" * row.inconclusive
    return str(row.verdict)


def change(row: JudgedChange) -> str:
    """``+2.1% (+1.9% to +2.3%)`` in the metric's own direction; a dash where there is none."""
    ratio = row.change.ratio
    if ratio is None or ratio.low is None or ratio.high is None:
        return "-"
    return f"{signed(ratio.value)} ({signed(ratio.low)} to {signed(ratio.high)})"


def share(value_percent: float) -> str:
    """Two significant digits: ``0.13%``, ``7.9%``, ``15%``."""
    return f"{value_percent:.2f}%" if value_percent < 1 else fmt.percent(value_percent)


def signed(ratio: float) -> str:
    """A ratio as a change in percent with its sign."""
    value = 100 * (ratio - 1)
    digits = 1 if abs(value) >= 1 else 2
    return f"{value:+.{digits}f}%"


def levels(row: JudgedChange) -> str:
    """``209,000 -> 214,000 instructions``."""
    if row.change.base is None or row.change.head is None:
        return "-"
    return f"{fmt.number(row.change.base)} -> {fmt.number(row.change.head)} {row.change.metric.unit}"


def basis(row: JudgedChange) -> str:
    """What the estimate rests on."""
    if row.change.estimate is None:
        return ""
    stage = f" ({row.change.stage})" if row.change.stage else ""
    side = "" if row.change.basis == Basis.LAUNCH_PAIR else " a side"
    return f"{fmt.counted(row.change.estimate.n, row.change.basis)}{side}{stage}"


def remarks(row: JudgedChange) -> str:
    """What else is to be known, in one text."""
    return "; ".join(text for text in (row.said, *row.change.notes) if text)


def tier_text(tier: Tier) -> str:
    """What a tier could see."""
    cells = fmt.counted(tier.cells, "cell")
    if tier.noise_percent is None or tier.visible_percent is None:
        return f"{tier.name}: {cells}, nothing measured"
    unit = "count" if tier.name == "cost" else "launch pair"
    return (
        f"{tier.name}: {cells}, noise floor {share(tier.noise_percent)} (deviation of one {unit}), "
        f"smallest effect visible {share(tier.visible_percent)} (median over cells, 90% power)"
    )


def machine_text(machine: Machine) -> str:
    """The machine in one line."""
    cpus = fmt.counted(machine.logical_cpus, "logical CPU")
    kind = f", {machine.container}" if machine.container else ""
    return f"{machine.cpu_model}, {cpus}, {machine.memory_bytes / 2**30:.0f} GiB, {machine.system}{kind}"


def command(judgement: Judgement) -> str:
    """To measure it again."""
    return shlex.join(("hotlap", *judgement.command))


def _size(row: JudgedChange) -> float:
    return row.change.estimate.mean if row.change.estimate else 0.0
