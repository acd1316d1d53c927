"""What the gate promises, tried for real: ``python -m tests.benchmarks.gate_calibration``, hours in full.

Each try is a whole ``hotlap gate`` on two copies of the apps: the same (A/A), with a busy loop in every
request of the head whose share is measured first, or with a wait. Under load a try has two sentinels, each
measured as it would be among twelve. Every try is appended to a file of JSON lines as soon as
it is made; what the file holds is printed beside the bars, so that it may be done in several sittings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

from report.analysis.cost_records import cost_of
from results.model import BOTH_SIDES, Load, SideName, Trial
from results.store import read
from runners.machine.facts import machine
from tests.support.burning_apps import burning
from tests.support.paths import ROOT

PROGRAM = [sys.executable, "-c", "from runners.cli import main; main()"]
FRAMEWORK = "starlette"
LOADED = f"{FRAMEWORK}--uvicorn-standard--json"
SENTINELS = (LOADED, f"{FRAMEWORK}--granian-asgi--json")
"""Of a try of the load tier; what a loop costs is told by the first."""
COUNTED = (f"{FRAMEWORK}--in-process--json", LOADED)
"""Tries of the cost tier take them in turn."""
CPU, COST = "cpu_us_per_request", "instructions_per_request"
WORDS = ("regression", "could not measure", "no regression seen", "improvement", "fine")
"""Worst first."""
ANY = ""
"""In place of a metric: whatever decides of any sentinel."""
TRIAL_LOOPS = {CPU: 1500, COST: 400}
"""Loops whose cost is measured first: enough to be seen well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What came of one gate; a line of the file."""

    part: str
    cell: str
    word: str
    """Of the row that decides."""
    inconclusive: bool
    exit_code: int
    percent: float | None
    """How much worse the head was measured to be."""
    visible_percent: float | None
    loops: int
    pairs: int | None
    """Launch pairs, or counts, that the verdict rests on."""
    seconds: float
    said: str = ""
    metric: str = ""
    """What the row that decides is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A count over tries and where it must lie."""

    title: str
    holds: Callable[[Try], bool]
    at_least: float | None = None
    """Share of the tries."""
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One promise: how it is tried, how often, and what must come of it."""

    name: str
    title: str
    metric: str
    injected: float = 0.0
    """Share of a request's cost that the head does in vain."""
    waiting: str = ""
    """How the head waits: one of ``burning_apps.WAITS``."""
    tries: int
    bars: tuple[Bar, ...]


def alarm(attempt: Try) -> bool:
    return attempt.word == "regression"


def measured(attempt: Try) -> bool:
    return attempt.word != "could not measure"


NO_ALARM = Bar(title="false alarms", holds=alarm, at_most=0.0)
MEASURED = Bar(title="measured", holds=measured, at_least=1.0)
PARTS = (
    Part(
        name="cost-aa",
        title="cost tier, A/A",
        metric=COST,
        tries=60,
        bars=(NO_ALARM, MEASURED),
    ),
    Part(
        name="cost-1",
        title="cost tier, +1% of instructions",
        metric=COST,
        injected=0.01,
        tries=20,
        bars=(Bar(title="found", holds=alarm, at_least=1.0),),
    ),
    Part(
        name="load-aa",
        title="load tier, A/A",
        metric=ANY,
        tries=20,
        bars=(NO_ALARM, MEASURED),
    ),
    *(
        Part(
            name=f"load-{100 * share:g}",
            title=f"load tier, +{100 * share:g}% of CPU per request",
            metric=CPU,
            injected=share,
            tries=10,
            bars=(Bar(title="found", holds=alarm, at_least=least),),
        )
        for share, least in ((0.03, 0.7), (0.045, 0.9), (0.10, 1.0))
    ),
    *(
        Part(
            name=f"wait-{name}",
            title=f"load tier, {title}",
            metric=ANY,
            waiting=waiting,
            tries=10,
            bars=(Bar(title="found", holds=alarm, at_least=1.0),),
        )
        for name, waiting, title in (
            ("sleep", "sleep", "40 ms asleep in every request"),
            ("lock", "lock", "a lock held for 1 ms in every request"),
            ("yield", "yielding lock", "a lock held across an await in every request"),
            ("seldom", "seldom", "2 ms asleep in one request of twenty"),
        )
    ),
)


