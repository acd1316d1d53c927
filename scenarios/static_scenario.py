"""A file of 50 KB from disk by the framework's own facility: sent whole, or (``static-304``) not again.

The answers are what a client with a cache relies on: an ETag, 304 to who has the file, a range where ranges
are offered, and nothing from outside the folder.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from random import Random

from apps.contract_files import STATIC_BYTES, STATIC_MODIFIED_UNIX_S, STATIC_NAME, static_bytes
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Following, Request, Scenario

NUMBER = 14
"""Place in the catalogue."""

MEDIA = "application/octet-stream"
TARGET = f"/static/{STATIC_NAME}"
CONTENT = static_bytes()
MODIFIED_UNIX_S = STATIC_MODIFIED_UNIX_S
FILE = TARGET.removeprefix("/")
"""Where it has to lie beside the apps that serve it, with ``CONTENT`` and the time of its last change."""
FIRST, LAST = 100, 1099
"""Of the range that is asked for."""
OUTSIDE = (
    "/static/../contract.py",
    "/static/%2e%2e/contract.py",
    "/static/..%2fcontract.py",
    "/static/%2e%2e%2fcontract.py",
    "/static/x/../../contract.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
)
"""Paths that lead out of the folder: to the source beside it, and to a file of any Unix machine."""
LEAKS = (b"GREETINGS", b"root:")
"""What stands in these files."""
DENIED = (301, 307, 308, 400, 403, 404)
"""With a redirect to the path without its doubled slash (Flask), which leads nowhere either."""


def _get(check: Check, about: str = "", target: str = TARGET, **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(request=Request(target=target, headers=named), check=check, about=about)


def _whole(answer: Answer) -> str | None:
    """Right is: the file, and an ETag."""
    if problem := answers.frame_problem(answer, (200,), MEDIA):
        return problem
    if answer.body != CONTENT:
        return f"wanted the {STATIC_BYTES} bytes of the file, got {len(answer.body)} others"
    etag = answer.header("etag") or ""
    return None if etag.endswith('"') else f"wanted an ETag, got {etag or 'none'}"


def _unchanged(answer: Answer) -> str | None:
    """Right is: 304 with nothing behind it."""
    if answer.status != 304:  # noqa: PLR2004 - HTTP's Not Modified
        return f"wanted status 304, got {answer.status} with {len(answer.body)} bytes"
    return f"wanted no body behind 304, got {len(answer.body)} bytes" if answer.body else None


def _part(answer: Answer) -> str | None:
    """Right is: the range, or the whole file by one that does not say it has ranges."""
    if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
        ranges = answer.header("accept-ranges") or "none"
        return f"says Accept-Ranges {ranges}, and has none" if ranges != "none" else _whole(answer)
    if problem := answers.frame_problem(answer, (206,), MEDIA):
        return problem
    wanted, got = f"bytes {FIRST}-{LAST}/{STATIC_BYTES}", answer.header("content-range")
    if got != wanted:
        return f"wanted Content-Range {wanted}, got {got or 'none'}"
    return None if answer.body == CONTENT[FIRST : LAST + 1] else "the range holds other bytes than the file"


def _denied(answer: Answer) -> str | None:
    """Right is: a refusal that gives nothing away."""
    if any(leak in answer.body for leak in LEAKS):
        return f"gives away a file from outside its folder: {answer.body[:60]!r}"
    return answers.answer_problem(answer, DENIED)


def ring(_random: Random) -> tuple[Exchange, ...]:
    """The file."""
    return (_get(_whole),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """A range, a file that is not there, and ways out of the folder."""
    return (
        replace(_get(_part, "a range", Range=f"bytes={FIRST}-{LAST}"), alike=False),
        _get(answers.not_found(), "no such file", "/static/none.bin"),
        *(replace(_get(_denied, "a way out of the folder", target), alike=False) for target in OUTSIDE),
    )


def unchanged_ring(_random: Random) -> tuple[Exchange, ...]:
    """The file, by a client that has had it since it was last changed."""
    since = formatdate(MODIFIED_UNIX_S, usegmt=True)
    return (_get(_unchanged, If_Modified_Since=since),)


def unchanged_probes(_random: Random) -> tuple[Exchange, ...]:
    """By clients that have an older one."""
    since = formatdate(MODIFIED_UNIX_S - 1, usegmt=True)
    return (
        _get(_whole, "no condition"),
        _get(_whole, "changed since", If_Modified_Since=since),
        _get(_whole, "another ETag", If_None_Match='"another"'),
    )


def with_etag(whole: Answer) -> tuple[Exchange, ...]:
    """By a client that has the file under its ETag."""
    etag = whole.header("etag") or ""
    return (_get(_unchanged, "its own ETag", If_None_Match=etag),)


SCENARIOS = (
    Scenario(
        name="static",
        title="a file of 50 KB from disk",
        group="static",
        ring=ring,
        probes=probes,
    ),
    Scenario(
        name="static-304",
        title="a file that the client has already",
        group="static",
        family="static-304",
        ring=unchanged_ring,
        probes=unchanged_probes,
        following=Following(first=_get(_whole, "the file whole"), then=with_etag),
    ),
)
