"""Litestar's controllers that answer bit by bit: chunks, events and messages of a WebSocket."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import msgspec
from litestar import Controller, WebSocket, get, websocket
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent, Stream
from litestar.types import ControllerRouterHandler

from apps import contract
from apps.litestar_models import Event


async def chunks_of(n: int) -> AsyncGenerator[bytes, None]:
    """Make the chunks of ``stream`` one by one."""
    for chunk in contract.stream_chunks(n):
        yield chunk


class StreamController(Controller):
    """Group ``stream``."""

    @get("/stream")
    async def stream(
        self,
        chunks: Annotated[int, QueryParameter(ge=1, le=contract.STREAM_CHUNKS_MAX)] = contract.STREAM_CHUNKS,
    ) -> Stream:
        """Answer of ``stream``: chunks as they are made."""
        return Stream(chunks_of(chunks), media_type="application/octet-stream")


async def events_of(n: int, interval_s: float) -> AsyncGenerator[bytes, None]:
    """Make the events of ``sse``, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            await asyncio.sleep(interval_s)
        yield msgspec.json.encode(Event(**event))


class EventsController(Controller):
    """Group ``sse``."""

    @get("/events")
    async def events(
        self,
        n: Annotated[int, QueryParameter(ge=1, le=contract.EVENTS_MAX)] = contract.EVENTS,
        interval_ms: Annotated[
            int, QueryParameter(ge=0, le=contract.EVENT_INTERVAL_MAX_MS)
        ] = contract.EVENT_INTERVAL_MS,
    ) -> ServerSentEvent:
        """Answer of ``sse``: events as they come."""
        return ServerSentEvent(events_of(n, interval_ms / 1000))


class EchoController(Controller):
    """Group ``websocket``."""

    @websocket("/ws")
    async def echo(self, socket: WebSocket) -> None:
        """Answer of ``websocket``: every message as it came."""
        await socket.accept()
        while (event := await socket.receive())["type"] == "websocket.receive":
            if (text := event.get("text")) is not None:
                await socket.send_text(text)
            else:
                await socket.send_bytes(event["bytes"])


CONTROLLERS: dict[str, ControllerRouterHandler] = {
    "stream": StreamController,
    "sse": EventsController,
    "websocket": EchoController,
}