def main() -> None:
    """Make the tries that are asked for, then print what the file holds."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="hotlap-calibration-") as folder:
        workshop = Workshop(Path(folder), arguments.budget)
        for part in PARTS:
            if part.name in arguments.part:
                try_out(part, arguments.tries or part.tries, workshop, arguments.record)
    print("\n".join((where(), *report(_recorded(arguments.record)))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [part.name for part in PARTS]
    parser.add_argument("--part", action="append", choices=names, help="may be repeated; else all")
    parser.add_argument("--tries", type=int, help="of each part; else what the promise says")
    parser.add_argument("--budget", type=float, default=4.0, help="minutes of one gate")
    parser.add_argument("--record", type=Path, default=Path("gate-calibration.jsonl"), help="appended to")
    parser.add_argument("--report-only", action="store_true", help="make no try, print what the file holds")
    found = parser.parse_args()
    found.part = () if found.report_only else tuple(found.part or names)
    return found


class Workshop:
    """Makes apps that burn a wanted share of a request, and runs gates on them."""

    def __init__(self, folder: Path, budget: float) -> None:
        self.folder = folder
        self.budget = budget
        self._loops: dict[tuple[str, str, float], int] = {}

    def apps(self, loops: int, waiting: str = "") -> Path:
        """A folder of apps whose framework counts to ``loops`` and waits, made once."""
        folder = self.folder / f"loops-{loops}-{waiting.replace(' ', '-')}" / "apps"
        return folder if folder.exists() else burning(folder, FRAMEWORK, loops, waiting)

    def loops(self, metric: str, cell: str, share: float) -> int:
        """How many loops cost ``share`` of a request of ``cell``, by measuring what some cost.

        First of many, which are seen well, then of as many as these let expect: what one costs was seen to
        differ between the two by a tenth.
        """
        if share and (metric, cell, share) not in self._loops:
            wanted = TRIAL_LOOPS[metric]
            for _ in range(2):
                base, head = self._levels(metric, cell, self.judged(metric, cell, wanted)["run"])
                each = (head - base) / wanted
                print(f"{cell}: one of {wanted} loops costs {each:.4g} of {base:,.4g} {metric}", flush=True)
                wanted = round(share * base / each)
            self._loops[metric, cell, share] = wanted
        return self._loops.get((metric, cell, share), 0)

    def _levels(self, metric: str, cell: str, run: str) -> tuple[float, float]:
        """Cost of a request of base and head in a recorded gate, whatever its verdict."""
        recorded = read(self.folder / "results" / run)
        if metric == COST:
            base, head = (
                median(cost_of(each) for each in recorded.costs if each.side == side) for side in BOTH_SIDES
            )
            return base, head
        return levels(recorded.trials, cell)

    def judged(self, metric: str, cell: str, loops: int, waiting: str = "") -> dict[str, Any]:
        """The verdict of one gate: its deciding row of ``cell``, exit code and seconds."""
        sides = ("--base-rev", str(self.apps(0)), "--head-rev", str(self.apps(loops, waiting)))
        options = ("--budget", str(self.budget), "--results", str(self.folder / "results"), "--json")
        begun = time.monotonic()
        done = subprocess.run(
            [*PROGRAM, "gate", *_tier(metric, cell), *sides, *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout:
            raise SystemExit(f"the gate gave no verdict: {done.stderr}")
        data = json.loads(done.stdout)
        return {
            "row": telling_row(data["rows"], metric, cell),
            "run": data["run"],
            "exit_code": done.returncode,
            "seconds": time.monotonic() - begun,
        }


def _tier(metric: str, cell: str) -> list[str]:
    if metric == COST:
        return ["--no-load", "--cell", cell]
    return ["--no-cost", *(word for sentinel in SENTINELS for word in ("--sentinel", sentinel))]


def telling_row(rows: Iterable[dict[str, Any]], metric: str, cell: str) -> dict[str, Any]:
    """Of the rows that decide that of ``metric`` and ``cell``; where any may tell, the worst of all."""
    deciding = [row for row in rows if row["decides"]]
    if metric == ANY:
        return min(deciding, key=lambda row: WORDS.index(row["word"]) if row["word"] in WORDS else len(WORDS))
    return next(row for row in deciding if row["metric"] == metric and row["cell"].startswith(cell))


def levels(trials: Iterable[Trial], cell: str) -> tuple[float, float]:
    """CPU per request of base and head in us: the base's median, and that times the median ratio of a pair.

    Of closed load on ``cell``: a request costs more where a server is not saturated. Within a pair both met
    the same noise, so that its ratio varies far less than a side's own level.
    """
    pairs: dict[tuple[str, int], dict[str, float]] = {}
    for trial in trials:
        if trial.cell.load == Load.CLOSED and trial.cell.slug.startswith(cell):
            cpu_us = (trial.server_cpu_ns or 0) / 1e3 / trial.requests
            pairs.setdefault((trial.stage, trial.block), {})[trial.side] = cpu_us
    whole = [pair for pair in pairs.values() if len(pair) == len(BOTH_SIDES)]
    base = median(pair[SideName.BASE] for pair in whole)
    return base, base * median(pair[SideName.HEAD] / pair[SideName.BASE] for pair in whole)


def try_out(part: Part, tries: int, workshop: Workshop, record: Path) -> None:
    """Make ``tries`` of one promise, each recorded as it is made."""
    for number in range(tries):
        cell = COUNTED[number % len(COUNTED)] if part.metric == COST else LOADED
        loops = workshop.loops(part.metric, cell, part.injected)
        one = _tried(part, loops, workshop.judged(part.metric, cell, loops, part.waiting))
        with record.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(one)) + "\n")
        seen = "-" if one.percent is None else f"{one.percent:+.2f}%"
        told = f"{one.cell}, {one.metric}: {one.word} {seen}, {one.seconds:.0f} s"
        print(f"{part.name} {number + 1}/{tries} {told}", flush=True)


def _tried(part: Part, loops: int, judged: dict[str, Any]) -> Try:
    row, worse = judged["row"], judged["row"]["worse"]
    return Try(
        part=part.name,
        cell=row["cell"],
        metric=row["metric"],
        word=row["word"],
        inconclusive=row["inconclusive"],
        exit_code=judged["exit_code"],
        percent=worse["percent"] if worse else None,
        visible_percent=worse["smallest_visible_percent"] if worse else None,
        loops=loops,
        pairs=worse["n"] if worse else None,
        seconds=judged["seconds"],
        said=row["said"] or "",
    )


def where() -> str:
    """Machine and day, which the figures are of."""
    found = machine()
    kind = f", {found.container}" if found.container else ""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return f"{found.cpu_model}, {found.logical_cpus} logical CPUs, {found.system}{kind}; {day}"


def _recorded(record: Path) -> list[Try]:
    if not record.is_file():
        return []
    return [Try(**json.loads(line)) for line in record.read_text(encoding="utf-8").splitlines()]


def report(tries: Iterable[Try]) -> list[str]:
    """Each promise that was tried beside its bar."""
    made = list(tries)
    lines = []
    for part in PARTS:
        own = [one for one in made if one.part == part.name]
        if own:
            seen = _told_by(own) if part.metric == ANY else _seen(own)
            seconds = sum(one.seconds for one in own) / len(own)
            lines += [f"{part.title}: {len(own)} of {part.tries} tries, {seen}, {seconds:.0f} s each"]
            lines += [f"  {_against(bar, own)}" for bar in part.bars]
    return lines or ["no try was recorded"]


def _told_by(own: list[Try]) -> str:
    """How often which metric told: what each was measured to be cannot be averaged."""
    told = Counter(one.metric for one in own)
    return "told by " + ", ".join(f"{metric} ({count})" for metric, count in told.most_common())


def _seen(own: list[Try]) -> str:
    seen = [one.percent for one in own if one.percent is not None]
    if not seen:
        return "nothing measured"
    mean = sum(seen) / len(seen)
    spread = sqrt(sum((value - mean) ** 2 for value in seen) / max(len(seen) - 1, 1))
    return f"measured {mean:+.2f}% with a spread of {spread:.2f}%"


def _against(bar: Bar, own: list[Try]) -> str:
    count, total = sum(map(bar.holds, own)), len(own)
    if bar.at_least is not None:
        met, word = count >= bar.at_least * total, f"at least {bar.at_least * total:g}"
    else:
        met, word = count <= (bar.at_most or 0.0) * total, f"at most {(bar.at_most or 0.0) * total:g}"
    return f"{bar.title}: {count} of {total}, {word}: {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    main()
