"""What the contract rotates in answers: which of it stands in a body, and all bodies that are as right."""

from __future__ import annotations

import re

from apps.contract import GREETING, GREETINGS, SALTS

_GREETINGS = tuple(greeting.encode() for greeting in GREETINGS)
_SALTS = tuple(f"{salt}-".encode() for salt in SALTS)
_ANY_GREETING = re.compile(b"|".join(map(re.escape, _GREETINGS)))
_ANY_SALT = re.compile(b"|".join(map(re.escape, _SALTS)))


def greeting_in(body: bytes) -> str:
    """The first greeting in ``body``; the usual one where there is none."""
    match = _ANY_GREETING.search(body)
    return match[0].decode() if match else GREETING


def salt_in(body: bytes) -> str:
    """The first salt of a row in ``body``; the usual one where there is none."""
    match = _ANY_SALT.search(body)
    return match[0][:-1].decode() if match else SALTS[0]


def with_turned_greetings(body: bytes) -> tuple[bytes, ...]:
    """``body``, and ``body`` with every greeting replaced by the next one, the one after that, and so on."""
    return tuple(_moved(body, by) for by in range(len(_GREETINGS)))


def with_turned_salts(body: bytes) -> tuple[bytes, ...]:
    """``body``, a page of the catalogue, with each of the salts in all of its rows."""
    own = salt_in(body).encode() + b"-"
    return tuple(body.replace(own, salt) for salt in _SALTS)


def unturned(body: bytes) -> bytes:
    """``body`` with the usual greeting and salt in the place of every other one."""
    return _ANY_SALT.sub(_SALTS[0], _ANY_GREETING.sub(_GREETINGS[0], body))


def _moved(body: bytes, by: int) -> bytes:
    def moved(match: re.Match[bytes]) -> bytes:
        return _GREETINGS[(_GREETINGS.index(match[0]) + by) % len(_GREETINGS)]

    return _ANY_GREETING.sub(moved, body)
