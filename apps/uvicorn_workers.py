"""uvicorn-worker's class for gunicorn with loop and parser named: gunicorn has no option for them."""

from typing import Any

from uvicorn_worker import UvicornWorker


class PinnedWorker(UvicornWorker):
    """What ``uvicorn-standard`` is, as a worker of gunicorn."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 - the name and type that the base class reads
        "interface": "asgi3",
        "loop": "uvloop",
        "http": "httptools",
        "ws": "websockets-sansio",
        "access_log": False,
        "proxy_headers": False,
    }


class LegacyWebSocketWorker(PinnedWorker):
    """The same for a uvicorn older than 0.42, whose sans-I/O WebSocket is missing or loses messages."""

    CONFIG_KWARGS: dict[str, Any] = {**PinnedWorker.CONFIG_KWARGS, "ws": "websockets"}  # noqa: RUF012 - as above
