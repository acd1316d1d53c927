"""The values that fields choose from, and the integers that they hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits: a larger one in a record is refused, as numpy and pandas cannot hold it."""


class Interface(StrEnum):
    """What a framework speaks and a server accepts."""

    ASGI = "asgi"
    WSGI = "wsgi"
    RSGI = "rsgi"


class Load(StrEnum):
    """When the next request is sent."""

    CLOSED = "closed"
    """Each connection sends its next request when the last one is answered."""
    OPEN = "open"
    """At a given rate, whatever is still unanswered."""
    LOCKSTEP = "lockstep"
    """One request after the other on one connection, to be counted."""
    PROBE = "probe"
    """Whatever a probe of a lifecycle asks: no load curve (schema 1.7)."""


class Arrivals(StrEnum):
    """How the requests of an open load are spread over time."""

    CONSTANT = "constant"
    POISSON = "poisson"


class SideName(StrEnum):
    """The two sides of a comparison: what is held against, and what is judged."""

    BASE = "base"
    HEAD = "head"
    NONE = ""
    """Of what belongs to no comparison."""


BOTH_SIDES = (SideName.BASE, SideName.HEAD)
"""Of a comparison, in the order in which they are shown."""


class GateStage(StrEnum):
    """The two times that a gate measures under load."""

    SCREEN = "screen"
    """Every sentinel, to see which ones look worse."""
    CONFIRM = "confirm"
    """The ones that do, on fresh launch pairs."""
    NONE = ""
    """Of what belongs to no gate."""


class FailureStage(StrEnum):
    """What hotlap was doing when something failed."""

    RUN = "run"
    PLAN = "plan"
    ENVIRONMENT = "environment"
    NOT_IMPLEMENTED = "not-implemented"
    """The app of the framework lacks what the scenario needs."""
    SERVICE = "service"
    """What an app talks to, as a database, could not be had or ended (schema 1.7)."""
    LAUNCH = "launch"
    VERIFY = "verify"
    LOAD = "load"
    VERIFY_AFTER = "verify-after"
    """Answers were wrong under load, or when verified again after it."""
    COST = "cost"
    SAMPLE = "sample"
    """Stacks could not be sampled: nothing that is compared lacks for it (schema 1.8)."""
    LIFECYCLE = "lifecycle"
    """A probe of a lifecycle could not tell what it was to tell."""
    RECORD = "record"


class ErrorKind(StrEnum):
    """Why a request under load had no right answer."""

    WRONG_ANSWER = "wrong-answer"
    OVERLOADED = "overloaded"
    """The server refused, and said that it has too much to do."""
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    REFUSED = "refused"
    PROTOCOL = "protocol"
    NO_SOCKET = "no-socket"
    """The generator could not make one."""


class CpuSource(StrEnum):
    """Where the CPU time of a server was read."""

    CGROUP = "cgroup"
    PROCESS_CLOCK = "process-clock"


class InstructionCounter(StrEnum):
    """What counted instructions; counts of one are never compared with counts of the other."""

    CALLGRIND = "callgrind"
    PERF = "perf"


class SharesBy(StrEnum):
    """What instructions were attributed to, until schema 1.7."""

    FUNCTION = "function"
    """Inclusive, at named boundary functions."""
    OBJECT = "object"
    """Exclusive, by shared object."""


class CodeLayer(StrEnum):
    """Whose code a function is (schema 1.8)."""

    SERVER = "server"
    """Of the server, or of what calls an app in place of one."""
    FRAMEWORK = "framework"
    APP = "app"
    PACKAGE = "package"
    """Of any other package that was installed."""
    STANDARD = "standard-library"


class PlanKind(StrEnum):
    """The command that made a run."""

    RUN = "run"
    COST = "cost"
    LIFECYCLE = "lifecycle"
    COMPARE = "compare"
    GATE = "gate"
