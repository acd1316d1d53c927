"""Computing: plain Python of a third of a millisecond, in a thread beside the event loop or on it."""

from __future__ import annotations

from random import Random

from apps.contract import CPU_STEPS, CPU_STEPS_MAX
from apps.contract_threads import TURNING_OFFSETS, TURNING_STEPS, cpu_answer, cpu_checksum
from scenarios import answers
from scenarios.exchange import Exchange, Request, Ring, Scenario
from scenarios.inputs import RING, get

NUMBER = 24
"""Place in the catalogue."""


def _asking(path: str) -> tuple[Ring, Ring]:
    """Ring and probes of a route that computes."""

    def right(n: int, about: str = "", *, query: bool = True) -> Exchange:
        target = f"{path}?n={n}" if query else path
        return get(target, answers.json_made(lambda _: cpu_answer(n)), about)

    def bad(value: str) -> Exchange:
        request = Request(target=f"{path}?n={value}")
        return Exchange(request=request, check=answers.refused(request, "n"), about=f"n={value}")

    def ring(random: Random) -> tuple[Exchange, ...]:
        steps = list(range(CPU_STEPS - RING // 2, CPU_STEPS + RING // 2))
        random.shuffle(steps)
        return tuple(right(n) for n in steps)

    def probes(_random: Random) -> tuple[Exchange, ...]:
        return (
            right(CPU_STEPS, "no parameter", query=False),
            right(1, "one step"),
            right(CPU_STEPS_MAX, "most steps"),
            *(bad(value) for value in ("0", str(CPU_STEPS_MAX + 1), "abc", "2.5")),
            get(f"{path}/none", answers.not_found(), "unknown path"),
        )

    return ring, probes


def _turning(path: str) -> Exchange:
    checks = [answers.json_answer(cpu_checksum(TURNING_STEPS, offset)) for offset in TURNING_OFFSETS]
    return get(f"{path}?n={TURNING_STEPS}", answers.either(*checks), "the checksum that turns")


SMALL = get("/json", answers.json_greeting({}), "a small answer")
"""Asked while others have their sums computed."""
CPU_RING, CPU_PROBES = _asking("/cpu")
INLINE_RING, INLINE_PROBES = _asking("/cpu-inline")

SCENARIOS = (
    Scenario(
        name="cpu",
        title=f"{CPU_STEPS:,} steps of plain Python in a thread",
        group="cpu",
        ring=CPU_RING,
        probes=CPU_PROBES,
        turning=_turning("/cpu"),
        beside=SMALL,
        beside_group="json",
    ),
    Scenario(
        name="cpu-inline",
        title=f"{CPU_STEPS:,} steps of plain Python on the event loop",
        group="cpu-inline",
        ring=INLINE_RING,
        probes=INLINE_PROBES,
        turning=_turning("/cpu-inline"),
        beside=SMALL,
        beside_group="json",
        needs="asgi",
    ),
)
