"""gunicorn: the pre-forking server, with its WSGI workers, its own ASGI worker and uvicorn's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from results.model import Interface
from runners.http.address import Endpoint
from runners.servers.recipe import ASGI, Serve, Variant

PACKAGES = ("gunicorn[gevent]", "uvicorn-worker")
"""``uvicorn-worker`` is the class that ``gunicorn-uvicorn`` runs."""
BOUNDARIES = {
    "server, a request whole": ("gunicorn/workers/gthread.py::ThreadWorker.handle",),
    "server, parsing": ("gunicorn/http/message.py::Message.__init__",),
    "server, sending": ("gunicorn/http/wsgi.py::Response.write",),
}

Options = Callable[[Serve], tuple[str, ...]]
PYTHON_PARSER = ("--http-parser", "python")
"""gunicorn's Python parser by name: ``auto`` takes the C parser as soon as something installs it."""


def _bind(serve: Serve, worker: str) -> tuple[str, ...]:
    return (
        *("-m", "gunicorn", serve.target, "--bind", str(Endpoint(serve.host, serve.port))),
        *("--workers", str(serve.workers), "--worker-class", worker),
    )


def _command(serve: Serve, *, worker: str, options: Options) -> tuple[str, ...]:
    return (
        *_bind(serve, worker),
        *("--backlog", str(serve.backlog), "--keep-alive", str(serve.keep_alive_s)),
        *("--worker-connections", str(serve.max_connections)),
        *options(serve),
        "--no-control-socket",
    )


def _parser(_serve: Serve) -> tuple[str, ...]:
    return PYTHON_PARSER


def _threads(serve: Serve) -> tuple[str, ...]:
    return ("--threads", str(serve.threads), *PYTHON_PARSER)


def _loop(_serve: Serve) -> tuple[str, ...]:
    return ("--asgi-loop", "uvloop", *PYTHON_PARSER)


def _no_options(_serve: Serve) -> tuple[str, ...]:
    return ()


def _as_shipped(serve: Serve) -> tuple[str, ...]:
    return (*_bind(serve, "gthread"), "--no-control-socket")


VARIANTS = (
    Variant(
        name="gunicorn-sync",
        interface=Interface.WSGI,
        title="gunicorn (sync)",
        notes="One request at a time per worker, and a new connection for each: it has no keep-alive.",
        command=partial(_command, worker="sync", options=_parser),
        http_keep_alive=False,
    ),
    Variant(
        name="gunicorn-gthread",
        interface=Interface.WSGI,
        title="gunicorn (gthread)",
        command=partial(_command, worker="gthread", options=_threads),
        quick=True,
    ),
    Variant(
        name="gunicorn-gevent",
        interface=Interface.WSGI,
        title="gunicorn (gevent)",
        notes="The worker monkey-patches the standard library before it imports the app.",
        command=partial(_command, worker="gevent", options=_parser),
    ),
    Variant(
        name="gunicorn-asgi",
        interface=Interface.ASGI,
        title="gunicorn (its ASGI worker, uvloop)",
        notes="gunicorn's own ASGI worker with its Python parser, which is what a plain install gives.",
        command=partial(_command, worker="asgi", options=_loop),
        capabilities=ASGI,
    ),
    Variant(
        name="gunicorn-uvicorn",
        interface=Interface.ASGI,
        title="gunicorn (uvicorn worker: uvloop, httptools)",
        notes="uvicorn-worker's class with loop, parser and proxy headers pinned as in uvicorn-standard.",
        command=partial(_command, worker="apps.uvicorn_workers.PinnedWorker", options=_no_options),
        capabilities=ASGI,
    ),
    Variant(
        name="gunicorn-gthread-as-shipped",
        interface=Interface.WSGI,
        title="gunicorn (gthread) as shipped",
        notes="One thread, idle connections closed after 2 s, at most 1,000 connections.",
        command=_as_shipped,
        default=False,
    ),
)
