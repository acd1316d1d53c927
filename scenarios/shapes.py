"""Shapes of requests and answers that only calibration uses: a trivial responder gives them, or the stub.

They are scenarios, so that the load generator checks them as it checks any other, but in no catalogue: no
stack answers them.
"""

from __future__ import annotations

from random import Random

from scenarios.answers import TEXT, json_answer
from scenarios.exchange import Answer, Exchange, Request, Scenario
from scenarios.inputs import RING, get
from scenarios.upstream import ITEMS, UPSTREAM_MS, upstream_item

KB, MB = 1_000, 1_000_000
ANSWERS = {"answer-10k": 10 * KB, "answer-1m": MB}
"""Shapes that answer a GET, and the length of their answers in bytes."""
POST = "post-1k"
"""The shape that sends a body of 1 KB and gets one back."""
STUB = "upstream-items"
"""The shape that asks the upstream itself, as apps do."""


def text(size: int) -> bytes:
    """``size`` bytes of plain text."""
    return (b"0123456789abcde\n" * (size // 16 + 1))[:size]


def _scenario(name: str, title: str, request: Request, size: int) -> Scenario:
    def check(answer: Answer) -> str | None:
        if (answer.status, answer.header("content-type")) != (200, TEXT):
            return f"wanted 200 {TEXT}, got {answer.status} {answer.header('content-type')}"
        return (
            None if answer.body == text(size) else f"wanted {size} known bytes, got {len(answer.body)} others"
        )

    def ring(_random: Random) -> tuple[Exchange, ...]:
        return (Exchange(request=request, check=check),)

    return Scenario(name=name, title=title, group=None, ring=ring)


def _items(random: Random) -> tuple[Exchange, ...]:
    """Items of the upstream, asked under a name that no launch has."""
    chosen = random.sample(range(1, ITEMS + 1), RING)
    return tuple(get(f"/calibration/items/{n}", json_answer(upstream_item(n))) for n in chosen)


SHAPES = {
    name: _scenario(name, f"{size:,} bytes of text", Request(target=f"/{name}"), size)
    for name, size in ANSWERS.items()
} | {
    POST: _scenario(
        POST,
        "1 KB of text there and back",
        Request(method="POST", target=f"/{POST}", headers=(("Content-Type", TEXT),), body=text(KB)),
        KB,
    ),
    STUB: Scenario(
        name=STUB, title=f"items of the upstream, after {UPSTREAM_MS} ms", group=None, ring=_items
    ),
}
"""By name."""
