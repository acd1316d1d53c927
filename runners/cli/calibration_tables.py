"""A calibration as tables for a terminal, and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from runners.experiments.calibration.calibrate import Calibration
from runners.experiments.calibration.client_comparison import ClientComparison
from runners.experiments.calibration.clients import HOTLAP
from runners.experiments.calibration.promises import Promise

if TYPE_CHECKING:
    from runners.cli.json_types.calibrate import CalibrateJson, ContestJson, PromiseJson

WITH_WRK = 2
"""Clients of a comparison with wrk alone, the pump being the other."""


def as_json(calibration: Calibration) -> str:
    """Figures of every client in every round, ratios, promises and ceilings as one JSON object."""
    data: CalibrateJson = {
        "contests": [_contest(comparison) for comparison in calibration.comparisons],
        "promises": [_promise_data(promise) for promise in calibration.promises],
        "ceilings": list(calibration.ceilings),
        "notes": list(calibration.notes),
    }
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def _contest(comparison: ClientComparison) -> ContestJson:
    return {
        "against": comparison.against,
        "shape": comparison.shape,
        "connections": comparison.connections,
        "rounds": dict(comparison.rounds),
        "p50_us": dict(comparison.p50_us),
        "bytes_per_request": comparison.bytes_per_request,
        "busy": comparison.busy,
        "ratios": {client: comparison.ratios(client) for client in comparison.rounds},
    }


def _promise_data(promise: Promise) -> PromiseJson:
    return {
        "what": promise.what,
        "value": promise.value,
        "bar": promise.bar,
        "unit": promise.unit,
        "at_least": promise.at_least,
        "digits": promise.digits,
        "detail": promise.detail,
        "kept": promise.kept,
    }


def as_text(calibration: Calibration) -> str:
    """Ceilings by shape and connections, the clients side by side, and the promises beside their bars."""
    beside_others = [
        comparison for comparison in calibration.comparisons if len(comparison.rounds) > WITH_WRK
    ]
    blocks = [
        _ceilings(calibration.comparisons),
        *map(_comparison, beside_others),
        _promises(calibration.promises),
        "\n".join(f"not measured: {note}" for note in calibration.notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def _ceilings(comparisons: Iterable[ClientComparison]) -> str:
    """One line a shape, one column a number of connections; empty where there is only one place."""
    at_nginx = [comparison for comparison in comparisons if comparison.against == "nginx"]
    if len(at_nginx) < 2:  # noqa: PLR2004 - a table
        return ""
    columns = sorted({comparison.connections for comparison in at_nginx})
    places = {(comparison.shape, comparison.connections): comparison for comparison in at_nginx}
    lines = [
        "Ceilings: right answers per second of the pump on one core against nginx (and as a share of wrk's)",
        f"{'connections':14}" + "".join(f"{count:>18,}" for count in columns),
    ]
    for shape in dict.fromkeys(comparison.shape for comparison in at_nginx):
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
        by_round = "" if client == HOTLAP else "  ".join(f"{ratio:.2f}" for ratio in ratios)
        row = f"{client:24}{statistics.median(rates):12,.0f}{statistics.median(ratios):9.2f}x   {by_round}"
        yield row.rstrip()


def _promises(promises: Iterable[Promise]) -> str:
    return "\n".join(["Promises", *map(_promise, promises)]) if promises else ""


def _promise(promise: Promise) -> str:
    word = "at least" if promise.at_least else "at most"
    value, bar = (_number(number, promise.digits) for number in (promise.value, promise.bar))
    figure = f"{value:>8}{promise.unit:4}{word} {bar}{promise.unit}"
    detail = f"   ({promise.detail})" if promise.detail else ""
    return f"{'kept' if promise.kept else 'MISSED':8}{promise.what:80}{figure}{detail}"


def _number(value: float, digits: int) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.{digits}f}"  # noqa: PLR2004 - three digits are enough
