"""Echo over WebSocket: text and binary, each message sent when the one before it has come back."""

from __future__ import annotations

from random import Random

from scenarios.exchange import NORMAL_END, SWITCHED, Answer, Exchange, Request, Scenario
from scenarios.inputs import UNICODE_WORDS, words

NUMBER = 17
"""Place in the catalogue."""

OPENING = Request(target="/ws")
MESSAGES = 1000
"""Entries of the ring, every other one binary."""
BINARY_MOST = 250
"""Bytes of a binary message at most: both short forms of a frame's length occur."""
BURST = 64
"""Messages that are sent at once."""


def _right(*messages: str | bytes, about: str = "") -> Exchange:
    """Make an exchange of ``messages``, which are to come back in their order and kind."""

    def check(answer: Answer) -> str | None:
        if answer.status != SWITCHED:
            return f"wanted status 101, got {answer.status}"
        if answer.messages != messages:
            return f"wanted {messages!r:.80} back, got {answer.messages!r:.80}"
        if answer.close_code not in {None, NORMAL_END}:
            return f"wanted a close with code {NORMAL_END}, got {answer.close_code}"
        return None

    return Exchange(request=OPENING, messages=messages, check=check, about=about)


def _message(random: Random, index: int) -> str | bytes:
    if index % 2:
        return random.randbytes(random.randint(4, BINARY_MOST))
    return f"{index} {words(random, random.randint(1, 20))} {random.choice(UNICODE_WORDS)}"


def ring(random: Random) -> tuple[Exchange, ...]:
    """Seeded messages, text and binary in turn."""
    return tuple(_right(_message(random, index)) for index in range(MESSAGES))


def probes(random: Random) -> tuple[Exchange, ...]:
    """Edges of a frame's length, many at once in order, and asking without an upgrade."""
    burst = [_message(random, index) for index in range(BURST)]
    return (
        _right("hello", about="one text"),
        _right(b"\x00\xff\x80", about="one binary message that is no UTF-8"),
        _right("", b"", about="empty messages"),
        *(_right("x" * size, bytes(size), about=f"{size} bytes") for size in (125, 126, 65535, 65536)),
        _right(" ".join(UNICODE_WORDS), about="text beyond ASCII"),
        _right(*burst, about=f"{BURST} messages at once, in order"),
        Exchange(request=OPENING, check=_refused, about="a plain GET"),
    )


def _refused(answer: Answer) -> str | None:
    right = 400 <= answer.status < 500  # noqa: PLR2004 - HTTP's client errors
    return None if right else f"wanted a status of 4xx, got {answer.status}"


SCENARIOS = (
    Scenario(
        name="websocket",
        title="echo of text and binary over WebSocket",
        group="websocket",
        ring=ring,
        turns=False,
        probes=probes,
        needs="websocket",
    ),
)
