"""The price list: what each addition costs a stack, which is its scenario over the one without any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from report.analysis.layers import Count, Step, place, step_over
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.stats.levels import Level, level
from results.model import IN_PROCESS, Cell, Load

WITHOUT = "price-none"
"""The scenario that has nothing added."""
ADDED = {
    "price-cors": "CORS",
    "price-sessions": "sessions",
    "price-gzip": "compression (short answer)",
    "price-middleware": "one middleware, fast form",
    "price-middleware-2": "two middlewares, fast form",
    "price-base-middleware": "one BaseHTTPMiddleware",
    "price-base-middleware-2": "two BaseHTTPMiddlewares",
    "price-hooks": "hooks before and behind",
    "price-access-log": "structured access log",
    "price-opentelemetry": "OpenTelemetry, all sampled",
    "price-opentelemetry-unsampled": "OpenTelemetry, none sampled",
    "price-sentry": "Sentry as shipped",
    "price-sentry-traces": "Sentry, all traced",
    "price-prometheus": "Prometheus",
    "price-rate-limit": "rate limit",
}
"""What each scenario adds, in words."""
DEAREST = 3
"""So many are worth a look under load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one addition costs."""

    addition: str
    """In words."""
    step: Step
    share: float | None = None
    """Of what a request takes without it; None where either is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """What additions cost one stack, the dearest first; those without a number at the end."""

    without: Count
    """The same app with nothing added."""
    prices: tuple[Price, ...]

    @property
    def dearest(self) -> tuple[Price, ...]:
        """The first of those that have a number."""
        return tuple(price for price in self.prices if price.step.level)[:DEAREST]

    @property
    def command(self) -> str:
        """Measures the dearest under load, beside the app with nothing added; empty where that cannot be."""
        names = [price.step.count.cell.scenario for price in self.dearest]
        cell = self.without.cell
        if not names or cell.server == IN_PROCESS:
            return ""
        scenarios = "".join(f" --scenario {name}" for name in (WITHOUT, *names))
        return f"hotlap run --framework {cell.framework} --server {cell.server}{scenarios}"


def is_priced(cell: Cell) -> bool:
    """Whether the cell is one of the price list, which has no layers."""
    return cell.scenario == WITHOUT or cell.scenario in ADDED


def find_price_lists(counts: Sequence[Count]) -> tuple[PriceList, ...]:
    """A list of each stack that was counted with nothing added and with something."""
    by_place = {place(count.cell): count for count in counts}
    lists = (_list(count, by_place) for count in counts if count.cell.scenario == WITHOUT)
    return tuple(prices for prices in lists if prices.prices)


def _list(without: Count, by_place: dict[tuple[str, str, str, str], Count]) -> PriceList:
    cell = without.cell
    counts = (by_place.get((cell.framework, cell.interface, name, cell.server)) for name in ADDED)
    prices = [_price(count, without) for count in counts if count is not None]
    return PriceList(without=without, prices=tuple(sorted(prices, key=_dearness)))


def _price(count: Count, without: Count) -> Price:
    step = step_over(count, without, WITHOUT)
    share = step.level.value / without.level.value if step.level and without.level else None
    return Price(addition=ADDED[count.cell.scenario], step=step, share=share)


def _dearness(price: Price) -> tuple[bool, float]:
    added = price.step.level
    return added is None, -added.value if added else 0.0


def loaded_prices(summaries: Iterable[Summary]) -> Iterator[tuple[Summary, Level]]:
    """What each addition leaves of the throughput without it, under closed load: a ratio, block by block.

    Mean of the logarithms of the ratios of a block with Student's interval; none where no block has both.
    """
    summaries = tuple(
        summary for summary in summaries if summary.cell.load == Load.CLOSED and not summary.cell.control
    )
    without = {
        replace(summary.cell, scenario=""): summary
        for summary in summaries
        if summary.cell.scenario == WITHOUT
    }
    for summary in summaries:
        base = without.get(replace(summary.cell, scenario=""))
        if summary.cell.scenario in ADDED and base:
            ours, theirs = summary.by_block(THROUGHPUT), base.by_block(THROUGHPUT)
            ratios = [ours[block] / theirs[block] for block in sorted(ours.keys() & theirs.keys())]
            if (ratio := level(ratios)) is not None:
                yield summary, ratio
