"""A hundred kilobytes sent as they are made: what a stack does with a body whose length nobody knows."""

from __future__ import annotations

from random import Random

from apps import contract
from apps.contract import STREAM_CHUNK_BYTES, STREAM_CHUNKS, STREAM_CHUNKS_MAX
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Request, Scenario, Watch
from scenarios.inputs import get
from scenarios.rotation import greeting_in, with_turned_greetings

NUMBER = 15
"""Place in the catalogue."""

STREAM_MEDIA = "application/octet-stream"
MANY = 2000
"""Chunks of a stream that fits no buffer on its way."""


def ends(body: bytes) -> range:
    """Where each chunk of ``body`` ends."""
    return range(STREAM_CHUNK_BYTES, len(body) + 1, STREAM_CHUNK_BYTES)


WATCH = Watch(ends=ends)
"""The arrival of every chunk is recorded."""


def _right(chunks: int) -> Check:
    """Right is: these chunks, sent one by one, each with the greeting behind that of the one before."""

    def check(answer: Answer) -> str | None:
        if problem := answers.stream_problem(answer, STREAM_MEDIA):
            return problem
        if answer.pieces < chunks:
            return f"sent in {answer.pieces} pieces, wanted one for each of {chunks} chunks as it is made"
        start = contract.GREETINGS.index(greeting_in(answer.body))
        if answer.body != b"".join(contract.stream_chunks(chunks, start)):
            return f"wanted {chunks} chunks, got {len(answer.body)} bytes: {answer.body[:40]!r}"
        return None

    return check


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: what varies is what a chunk says."""
    return (_stream(f"/stream?chunks={STREAM_CHUNKS}", STREAM_CHUNKS),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Short and long streams, the default, bad numbers."""
    return (
        _stream("/stream", STREAM_CHUNKS, "no parameter: a hundred chunks"),
        _stream("/stream?chunks=1", 1, "one chunk"),
        _stream(f"/stream?chunks={MANY}", MANY, "two megabytes"),
        *(_bad(value) for value in ("0", "-1", str(STREAM_CHUNKS_MAX + 1), "abc", "2.5")),
        get("/stream/none", answers.not_found(), "unknown path"),
    )


def _stream(target: str, chunks: int, about: str = "") -> Exchange:
    return get(target, _right(chunks), about, watch=WATCH, turned=with_turned_greetings)


def _bad(value: str) -> Exchange:
    request = Request(target=f"/stream?chunks={value}")
    return Exchange(request=request, check=answers.refused(request, "chunks"), about=f"chunks={value}")


SCENARIOS = (
    Scenario(
        name="stream",
        title="100 chunks of 1 KB, as they are made",
        group="stream",
        ring=ring,
        turns=False,
        probes=probes,
        varies=True,
    ),
)
