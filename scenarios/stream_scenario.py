"""A hundred kilobytes sent as they are made: what a stack does with a body whose length nobody knows."""

from __future__ import annotations

from random import Random

from apps import contract
from apps.contract import STREAM_CHUNK_BYTES, STREAM_CHUNKS, STREAM_CHUNKS_MAX
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Request, Scenario, Watch
from scenarios.inputs import get

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


def _right(chunks: int, *, varies: bool) -> Check:
    """Right is: these chunks, sent one by one; ``varies``: each with a greeting of its own."""

    def check(answer: Answer) -> str | None:
        if problem := answers.stream_problem(answer, STREAM_MEDIA):
            return problem
        if answer.pieces < chunks:
            return f"sent in {answer.pieces} pieces, wanted one for each of {chunks} chunks as it is made"
        body, varied = answers.with_constant_greetings(answer.body)
        if varied != chunks * varies:
            return f"wanted a greeting made for each of {chunks} chunks, {varied} are not the constant one"
        if body != b"".join(contract.stream_chunk(index) for index in range(chunks)):
            return f"wanted {chunks} chunks, got {len(answer.body)} bytes: {answer.body[:40]!r}"
        return None

    return check


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: what varies is what a chunk says."""
    check = _right(STREAM_CHUNKS, varies=False)
    return (get(f"/stream?chunks={STREAM_CHUNKS}", check, watch=WATCH),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Short and long streams, the default, bad numbers."""
    return (
        _probe(f"/stream?chunks={STREAM_CHUNKS}", STREAM_CHUNKS, "chunks made on this call"),
        _probe("/stream", STREAM_CHUNKS, "no parameter: a hundred chunks"),
        _probe("/stream?chunks=1", 1, "one chunk"),
        _probe(f"/stream?chunks={MANY}", MANY, "two megabytes"),
        *(_bad(value) for value in ("0", "-1", str(STREAM_CHUNKS_MAX + 1), "abc", "2.5")),
        get("/stream/none", answers.not_found(), "unknown path"),
    )


def _probe(target: str, chunks: int, about: str) -> Exchange:
    return get(target, _right(chunks, varies=True), about, watch=WATCH)


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
