"""Layers of middleware: a small JSON object through five that only add a header, and through none."""

from __future__ import annotations

from random import Random

from apps.contract_targets import LAYERS, layer_header, layers_path
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Ring, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 10
"""Place in the catalogue."""


def _layered(layers: int) -> Check:
    """Right is: one of the greetings, and the header of each of ``layers`` once, in any order."""
    right = answers.json_greeting({})
    wanted = sorted(layer_header(layer) for layer in range(1, layers + 1))

    def check(answer: Answer) -> str | None:
        added = sorted(header for header in answer.headers if header[0].startswith("x-layer-"))
        return right(answer) or (None if added == wanted else f"wanted headers {wanted}, got {added}")

    return check


def _ring(layers: int) -> Ring:
    def ring(_random: Random) -> tuple[Exchange, ...]:
        return (get(layers_path(layers), _layered(layers), turned=with_turned_greetings),)

    return ring


def _probes(_random: Random) -> tuple[Exchange, ...]:
    return (get("/layers/none", answers.not_found(), "unknown path"),)


def _scenario(name: str, title: str, layers: int) -> Scenario:
    return Scenario(
        name=name,
        title=title,
        group=None,
        target=name,
        ring=_ring(layers),
        probes=_probes,
        varies=True,
    )


SCENARIOS = (
    _scenario("middleware", "a small JSON object through five middlewares", LAYERS),
    _scenario("middleware-none", "the same through none", 0),
)
