"""The rates of an open load: what ``--rate`` may say, and the cells that it makes of closed ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from results.model import Arrivals, Cell, Load
from runners.errors import PlanError

OPEN_CONNECTIONS = 1024
"""The most connections that an open load may open, unless asked otherwise."""
EQUAL_SHARE = 0.5
"""Of the slowest stack's capacity, for ``--rate equal``: low enough for all, enough for requests to meet."""
MOST_RPS = 1_000_000.0
"""The highest rate that is accepted: no generator offers more, and far below it late sends flag the trial."""
DEFAULT_ARRIVALS = Arrivals.POISSON
"""Unless asked otherwise: users who know nothing of each other arrive so, and queues form at bursts."""
NO_REUSE = "--reuse is of closed load: an open one opens connections as arrivals need them"
"""Why a rate and a limit of requests on a connection do not go together."""
_GRAMMAR = "--rate 500 (per second), --rate 50% (of each stack's capacity), --rate equal, --rate closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One value of ``--rate``."""

    kind: str
    """``absolute``, ``share`` of capacity, ``equal`` for all stacks, or ``closed``: the closed load too."""
    value: float = 0.0
    """Arrivals per second, or a share of 1."""


def parse(texts: Iterable[str]) -> tuple[Rate, ...]:
    """The rates that ``texts`` ask for, each once; raises PlanError, saying what is understood."""
    return tuple(dict.fromkeys(_parse(text.strip()) for text in texts))


def arrivals_of(asked: str | None, *, offered: bool) -> Arrivals:
    """How requests arrive; raises PlanError for no kind of arrivals, or where no open load is ``offered``."""
    if asked is None:
        return DEFAULT_ARRIVALS
    if asked not in set(Arrivals):
        raise PlanError(f"unknown arrivals {asked!r}", remedy="--arrivals poisson or --arrivals constant")
    if not offered:
        raise PlanError("--arrivals is of an open load, and none was asked for", remedy=_GRAMMAR)
    return Arrivals(asked)


def need_capacity(rates: Iterable[Rate]) -> bool:
    """Whether closed capacity is to be measured first."""
    return any(rate.kind in {"share", "equal"} for rate in rates)


def warnings(rates: Iterable[Rate]) -> list[str]:
    """What is allowed and probably not meant."""
    return [
        f"--rate {100 * rate.value:g}% is more than a stack can serve: its waiting lines only grow"
        for rate in rates
        if rate.kind == "share" and rate.value > 1
    ]


def open_cells(
    cells: Iterable[Cell],
    rates: Collection[Rate],
    *,
    arrivals: Arrivals,
    caps: Collection[int] = (),
    capacities: Mapping[Cell, float] | None = None,
    floors: Collection[str] = (),
) -> tuple[Cell, ...]:
    """The cells that ``rates`` make of the closed ``cells``, in their order.

    ``capacities`` are those of closed cells (a control has its original's), ``floors`` the frameworks that
    an equal rate does not look at. A cell whose capacity is not known has no share of it.
    """
    cells, known = tuple(cells), capacities or {}
    best: dict[Cell, float] = {}
    for cell, value in known.items():
        best[_capacity_key(cell)] = max(value, best.get(_capacity_key(cell), 0.0))
    made: dict[Cell, None] = {}
    for cell in cells:
        for rate in rates:
            if rate.kind == "closed":
                made[cell] = None
            elif rps := _rps(rate, cell, best, floors):
                made |= {
                    replace(cell, load=Load.OPEN, connections=cap, rate_rps=rps, arrivals=arrivals): None
                    for cap in caps or (OPEN_CONNECTIONS,)
                }
    return tuple(made)


def _rps(rate: Rate, cell: Cell, best: Mapping[Cell, float], floors: Collection[str]) -> float | None:
    own = best.get(_capacity_key(cell))
    if rate.kind == "absolute":
        return rate.value
    if rate.kind == "share":
        return own and _readable(own * rate.value, digits=4)
    comparable = {
        other: value
        for other, value in best.items()
        if (other.scenario, other.workers) == (cell.scenario, cell.workers)
    }
    slowest = [value for other, value in comparable.items() if other.framework not in floors]
    least = min(slowest or comparable.values(), default=None)
    return least and own and _readable(least * EQUAL_SHARE, digits=2)


def _capacity_key(cell: Cell) -> Cell:
    """What a capacity is of: stack, scenario and workers, whatever the number of connections."""
    return replace(cell, connections=0, control=False)


def _readable(rps: float, *, digits: int) -> float:
    """Rounded to so many significant digits: 2 for what people read, 4 so that shares stay apart."""
    return float(f"{rps:.{digits}g}")


def _parse(text: str) -> Rate:
    if text in {"equal", "closed"}:
        return Rate(kind=text)
    share = text.endswith("%")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        raise PlanError(f"--rate {text!r} is no rate", remedy=_GRAMMAR) from None
    if not 0 < value < float("inf"):
        raise PlanError(f"--rate {text!r} offers nothing that can be counted", remedy=_GRAMMAR)
    if share:
        return Rate(kind="share", value=value / 100)
    if value > MOST_RPS:
        raise PlanError(
            f"--rate {text}: no generator offers more than {MOST_RPS:,.0f} requests per second",
            remedy="a lower rate; `hotlap calibrate` shows what this machine can offer",
        )
    return Rate(kind="absolute", value=value)
