"""granian: the Rust server, for all three interfaces."""

from __future__ import annotations

from functools import partial

from runners.servers.recipe import ASGI, HTTP, RSGI, Serve, Variant

PACKAGES = ("granian",)
BOUNDARIES = {
    "server, a request whole": (
        "granian/_futures.py::_future_watcher_wrapper.<locals>.future_watcher",
        "granian/wsgi.py::_callback_wrapper.<locals>._runner",
    ),
}


def _bind(serve: Serve, interface: str) -> tuple[str, ...]:
    return (
        *("-m", "granian", serve.target, "--interface", interface),
        *("--host", serve.host, "--port", str(serve.port), "--workers", str(serve.workers)),
    )


def _command(serve: Serve, *, interface: str) -> tuple[str, ...]:
    """Only WSGI runs Python on more than one thread a worker: the others refuse ``--blocking-threads``."""
    threads = serve.threads if interface == "wsgi" else 1
    return (
        *_bind(serve, interface),
        *("--loop", "uvloop", "--task-impl", "asyncio", "--runtime-mode", "mt", "--runtime-threads", "1"),
        *("--blocking-threads", str(threads), "--http", "1", "--http1-keep-alive"),
        *("--http1-header-read-timeout", str(serve.keep_alive_s * 1000)),
        *("--backlog", str(serve.backlog), "--backpressure", str(serve.max_connections)),
        *("--no-ws" if interface == "wsgi" else "--ws", "--no-access-log"),
    )


def _as_shipped(serve: Serve, *, interface: str) -> tuple[str, ...]:
    return _bind(serve, interface)


def _variant(interface: str, capabilities: frozenset[str]) -> Variant:
    return Variant(
        name=f"granian-{interface}",
        interface=interface,
        title=f"granian ({interface.upper()})",
        notes="Its threads for input and output share the worker's CPU with Python.",
        command=partial(_command, interface=interface),
        capabilities=capabilities,
        quick=True,
        counted=("*--json",),
    )


VARIANTS = (
    _variant("asgi", ASGI),
    _variant("wsgi", HTTP),
    _variant("rsgi", RSGI),
    Variant(
        name="granian-wsgi-as-shipped",
        interface="wsgi",
        title="granian (WSGI) as shipped",
        notes="No option set: up to 512 threads, at most 1,024 connections a worker.",
        command=partial(_as_shipped, interface="wsgi"),
        default=False,
        counted=("*--json",),
    ),
)
