"""How prices are said: whose list, shares of a request, what additions leave of the throughput."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from report import fmt
from report.analysis.prices import ADDED, Price, PriceList, loaded_prices
from report.analysis.summary import Summary
from report.views import cost_words
from results.model import IN_PROCESS


def title(prices: PriceList, titles: Mapping[str, str]) -> str:
    """Whose price list it is, and what a request takes without any addition."""
    cell, level = prices.without.cell, prices.without.level
    name = titles.get(cell.framework, cell.framework)
    where = "in process" if cell.server == IN_PROCESS else f"on {cell.server}"
    if level is None:
        return f"Price list of {name} {where}: {prices.without.reason}"
    value = f"{cost_words.number(level.value)} {cost_words.interval(level)}"
    return f"Price list of {name} {where}, {value} instructions without an addition"


def share(price: Price) -> str:
    """Of a request without it, in percent with its sign: ``+41.0%``; empty where it is not known."""
    return "" if price.share is None else cost_words.minus(f"{100 * price.share:+.1f}%")


def loading(prices: PriceList) -> str:
    """How to look at the dearest under load; empty where there are none."""
    return f"the dearest under load: {prices.command}" if prices.command else ""


def under_load(summaries: Iterable[Summary]) -> Iterator[str]:
    """What each addition that was loaded leaves of the throughput without it, a sentence each."""
    for summary, ratio in loaded_prices(summaries):
        cell = summary.cell
        size = fmt.counted(cell.connections, "connection")
        yield (
            f"{cell.framework} on {cell.server}, {size}: with {ADDED[cell.scenario]} "
            f"{fmt.times(ratio)} the throughput without"
        )
