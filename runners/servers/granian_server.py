"""granian: the Rust server, for all three interfaces."""

from __future__ import annotations

from functools import partial

from results.model import Interface
from runners.servers.recipe import ASGI, HTTP, RSGI, Serve, Since, Variant, Word

PACKAGES = ("granian>=1.6",)
BOUNDARIES = {
    "server, a request whole": (
        "granian/_futures.py::_future_watcher_wrapper.<locals>.future_watcher",
        "granian/wsgi.py::_callback_wrapper.<locals>._runner",
    ),
}


def _bind(serve: Serve, interface: Interface) -> tuple[str, ...]:
    return (
        *("-m", "granian", serve.target, "--interface", interface),
        *("--host", serve.host, "--port", str(serve.port), "--workers", str(serve.workers)),
    )


RUNTIME_MODES = {Interface.ASGI: "mt", Interface.WSGI: "mt", Interface.RSGI: "st"}
"""What ``--runtime-mode auto`` picks for HTTP/1 with one runtime thread (granian 2.8.7)."""
THREADING_MODES = {"mt": "runtime", "st": "workers"}
"""What granian 1 called its runtime modes."""


def _runtime(mode: str) -> tuple[Word, ...]:
    return (
        Since("granian>=1.7", ("--task-impl", "asyncio"), before=("--no-opt",)),
        Since("granian>=2", ("--runtime-mode", mode), before=("--threading-mode", THREADING_MODES[mode])),
        Since("granian>=2", ("--runtime-threads", "1"), before=("--threads", "1")),
    )


def _keep_alive(serve: Serve) -> tuple[Word, ...]:
    if serve.keep_alive_s is None:
        return ()
    return (Since("granian>=2", ("--http1-header-read-timeout", str(serve.keep_alive_s * 1000))),)


def _command(serve: Serve, *, interface: Interface, runtime_mode: str, http: str = "1") -> tuple[Word, ...]:
    """Only WSGI runs Python on more than one thread a worker: the others refuse ``--blocking-threads``."""
    threads = serve.threads if interface == Interface.WSGI else 1
    return (
        *_bind(serve, interface),
        *("--loop", "uvloop"),
        *_runtime(runtime_mode),
        *("--blocking-threads", str(threads), "--http", http, "--http1-keep-alive"),
        *_keep_alive(serve),
        *("--backlog", str(serve.backlog), "--backpressure", str(serve.max_connections)),
        *("--no-ws" if interface == Interface.WSGI else "--ws", "--no-access-log"),
    )


def _as_shipped(serve: Serve, *, interface: Interface) -> tuple[str, ...]:
    return _bind(serve, interface)


def _variant(interface: Interface, capabilities: frozenset[str]) -> Variant:
    mode = RUNTIME_MODES[interface]
    return Variant(
        name=f"granian-{interface}",
        interface=interface,
        reloads=True,
        title=f"granian ({interface.upper()})",
        notes="Its threads for input and output share the worker's CPU with Python. "
        f"Runtime mode {mode}, which granian picks by itself for this interface.",
        command=partial(_command, interface=interface, runtime_mode=mode),
        http2=partial(_command, interface=interface, runtime_mode=mode, http="auto"),
        capabilities=capabilities,
        quick=True,
        counted=("*--json",),
    )


def _other_mode(interface: Interface, mode: str, capabilities: frozenset[str]) -> Variant:
    return Variant(
        name=f"granian-{interface}-{mode}",
        interface=interface,
        reloads=True,
        title=f"granian ({interface.upper()}, runtime mode {mode})",
        notes=f"As granian-{interface}, but for the runtime mode.",
        command=partial(_command, interface=interface, runtime_mode=mode),
        http2=partial(_command, interface=interface, runtime_mode=mode, http="auto"),
        capabilities=capabilities,
        default=False,
    )


VARIANTS = (
    _variant(Interface.ASGI, ASGI),
    _variant(Interface.WSGI, HTTP),
    _variant(Interface.RSGI, RSGI),
    _other_mode(Interface.ASGI, "st", ASGI),
    _other_mode(Interface.RSGI, "mt", RSGI),
    Variant(
        name="granian-wsgi-as-shipped",
        interface=Interface.WSGI,
        reloads=True,
        title="granian (WSGI) as shipped",
        notes="No option set: up to 512 threads, at most 1,024 connections a worker.",
        command=partial(_as_shipped, interface=Interface.WSGI),
        default=False,
        counted=("*--json",),
    ),
)
