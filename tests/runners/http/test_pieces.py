from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.generator.pump.tally import Tally
from runners.generator.window.measurement import watched_facts
from runners.http.pieces import Reads, arrived_ns, jitter_ns, wire_marks
from runners.http.response import HEAD_END, ResponseParser
from scenarios.exchange import Watch

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LINES = Watch(ends=lambda body: [at + 1 for at, byte in enumerate(body) if byte == 10])


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8))
def test_marks_point_behind_the_last_byte_of_each_piece(pieces: list[bytes]) -> None:
    tail, body = chunked(pieces), b"".join(pieces)
    marks = wire_marks(tail, Watch(ends=lambda body: range(1, len(body) + 1)), chunked=True)
    assert bytes(tail[mark - 1] for mark in marks) == body


def test_a_body_without_coding_is_marked_as_it_stands() -> None:
    assert wire_marks(b"a\nbc\n", LINES, chunked=False) == (2, 5)


def test_extensions_of_a_chunk_are_passed_over() -> None:
    tail = b"3;a=b\r\nx\ny\r\n0\r\n\r\n"
    assert wire_marks(tail, LINES, chunked=True) == (tail.index(b"\n", 7) + 1,)


@given(
    st.lists(st.sampled_from([b"a\n", b"bcd\n", b"\n", b"no end"]), min_size=1, max_size=6),
    st.lists(st.integers(min_value=1, max_value=30), min_size=1),
)
def test_an_answer_in_any_pieces_gives_each_line_the_instant_of_its_last_byte(
    pieces: list[bytes], cuts: list[int]
) -> None:
    wire = HEAD + chunked(pieces)
    reads, parser = Reads(), ResponseParser()
    at, totals, turn = 0, [0], 0
    while at < len(wire):
        size = cuts[turn % len(cuts)]
        turn += 1
        reads.note(len(wire[at : at + size]))
        parser.feed(wire[at : at + size])
        at += size
        totals.append(min(at, len(wire)))
    instants = arrived_ns(reads, parser, LINES)
    assert len(instants) == b"".join(pieces).count(b"\n")
    assert instants == sorted(instants)
    marks = [len(HEAD) + mark for mark in wire_marks(wire.partition(HEAD_END)[2], LINES, chunked=True)]
    later = [next(total for total in totals if total >= mark) for mark in marks]
    assert instants == [reads._at_ns[totals.index(total) - 1] for total in later]


def test_nothing_is_said_behind_an_interim_response() -> None:
    reads, parser = Reads(), ResponseParser()
    wire = b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + chunked([b"a\n"])
    reads.note(len(wire))
    assert parser.feed(wire)
    assert arrived_ns(reads, parser, LINES) == []


def test_jitter_is_what_a_gap_differs_from_the_interval_either_way() -> None:
    assert jitter_ns([0, 11_000_000, 20_000_000], 0.01) == [1_000_000, 1_000_000]
    assert jitter_ns([5], 0.01) == []


def test_what_nobody_watched_is_not_recorded() -> None:
    tally = Tally()
    assert watched_facts(tally) == {"first_byte": None, "jitter": None}
    tally.first_ns.append(2_000_000)
    assert watched_facts(tally)["first_byte"]
    assert watched_facts(tally)["jitter"] is None


@pytest.mark.parametrize("size", [b"x", b""])
def test_what_is_no_chunk_is_an_error(size: bytes) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        wire_marks(size + b"\r\n", LINES, chunked=True)
