"""What a right answer with a file is: compressed, static, uploaded."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from scenarios import compress_scenario, static_scenario
from scenarios.exchange import Answer, Exchange
from tests.support.reference_app import respond, typed


def about(exchanges: tuple[Exchange, ...], words: str) -> Exchange:
    """The exchange that says this of itself."""
    (match,) = (exchange for exchange in exchanges if words in exchange.about)
    return match


def with_header(answer: Answer, name: str, value: str | None) -> Answer:
    """``answer`` with another value of this header, or (None) without it."""
    kept = tuple(pair for pair in answer.headers if pair[0] != name)
    return replace(answer, headers=kept if value is None else (*kept, (name, value)))


def gzipped(body: bytes, level: int = 6, mtime: int = 1) -> Answer:
    """An answer of JSON, compressed."""
    headers = (("content-encoding", "gzip"), ("vary", "Accept-Encoding"))
    return typed(gzip.compress(body, level, mtime=mtime), "application/json", headers=headers)


@pytest.fixture
def compressed() -> Exchange:
    """A page of the ring that was found right once already."""
    one = compress_scenario.ring(Random(1))[0]
    assert one.check(respond(one.request)) is None
    return one


def test_a_page_is_right_whatever_the_head_of_gzip_says(compressed: Exchange) -> None:
    page = respond(compressed.request).content()
    assert compressed.check(gzipped(page, mtime=1)) is None
    assert compressed.check(gzipped(page, mtime=2, level=9)) is None


def spoiled(right: Answer) -> Iterator[tuple[Answer, str]]:
    """Wrong answers, and what is said of them."""
    page = right.content()
    yield replace(gzipped(page), body=page), "not gzip"
    yield replace(right, body=right.body[:-9]), "cut short"
    yield with_header(right, "content-encoding", None), "wanted Content-Encoding gzip, got none"
    yield with_header(right, "content-encoding", "br"), "wanted Content-Encoding gzip, got br"
    yield with_header(right, "vary", None), "wanted Vary"
    yield with_header(right, "content-length", None), "wanted a Content-Length"
    yield gzipped(page, level=0), "hardly at all"
    yield gzipped(page.replace(b'"id": ', b'"id": 1')), "$[0].id"


def test_what_is_not_the_page_compressed_is_wrong(compressed: Exchange) -> None:
    for answer, words in spoiled(respond(compressed.request)):
        assert words in (compressed.check(answer) or "")


@pytest.mark.parametrize("words", ["no Accept-Encoding", "identity", "br"])
def test_a_page_is_not_compressed_for_who_did_not_ask_for_it(words: str) -> None:
    exchanges = tuple(one for one in compress_scenario.probes(Random(1)) if one.about == words)
    (plain,) = exchanges
    assert plain.check(respond(plain.request)) is None
    answer = gzipped(respond(plain.request).body)
    assert plain.check(answer) == "compressed (gzip) though it was not asked for"


def test_ranges_are_right_or_honestly_absent() -> None:
    ranged = about(static_scenario.probes(Random(1)), "a range")
    part = respond(ranged.request)
    assert (part.status, len(part.body)) == (206, 1000)
    whole = respond(static_scenario.ring(Random(1))[0].request)
    assert ranged.check(with_header(whole, "accept-ranges", None)) is None
    assert ranged.check(whole) == "says Accept-Ranges bytes, and has none"
    assert "other bytes" in (ranged.check(replace(part, body=whole.body[:1000])) or "")
    assert "wanted Content-Range" in (ranged.check(with_header(part, "content-range", "bytes 0-999/*")) or "")


def test_nothing_from_outside_the_folder_is_given_away() -> None:
    ways = [one for one in static_scenario.probes(Random(1)) if "way out" in one.about]
    assert len(ways) == len(static_scenario.OUTSIDE)
    for status, body in ((200, b'GREETINGS = ("Hello'), (404, b"root:x:0:0")):
        answer = typed(body, "text/plain", status)
        assert all("from outside its folder" in (way.check(answer) or "") for way in ways)
    assert all(way.check(typed(b"fine", "text/plain")) for way in ways)


def test_a_client_that_has_the_file_gets_304_and_nothing_else() -> None:
    one = static_scenario.unchanged_ring(Random(1))[0]
    right = respond(one.request)
    assert one.check(right) is None
    assert "wanted no body behind 304" in (one.check(replace(right, body=b"x")) or "")
    whole = respond(static_scenario.ring(Random(1))[0].request)
    assert one.check(whole) == "wanted status 304, got 200 with 50000 bytes"
    (tagged,) = static_scenario.with_etag(whole)
    assert tagged.check(respond(tagged.request)) is None
    assert tagged.check(whole)


def test_a_file_without_an_etag_is_wrong() -> None:
    one = static_scenario.ring(Random(1))[0]
    assert one.check(with_header(respond(one.request), "etag", None)) == "wanted an ETag, got none"
