"""Django: views that wait or answer bit by bit, each in a form for WSGI and in one for ASGI."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from apps import contract
from apps import pydantic_models as models
from apps.django_refusals import AsyncView, View, refuses_invalid, refuses_invalid_async


@require_GET
@refuses_invalid
def delay(_request: HttpRequest, ms: int) -> HttpResponse:
    """Answer of ``delay`` under WSGI, after that many milliseconds."""
    delay = models.DelayIn(ms=ms)
    time.sleep(delay.ms / 1000)
    return JsonResponse(contract.delay_answer(delay.ms))


@require_GET
@refuses_invalid_async
async def delay_async(_request: HttpRequest, ms: int) -> HttpResponse:
    """Answer of ``delay`` under ASGI, after that many milliseconds."""
    delay = models.DelayIn(ms=ms)
    await asyncio.sleep(delay.ms / 1000)
    return JsonResponse(contract.delay_answer(delay.ms))


@require_GET
@refuses_invalid
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer of ``stream`` under WSGI: chunks as they are made."""
    query = models.Stream.model_validate(request.GET.dict())
    return StreamingHttpResponse(
        contract.stream_chunks(query.chunks), content_type="application/octet-stream"
    )


async def chunks_of_async(n: int) -> AsyncIterator[bytes]:
    """Make the chunks of ``stream`` under ASGI one by one."""
    for chunk in contract.stream_chunks(n):
        yield chunk


@require_GET
@refuses_invalid_async
async def stream_async(request: HttpRequest) -> StreamingHttpResponse:
    """Answer of ``stream`` under ASGI: chunks as they are made."""
    query = models.Stream.model_validate(request.GET.dict())
    return StreamingHttpResponse(chunks_of_async(query.chunks), content_type="application/octet-stream")


def event_text(event: dict[str, Any]) -> str:
    """``event`` of ``sse`` as it stands in the stream."""
    return f"data: {json.dumps(event)}\n\n"


def event_stream(content: Iterator[str] | AsyncIterator[str]) -> StreamingHttpResponse:
    """Make a response of events."""
    headers = {"Cache-Control": "no-cache"}
    return StreamingHttpResponse(content, content_type="text/event-stream", headers=headers)


def events_of(n: int, interval_s: float) -> Iterator[str]:
    """Make the events of ``sse`` under WSGI, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            time.sleep(interval_s)
        yield event_text(event)


@require_GET
@refuses_invalid
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Answer of ``sse`` under WSGI: events as they come."""
    query = models.Events.model_validate(request.GET.dict())
    return event_stream(events_of(query.n, query.interval_ms / 1000))


async def events_of_async(n: int, interval_s: float) -> AsyncIterator[str]:
    """Make the events of ``sse`` under ASGI, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            await asyncio.sleep(interval_s)
        yield event_text(event)


@require_GET
@refuses_invalid_async
async def events_async(request: HttpRequest) -> StreamingHttpResponse:
    """Answer of ``sse`` under ASGI: events as they come."""
    query = models.Events.model_validate(request.GET.dict())
    return event_stream(events_of_async(query.n, query.interval_ms / 1000))


ROUTES: dict[str, list[tuple[str, View]]] = {
    "delay": [("delay/<int:ms>", delay)],
    "stream": [("stream", stream)],
    "sse": [("events", events)],
}
AWAITING: dict[View, AsyncView] = {delay: delay_async, stream: stream_async, events: events_async}
"""With the form of each for ASGI."""
