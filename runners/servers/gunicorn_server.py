"""gunicorn: the pre-forking server, with its WSGI workers, its own ASGI worker and uvicorn's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from results.model import Interface
from runners.http.address import Endpoint
from runners.servers.recipe import ASGI, Serve, Since, Variant, Word

PACKAGES = ("gunicorn[gevent]>=20.1", "uvicorn-worker")
"""``uvicorn-worker`` is the class that ``gunicorn-uvicorn`` runs."""
COMPANIONS = {"gunicorn<21": ("setuptools<82",)}
"""It imports ``pkg_resources``, which setuptools 82 no longer has."""
BOUNDARIES = {
    "server, a request whole": ("gunicorn/workers/gthread.py::ThreadWorker.handle",),
    "server, parsing": ("gunicorn/http/message.py::Message.__init__",),
    "server, sending": ("gunicorn/http/wsgi.py::Response.write",),
}

Options = Callable[[Serve], tuple[Word, ...]]
PYTHON_PARSER = Since("gunicorn>=25.2", ("--http-parser", "python"))
"""gunicorn's Python parser by name: ``auto`` takes the C parser as soon as something installs it."""
FAST_PARSER = Since("gunicorn>=25.2", ("--http-parser", "fast"))
FAST = ("gunicorn>=25.2", "gunicorn-h1c>=0.4.1")
"""What the C parser needs, as gunicorn itself checks it."""
FAST_NOTES = (
    "gunicorn's C parser, for environments that hold gunicorn_h1c (as by `--with 'gunicorn[fast]==26.2.0'`). "
    "The locks do not: gunicorn 27.0.1 asks for a gunicorn_h1c that PyPI does not have yet, and others are "
    "compiled from source."
)
NO_CONTROL_SOCKET = Since("gunicorn>=25.1", ("--no-control-socket",))
PINNED_WORKER = Since(
    "uvicorn>=0.42",
    ("apps.uvicorn_workers.PinnedWorker",),
    before=("apps.uvicorn_workers.LegacyWebSocketWorker",),
)
"""As in ``uvicorn_server.WEBSOCKETS``: gunicorn has no option for what its worker does."""


def _bind(serve: Serve, worker: Word) -> tuple[Word, ...]:
    return (
        *("-m", "gunicorn", serve.target, "--bind", str(Endpoint(serve.host, serve.port))),
        *("--workers", str(serve.workers), "--worker-class", worker),
    )


def _command(serve: Serve, *, worker: Word, options: Options) -> tuple[Word, ...]:
    return (
        *_bind(serve, worker),
        *("--backlog", str(serve.backlog)),
        *(() if serve.keep_alive_s is None else ("--keep-alive", str(serve.keep_alive_s))),
        *("--worker-connections", str(serve.max_connections)),
        *options(serve),
        NO_CONTROL_SOCKET,
    )


def _python_parser(_serve: Serve) -> tuple[Word, ...]:
    return (PYTHON_PARSER,)


def _threads(serve: Serve, parser: Word) -> tuple[Word, ...]:
    return ("--threads", str(serve.threads), parser)


def _loop(_serve: Serve, parser: Word) -> tuple[Word, ...]:
    return ("--asgi-loop", "uvloop", parser)


def _no_options(_serve: Serve) -> tuple[Word, ...]:
    return ()


def _as_shipped(serve: Serve) -> tuple[Word, ...]:
    return (*_bind(serve, "gthread"), NO_CONTROL_SOCKET)


VARIANTS = (
    Variant(
        name="gunicorn-sync",
        interface=Interface.WSGI,
        reloads=True,
        title="gunicorn (sync)",
        notes="One request at a time per worker, and a new connection for each: it has no keep-alive.",
        command=partial(_command, worker="sync", options=_python_parser),
        http_keep_alive=False,
    ),
    Variant(
        name="gunicorn-gthread",
        interface=Interface.WSGI,
        reloads=True,
        title="gunicorn (gthread)",
        notes="With the Python parser, as all but those named `-fast`: a plain install has no other.",
        command=partial(_command, worker="gthread", options=partial(_threads, parser=PYTHON_PARSER)),
        quick=True,
    ),
    Variant(
        name="gunicorn-gthread-fast",
        interface=Interface.WSGI,
        reloads=True,
        title="gunicorn (gthread, C parser)",
        notes=FAST_NOTES,
        command=partial(_command, worker="gthread", options=partial(_threads, parser=FAST_PARSER)),
        needs=FAST,
        default=False,
    ),
    Variant(
        name="gunicorn-gevent",
        interface=Interface.WSGI,
        reloads=True,
        title="gunicorn (gevent)",
        notes="The worker monkey-patches the standard library before it imports the app.",
        command=partial(_command, worker="gevent", options=_python_parser),
    ),
    Variant(
        name="gunicorn-asgi",
        interface=Interface.ASGI,
        reloads=True,
        title="gunicorn (its ASGI worker, uvloop)",
        notes="gunicorn's own ASGI worker with its Python parser, which is what a plain install gives.",
        command=partial(_command, worker="asgi", options=partial(_loop, parser=PYTHON_PARSER)),
        needs=("gunicorn>=24",),
        capabilities=ASGI,
    ),
    Variant(
        name="gunicorn-asgi-fast",
        interface=Interface.ASGI,
        reloads=True,
        title="gunicorn (its ASGI worker, uvloop, C parser)",
        notes=FAST_NOTES,
        command=partial(_command, worker="asgi", options=partial(_loop, parser=FAST_PARSER)),
        needs=FAST,
        capabilities=ASGI,
        default=False,
    ),
    Variant(
        name="gunicorn-uvicorn",
        interface=Interface.ASGI,
        reloads=True,
        title="gunicorn (uvicorn worker: uvloop, httptools)",
        notes="uvicorn-worker's class with loop, parser and proxy headers pinned as in uvicorn-standard.",
        command=partial(_command, worker=PINNED_WORKER, options=_no_options),
        needs=("gunicorn>=21",),
        capabilities=ASGI,
    ),
    Variant(
        name="gunicorn-gthread-as-shipped",
        interface=Interface.WSGI,
        reloads=True,
        title="gunicorn (gthread) as shipped",
        notes="One thread, idle connections closed after 2 s, at most 1,000 connections.",
        command=_as_shipped,
        default=False,
    ),
)
