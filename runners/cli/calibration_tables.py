"""A calibration as tables for a terminal, and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from runners.experiments.calibration.calibrate import Calibration
from runners.experiments.calibration.client_comparison import ClientComparison
from runners.experiments.calibration.clients import OURS
from runners.experiments.calibration.promises import Promise


def as_json(calibration: Calibration) -> str:
    """``as_data`` on lines that a person can read."""
    return json.dumps(as_data(calibration), indent=2, allow_nan=False)


def as_data(calibration: Calibration) -> dict[str, Any]:
    """Figures of every client in every round, ratios, promises and ceilings, as JSON values."""
    comparisons = [
        {**asdict(each), "ratios": {client: each.ratios(client) for client in each.rounds}}
        for each in calibration.comparisons
    ]
    return {
        "contests": comparisons,
        "promises": [{**asdict(each), "kept": each.kept} for each in calibration.promises],
        "ceilings": [asdict(each) for each in calibration.ceilings],
        "notes": list(calibration.notes),
    }


def as_text(calibration: Calibration) -> str:
    """Ceilings by shape and connections, the clients side by side, and the promises beside their bars."""
    blocks = [
        _ceilings(calibration.comparisons),
        *(_comparison(each) for each in calibration.comparisons if len(each.rounds) > 2),  # noqa: PLR2004 - more than wrk
        _promises(calibration.promises),
        "\n".join(f"not measured: {note}" for note in calibration.notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def _ceilings(comparisons: Iterable[ClientComparison]) -> str:
    """One line a shape, one column a number of connections; empty where there is only one place."""
    found = [each for each in comparisons if each.against == "nginx"]
    if len(found) < 2:  # noqa: PLR2004 - a table
        return ""
    columns = sorted({each.connections for each in found})
    places = {(each.shape, each.connections): each for each in found}
    lines = [
        "Ceilings: right answers per second of the pump on one core against nginx (and as a share of wrk's)",
        f"{'connections':14}" + "".join(f"{count:>18,}" for count in columns),
    ]
    for shape in dict.fromkeys(each.shape for each in found):
        cells = "".join(f"{_place(places.get((shape, count))):>18}" for count in columns)
        lines.append(f"{shape:14}{cells}")
    return "\n".join(lines)


def _place(comparison: ClientComparison | None) -> str:
    if comparison is None:
        return "-"
    ratios = comparison.ratios("wrk")
    share = f" ({statistics.median(ratios):.2f})" if ratios else ""
    return f"{comparison.ceiling.rps:,.0f}{share}"


def _comparison(comparison: ClientComparison) -> str:
    """Median throughput by client, and the pump as a multiple of each."""
    place = f"{comparison.shape}, {comparison.connections} connections"
    head = f"{place}, one core against {comparison.against} on another"
    return "\n".join([head, *_clients(comparison)])


def _clients(comparison: ClientComparison) -> Iterator[str]:
    yield f"{'client':24}{'requests/s':>12}{'pump is':>10}   round by round"
    for client, rates in comparison.rounds.items():
        ratios = comparison.ratios(client)
        each = "" if client == OURS else "  ".join(f"{ratio:.2f}" for ratio in ratios)
        row = f"{client:24}{statistics.median(rates):12,.0f}{statistics.median(ratios):9.2f}x   {each}"
        yield row.rstrip()


def _promises(found: Iterable[Promise]) -> str:
    return "\n".join(["Promises", *map(_promise, found)]) if found else ""


def _promise(each: Promise) -> str:
    word = "at least" if each.at_least else "at most"
    value, bar = (_number(number, each.digits) for number in (each.value, each.bar))
    figure = f"{value:>8}{each.unit:4}{word} {bar}{each.unit}"
    detail = f"   ({each.detail})" if each.detail else ""
    return f"{'kept' if each.kept else 'MISSED':8}{each.what:80}{figure}{detail}"


def _number(value: float, digits: int) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.{digits}f}"  # noqa: PLR2004 - three digits are enough
