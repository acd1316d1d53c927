"""What a launch recipe is: a server variant, and what it is asked to serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from results.model import Interface
from runners.processes.ports import LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """What a server is to serve and the settings that are alike for all."""

    target: str
    """Dotted module and name, such as ``apps.fastapi_app:app``."""
    interface: Interface
    host: str = LOOPBACK
    port: int = 0
    """0: ``launch`` finds a free one."""
    workers: int = 1
    backlog: int = 2048
    keep_alive_s: int = 60
    """How long an idle connection stays open, whole seconds, at most 60 (granian takes no more)."""
    threads: int = 40
    """Size of the pool that runs synchronous handlers, per worker."""
    max_connections: int = 4096
    """Cap on connections per worker: at least twice the largest number of connections."""


Command = Callable[[Serve], tuple[str, ...]]
"""Arguments for the environment's interpreter, beginning with ``-m``; pure, and without machine paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to run a server, with loop, parser and worker class named and not guessed."""

    name: str
    """The name in cells and on the command line, such as ``uvicorn-standard``."""
    interface: Interface
    title: str
    notes: str = ""
    """What a reader must know to read its numbers, one sentence each."""
    command: Command
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the server needs beside the environment that every server is given."""
    capabilities: frozenset[str] = frozenset({"http"})
    """What ``Scenario.needs`` may ask for: ``http``, ``websocket``, ``lifespan``."""
    http_keep_alive: bool = True
    """False: a new connection for each request, never charted beside the others."""
    default: bool = True
    """False: only measured when it is named (``as shipped``)."""
    quick: bool = False
    """In the quick matrix it serves frameworks that are no part of that and that somebody asked for."""
    counted: tuple[str, ...] = ()
    """Cells of its own that a gate counts unless told otherwise: globs over ``framework--scenario``."""
    sentinel: tuple[str, ...] = ()
    """Cells of its own that a gate loads unless told otherwise: globs over ``framework--scenario``."""


HTTP = frozenset({"http"})
ASGI = frozenset({"http", "websocket", "lifespan"})
RSGI = frozenset({"http", "websocket"})
