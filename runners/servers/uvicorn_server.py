"""uvicorn: the ASGI server on asyncio, with its fast and its pure-Python parts."""

from __future__ import annotations

from functools import partial

from results.model import Interface
from runners.servers.recipe import ASGI, Serve, Since, Variant, Word

PACKAGES = ("uvicorn[standard]>=0.22",)
"""The variant without the standard extra needs nothing else."""
BOUNDARIES = {
    "server, a request whole": (
        "uvicorn/protocols/http/httptools_impl.py::RequestResponseCycle.run_asgi",
        "uvicorn/protocols/http/h11_impl.py::RequestResponseCycle.run_asgi",
    ),
    "server, parsing": (
        "uvicorn/protocols/http/httptools_impl.py::HttpToolsProtocol.data_received",
        "uvicorn/protocols/http/h11_impl.py::H11Protocol.data_received",
    ),
    "server, sending": (
        "uvicorn/protocols/http/httptools_impl.py::RequestResponseCycle.send",
        "uvicorn/protocols/http/h11_impl.py::RequestResponseCycle.send",
    ),
}

WEBSOCKETS = Since("uvicorn>=0.42", ("--ws", "websockets-sansio"), before=("--ws", "websockets"))
"""Known from 0.35 on, but until 0.42 it swallows empty messages, and ``auto`` picks the older one."""


def _command(serve: Serve, *, loop: str, http: str) -> tuple[Word, ...]:
    return (
        *("-m", "uvicorn", serve.target),
        *("--host", serve.host, "--port", str(serve.port), "--workers", str(serve.workers)),
        *("--interface", "asgi3", "--loop", loop, "--http", http),
        WEBSOCKETS,
        *("--backlog", str(serve.backlog)),
        *(() if serve.keep_alive_s is None else ("--timeout-keep-alive", str(serve.keep_alive_s))),
        *("--no-access-log", "--no-proxy-headers", "--no-use-colors"),
    )


def _as_shipped(serve: Serve) -> tuple[str, ...]:
    return (
        *("-m", "uvicorn", serve.target),
        *("--host", serve.host, "--port", str(serve.port), "--workers", str(serve.workers)),
    )


VARIANTS = (
    Variant(
        name="uvicorn-standard",
        interface=Interface.ASGI,
        reloads=True,
        title="uvicorn (uvloop, httptools)",
        command=partial(_command, loop="uvloop", http="httptools"),
        capabilities=ASGI,
        quick=True,
        counted=("*--json",),
    ),
    Variant(
        name="uvicorn-pure",
        interface=Interface.ASGI,
        reloads=True,
        title="uvicorn (asyncio, h11)",
        notes="What `pip install uvicorn` gives without the standard extra.",
        command=partial(_command, loop="asyncio", http="h11"),
        capabilities=ASGI,
    ),
    Variant(
        name="uvicorn-as-shipped",
        interface=Interface.ASGI,
        reloads=True,
        title="uvicorn as shipped",
        notes="No option set: access log on, proxy headers read, idle connections closed after 5 s.",
        command=_as_shipped,
        capabilities=ASGI,
        default=False,
    ),
)
