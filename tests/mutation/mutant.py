"""What a row of the table of mutants is: an app that is broken in one way, and the check that refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Change = tuple[str, str, str]
"""Name of a function, type or value of the app; what stands there once; what is to stand there instead."""


class Kind(StrEnum):
    """In which way an app is broken or cheats: sections of docs/verification.md, in their order."""

    MADE_ONCE = "answers made once"
    TYPES = "types and shapes"
    HEAD = "status, media type, length"
    VALIDATION = "validation"
    ROWS = "rows"
    AUTH = "authentication"
    STREAMS = "streams and events"
    WEBSOCKET = "WebSocket"
    WAITING = "waiting"
    TARGETS = "routes, middleware and errors"
    UPLOAD = "uploads"
    STATIC = "static files"
    DATABASE = "database"
    BACKGROUND = "background tasks"
    COMPRESS = "compression"
    HOOKS = "hooks"
    LATER = "wrong only after a while"
    TOGETHER = "wrong only under concurrency"
    SELDOM = "wrong only now and then"
    TELLING = "telling a verifying launch from a measured one"


class Stage(StrEnum):
    """Where a mutant is refused."""

    VERIFY = "before load"
    LOAD = "under load"
    AFTER = "after load"
    LIFECYCLE = "by a probe"


@dataclass(frozen=True, slots=True)
class Broken:
    """How the app of one framework is changed."""

    changes: tuple[Change, ...]
    first: str = ""
    """Code in front of the first function."""
    companion: str = ""
    """The file beside the app's that is changed, such as ``starlette_threads``; empty: the app's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One row, for one framework or for both."""

    name: str
    """What is wrong, in words."""
    kind: Kind
    scenario: str
    refused: str
    """Part of what is said of it."""
    starlette: Broken | None = None
    flask: Broken | None = None
    stage: Stage = Stage.VERIFY
    hangs: bool = False
    """It leaves something unanswered, which is not worth waiting for."""

    def broken(self, framework: str) -> Broken | None:
        """How the app of ``framework`` is changed; None: there is no such mutant of it."""
        return {"starlette": self.starlette, "flask": self.flask}[framework]


def broken(*changes: Change, first: str = "", companion: str = "") -> Broken:
    """Change an app so."""
    return Broken(changes, first, companion)
