"""Pages of the catalogue compressed by gzip, small (10 KB) and large (1 MB), for a client that takes it.

Compressed bytes differ where the page is the same: the head of gzip holds the time of day, or (Django) a name
of up to 100 random bytes. So hardly any answer is known byte for byte, and the load generator decompresses it
instead: about 25 us of 10 KB and 3 ms of 1 MB, half and a quarter of what it takes to compress as much.
Expect more of a CPU's time for it than in other scenarios, yet less than the server's; the record has both.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from random import Random

from apps.contract import ITEMS_DEFAULT, ITEMS_MAX, OFFSET_MAX
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Request, Scenario
from scenarios.inputs import get
from scenarios.items_large_scenario import LARGE_CONNECTIONS
from scenarios.items_scenario import ITEMS_RING, page
from scenarios.rotation import with_turned_greetings

NUMBER = 29
"""Place in the catalogue."""

TARGET = "compress"
"""Named target of apps: the groups ``plaintext`` and ``items`` behind the framework's own compression."""
LARGE_RING = 4
"""Entries, each asked while verifying: nothing remembers answers of 1 MB."""
MOST_SHARE = 0.5
"""Of a page's size that its compressed form has at most; level 6 makes a sixth of it."""


def _compressed(offset: int, n: int, about: str = "") -> Exchange:
    """A page, asked for compressed."""
    plain = page(offset, n)
    return Exchange(request=_asking(plain.request, "gzip"), check=_gzipped(plain.check), about=about)


def _asking(request: Request, codings: str) -> Request:
    return replace(request, headers=(("Accept-Encoding", codings),))


def _gzipped(check: Check) -> Check:
    """Right is: gzip, well compressed, and ``check`` of what is in it.

    A page that was found right is known again by its digest, so that under load it is not parsed twice.
    """
    known: set[bytes] = set()

    def checked(answer: Answer) -> str | None:
        if problem := answers.frame_problem(answer, (200,), answers.JSON):
            return problem
        plain = answer.content()
        if problem := _coding_problem(answer, plain):
            return problem
        digest = sha256(plain).digest()
        if digest not in known:
            if problem := check(replace(answer, body=plain)):
                return problem
            known.add(digest)
        return None

    return checked


def _coding_problem(answer: Answer, plain: bytes) -> str | None:
    coding, vary = answer.header("content-encoding"), answer.header("vary") or ""
    if coding != "gzip":
        return f"wanted Content-Encoding gzip, got {coding or 'none'}"
    if not plain:
        return f"not gzip, or cut short: {answer.body[:40]!r}"
    if len(answer.body) > MOST_SHARE * len(plain):
        return f"{len(plain)} bytes were compressed to {len(answer.body)}: hardly at all"
    asked = "accept-encoding" in vary.lower()
    return None if asked else f"wanted Vary with Accept-Encoding, got {vary or 'none'}"


def _plain(check: Check) -> Check:
    """Right is: no coding, and ``check``."""

    def checked(answer: Answer) -> str | None:
        coding = answer.header("content-encoding")
        return check(answer) if coding is None else f"compressed ({coding}) though it was not asked for"

    return checked


SMALL = get("/plaintext", _plain(answers.text_greeting()), "a small answer", turned=with_turned_greetings)
"""Too short to be compressed; also asked while large ones are."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Pages of 50 from anywhere."""
    return tuple(_compressed(random.randint(0, OFFSET_MAX), ITEMS_DEFAULT) for _ in range(ITEMS_RING))


def large_ring(random: Random) -> tuple[Exchange, ...]:
    """Largest pages there are, from anywhere."""
    return tuple(_compressed(random.randint(0, OFFSET_MAX), ITEMS_MAX) for _ in range(LARGE_RING))


def probes(random: Random) -> tuple[Exchange, ...]:
    """Pages for clients that take no gzip, and gzip among others."""
    offset = random.randint(0, OFFSET_MAX)
    plain = page(offset, ITEMS_DEFAULT)
    among = _compressed(offset, ITEMS_DEFAULT, "gzip among others")
    return (
        replace(plain, check=_plain(plain.check), about="no Accept-Encoding"),
        *(
            replace(plain, request=_asking(plain.request, coding), check=_plain(plain.check), about=coding)
            for coding in ("identity", "br")
        ),
        replace(SMALL, request=_asking(SMALL.request, "gzip")),
        replace(among, request=_asking(among.request, "br;q=1.0, gzip;q=0.8, *;q=0.1")),
        get("/items/none", answers.not_found(), "unknown path"),
    )


SCENARIOS = (
    Scenario(
        name="compress",
        title="10 KB of JSON, compressed by gzip",
        group=None,
        target=TARGET,
        ring=ring,
        probes=probes,
        varies=True,
    ),
    Scenario(
        name="compress-large",
        title="1 MB of JSON, compressed by gzip",
        group=None,
        target=TARGET,
        ring=large_ring,
        turns=False,
        varies=True,
        connections=LARGE_CONNECTIONS,
        beside=SMALL,
    ),
)
