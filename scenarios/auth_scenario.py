"""A bearer token (JWT, HS256) checked on every request, one in twenty of them bad."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from random import Random
from typing import Any

from apps.contract import JWT_ALGORITHM, JWT_SECRET, me
from scenarios import answers
from scenarios.exchange import Exchange, Lapse, Request, Scenario
from scenarios.inputs import RING, get, mixed, words

NUMBER = 11
"""Place in the catalogue."""

BAD_TOKENS = RING // 20
"""Entries that are bad: exactly 5%."""
FAR_UNIX_S = 4_102_444_800
"""2100-01-01: the same seed gives the same tokens on any day."""
PAST_UNIX_S = 1_000_000_000
"""2001-09-09."""
OTHER_SECRET = "another-secret-with-as-many-bytes-for-hs256-but-not-ours"  # noqa: S105 - a benchmark's fixture
DIGESTS = {"HS256": "sha256", "HS512": "sha512"}


def token(claims: Mapping[str, Any], *, secret: str = JWT_SECRET, algorithm: str = JWT_ALGORITHM) -> str:
    """JWT by RFC 7519, compact, signed by HMAC (RFC 7515, A.1); algorithm ``none`` has no signature."""
    signed = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}"
    if algorithm == "none":
        return f"{signed}."
    digest = hmac.new(secret.encode(), signed.encode(), getattr(hashlib, DIGESTS[algorithm])).digest()
    return f"{signed}.{_base64(digest)}"


def _part(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def claims(random: Random, expires_unix_s: int = FAR_UNIX_S) -> dict[str, Any]:
    """Who, what for and until when."""
    return {"sub": f"user-{random.randint(1, 10**6)}", "scope": words(random, 2), "exp": expires_unix_s}


def _asked(authorization: str | None) -> Request:
    headers = () if authorization is None else (("Authorization", authorization),)
    return Request(target="/auth", headers=headers)


def _right(random: Random, about: str = "") -> Exchange:
    who = claims(random)
    return Exchange(
        request=_asked(f"Bearer {token(who)}"),
        check=answers.json_answer(me(who)),
        about=about,
    )


def _wrong(authorization: str | None, about: str) -> Exchange:
    return Exchange(request=_asked(authorization), check=answers.unauthorised(), about=about)


def timed_bad(random: Random) -> tuple[Exchange, ...]:
    """Four bad ones, each by another fault."""
    return (
        _wrong(f"Bearer {token(claims(random), secret=OTHER_SECRET)}", "signed with another secret"),
        _wrong(f"Bearer {token(claims(random, PAST_UNIX_S))}", "expired"),
        _wrong(None, "no Authorization"),
        _wrong(f"Basic {token(claims(random))}", "another scheme"),
    )


def ring(random: Random) -> tuple[Exchange, ...]:
    """Rotating tokens, 95% good; the bad ones in random places."""
    good = [_right(random) for _ in range(RING - BAD_TOKENS)]
    return mixed(random, good, timed_bad(random)[:BAD_TOKENS])


def probes(random: Random) -> tuple[Exchange, ...]:
    """Every way in which a token can be bad."""
    who = claims(random)
    head, body, signature = token(who).split(".")
    forged = token({**who, "sub": "root"}).split(".")[1]
    return (
        _right(random, "a good token"),
        *timed_bad(random),
        _wrong("Bearer", "a scheme without a token"),
        _wrong(f"Token {token(claims(random))}", "a scheme that nobody knows"),
        _wrong("Bearer abc", "a token that is none"),
        _wrong(f"Bearer {head}.{body}", "no signature"),
        _wrong(f"Bearer {head}.{forged}.{signature}", "claims changed behind the signature"),
        _wrong(f"Bearer {token(who, algorithm='none')}", "algorithm none"),
        _wrong(f"Bearer {token(who, algorithm='HS512')}", "an algorithm that is not allowed"),
        get("/auth/none", answers.not_found(), "unknown path"),
    )


def _lapsing(who: dict[str, Any], about: str) -> tuple[Exchange, Exchange]:
    request = _asked(f"Bearer {token(who)}")
    return (
        Exchange(request=request, check=answers.json_answer(me(who)), about=f"a token before it {about}"),
        Exchange(request=request, check=answers.unauthorised(), about=f"the same token after it {about}"),
    )


def _expiring(random: Random, at_unix_s: int) -> tuple[Exchange, Exchange]:
    return _lapsing(claims(random, at_unix_s), "expired")


def _revoked(random: Random, _at_unix_s: int) -> tuple[Exchange, Exchange]:
    return _lapsing({**claims(random), "jti": f"{random.getrandbits(64):x}", "uses": 1}, "was revoked")


SCENARIOS = (
    Scenario(
        name="auth",
        title="a bearer token checked per request",
        group="auth",
        ring=ring,
        probes=probes,
        lapses=(Lapse(make=_expiring), Lapse(make=_revoked, by_use=True)),
    ),
)
