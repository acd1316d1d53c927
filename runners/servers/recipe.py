"""What a launch recipe is: a server variant, and what it is asked to serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement

from results.model import Interface
from runners.processes.ports import LOOPBACK
from runners.servers.versions import Versions, is_of, stated, unmet


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
    keep_alive_s: int | None = 60
    """How long an idle connection stays open, whole seconds, at most 60 (granian takes no more).

    None: as long as the server itself chooses.
    """
    threads: int = 40
    """Size of the pool that runs synchronous handlers, per worker."""
    max_connections: int = 4096
    """Cap on connections per worker: at least twice the largest number of connections."""


@dataclass(frozen=True, slots=True)
class Since:
    """Words of a command line that not every version understands."""

    known: str
    """Requirement that says which do, such as ``gunicorn>=25.1``."""
    words: tuple[str, ...]
    before: tuple[str, ...] = ()
    """What says the same to an older version; empty: nothing does."""

    def understood(self, versions: Versions) -> bool:
        """Whether what is installed knows ``words``; what is not in ``versions`` is taken to be new."""
        return is_of(self.known, versions) is not False

    def difference(self, versions: Versions) -> str:
        """What an older version gets in place of ``words``, as a sentence; empty where it knows them."""
        if self.understood(versions):
            return ""
        package = Requirement(self.known).name
        instead = f"`{' '.join(self.before)}` in its place" if self.before else "left out"
        return (
            f"{package} {stated(package, versions)} is too old for `{' '.join(self.words)}` "
            f"({self.known}): {instead}"
        )


Word = str | Since
Command = Callable[[Serve], tuple[Word, ...]]
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
    http2: Command | None = None
    """The same, speaking HTTP/2 besides HTTP/1.1; None: the server has no HTTP/2."""
    needs: tuple[str, ...] = ()
    """Requirements without which it is not applicable, such as ``gunicorn>=24`` for a worker class."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the server needs beside the environment that every server is given."""
    capabilities: frozenset[str] = frozenset({"http"})
    """What ``Scenario.needs`` may ask for: ``http``, ``websocket``, ``lifespan``."""
    reloads: bool = False
    """On SIGHUP it replaces its workers while it serves, where it has several."""
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

    def argv(self, serve: Serve, versions: Versions) -> tuple[str, ...]:
        """The command line as the installed ``versions`` understand it."""
        return tuple(word for part in self.command(serve) for word in _words(part, versions))

    def differences(self, versions: Versions) -> tuple[str, ...]:
        """What installed ``versions`` that are older are not given or are given instead, a sentence each."""
        parts = self.command(Serve(target="app", interface=self.interface))
        sentences = (part.difference(versions) for part in parts if isinstance(part, Since))
        return tuple(sentence for sentence in sentences if sentence)

    def unmet(self, versions: Versions) -> str:
        """What of its ``needs`` the installed ``versions`` lack, in words; empty: nothing.

        As for options, what comes from a path or a commit is taken by the version that it states.
        """
        releases = {name: text.partition(" ")[0] for name, text in versions.items()}
        lacking = [text for need in self.needs if (text := unmet(need, releases))]
        return f"{self.name} needs {'; '.join(lacking)}" if lacking else ""


def _words(part: Word, versions: Versions) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    return part.words if part.understood(versions) else part.before


HTTP = frozenset({"http"})
ASGI = frozenset({"http", "websocket", "lifespan"})
RSGI = frozenset({"http", "websocket"})
