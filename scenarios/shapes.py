"""Shapes of requests and answers that only calibration uses: a trivial responder gives them, no stack does.

They are scenarios, so that the load generator checks them as it checks any other, but in no catalogue.
"""

from __future__ import annotations

from random import Random

from scenarios.answers import TEXT
from scenarios.exchange import Answer, Exchange, Request, Scenario

KB, MB = 1_000, 1_000_000
ANSWERS = {"answer-10k": 10 * KB, "answer-1m": MB}
"""Shapes that answer a GET, and the length of their answers in bytes."""
POST = "post-1k"
"""The shape that sends a body of 1 KB and gets one back."""


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


SHAPES = {
    name: _scenario(name, f"{size:,} bytes of text", Request(target=f"/{name}"), size)
    for name, size in ANSWERS.items()
} | {
    POST: _scenario(
        POST,
        "1 KB of text there and back",
        Request(method="POST", target=f"/{POST}", headers=(("Content-Type", TEXT),), body=text(KB)),
        KB,
    )
}
"""By name."""
