"""Mutants that send otherwise than asked: streams, events, WebSocket, waiting."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken
from tests.mutation.snippets import BLOCKING, BLOCKING_PAUSE, CHUNKS, PAUSE, SLEEP, STREAMED

STREAMS = (
    Mutant(
        name="a stream in one piece",
        kind=Kind.STREAMS,
        scenario="stream",
        refused="sent in 1 pieces",
        starlette=broken(("chunks_of", STREAMED, '    yield b"".join(contract.stream_chunks(n))')),
        flask=broken(("stream", CHUNKS, f'iter([b"".join({CHUNKS})])')),
    ),
    Mutant(
        name="a stream with a length",
        kind=Kind.STREAMS,
        scenario="stream",
        refused="wanted a stream without a length",
        starlette=broken(
            ("stream", "StreamingResponse(chunks_of(query.chunks)", f'Response(b"".join({CHUNKS})')
        ),
        flask=broken(("stream", CHUNKS, f'b"".join({CHUNKS})')),
    ),
    Mutant(
        name="a stream that lacks its last chunk",
        kind=Kind.STREAMS,
        scenario="stream",
        refused="sent in 99 pieces",
        starlette=broken(("chunks_of", "stream_chunks(n)", "stream_chunks(n - (n > 1))")),
        flask=broken(("stream", "chunks)", "chunks - (query.chunks > 1))")),
    ),
    Mutant(
        name="chunks that are one and the same",
        kind=Kind.STREAMS,
        scenario="stream",
        refused="wanted 100 chunks, got 102400 bytes",
        starlette=broken(
            (
                "chunks_of",
                STREAMED,
                "    first = next(contract.stream_chunks(n))\n    for _ in range(n):\n        yield first",
            )
        ),
        flask=broken(("stream", CHUNKS, f"iter([next({CHUNKS})] * query.chunks)")),
    ),
    Mutant(
        name="events without pauses",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="all events within",
        starlette=broken(("events_of", PAUSE, "")),
        flask=broken(("events_of", BLOCKING_PAUSE, "")),
    ),
    Mutant(
        name="events after all pauses",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="all events within",
        starlette=broken(
            ("events_of", PAUSE, ""),
            ("events_of", "    for index", "    await asyncio.sleep(interval_s * (n - 1))\n    for index"),
        ),
        flask=broken(
            ("events_of", BLOCKING_PAUSE, ""),
            ("events_of", "    for index", "    time.sleep(interval_s * (n - 1))\n    for index"),
        ),
    ),
    Mutant(
        name="events in pairs",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="came together",
        starlette=broken(
            (
                "events_of",
                PAUSE,
                (
                    "        if index % 2:\n"
                    "            await asyncio.sleep(interval_s if index == n - 1 else 2 * interval_s)\n"
                ),
            )
        ),
        flask=broken(
            (
                "events_of",
                BLOCKING_PAUSE,
                "        if index % 2:\n            time.sleep(interval_s if index == n - 1 else 2 * interval_s)\n",
            )
        ),
    ),
    Mutant(
        name="events that are one and the same",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="event 1.message: wanted str",
        flask=broken(
            (
                "events_of",
                "enumerate(contract.events(n))",
                'enumerate({**first, "index": at} for at in range(n))',
            ),
            ("events_of", "    for index", "    first = next(contract.events(1))\n    for index"),
        ),
    ),
    Mutant(
        name="events of another media type",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="wanted Content-Type text/event-stream",
        starlette=broken(("events", '"text/event-stream"', '"application/json"')),
        flask=broken(("events", '"text/event-stream"', '"application/json"')),
    ),
    Mutant(
        name="the last event is cut short",
        kind=Kind.STREAMS,
        scenario="sse",
        refused="the last event is not ended by a blank line",
        starlette=broken(("events_of", '\\n\\n"', '" + ("\\n" if index == n - 1 else "\\n\\n")')),
        flask=broken(("events_of", '\\n\\n"', '" + ("\\n" if index == n - 1 else "\\n\\n")')),
    ),
)

WEBSOCKET = (
    Mutant(
        name="text for binary",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="(one binary message that is no UTF-8): wanted (b'",
        starlette=broken(
            ("Echo", "websocket.send_bytes(data)", 'websocket.send_text(data.decode("latin-1"))')
        ),
    ),
    Mutant(
        name="binary for text",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="wanted ('hello',) back, got (b'hello',)",
        starlette=broken(("Echo", "websocket.send_text(data)", "websocket.send_bytes(data.encode())")),
    ),
    Mutant(
        name="empty messages are dropped",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="(empty messages): no answer",
        hangs=True,
        starlette=broken(
            (
                "Echo",
                "        if isinstance",
                "        if not data:\n            return\n        if isinstance",
            )
        ),
    ),
    Mutant(
        name="messages overtake each other",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="(64 messages at once, in order): wanted",
        hangs=True,
        starlette=broken(
            (
                "Echo",
                "        if isinstance",
                (
                    '        if isinstance(data, str) and data.startswith("0 "):\n'
                    "            waiting.append(data)\n"
                    "            return\n"
                    "        if waiting and isinstance(data, str):\n"
                    "            await websocket.send_text(data)\n"
                    "            data = waiting.pop()\n"
                    "        if isinstance"
                ),
            ),
            first="waiting = []",
        ),
    ),
    Mutant(
        name="long messages are cut off",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="(65536 bytes): wanted",
        starlette=broken(("Echo", "websocket.send_text(data)", "websocket.send_text(data[:65535])")),
    ),
    Mutant(
        name="closed with another code",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="wanted a close with code 1000, got 1001",
        starlette=broken(
            (
                "Echo",
                "        if isinstance",
                (
                    '        if data == "hello":\n'
                    "            await websocket.send_text(data)\n"
                    "            await websocket.close(1001)\n"
                    "            return\n"
                    "        if isinstance"
                ),
            )
        ),
    ),
    Mutant(
        name="a plain GET is answered",
        kind=Kind.WEBSOCKET,
        scenario="websocket",
        refused="(a plain GET): wanted a status of 4xx, got 200",
        starlette=broken(
            (
                "ROUTES",
                '[WebSocketRoute("/ws", Echo)]',
                '[Route("/ws", plaintext), WebSocketRoute("/ws", Echo)]',
            )
        ),
    ),
)

WAITING = (
    Mutant(
        name="waits half of the time",
        kind=Kind.WAITING,
        scenario="delay",
        refused="at least",
        starlette=broken(("delay", "delay.ms / 1000)", "delay.ms / 2000)")),
        flask=broken(("delay", "delay.ms / 1000)", "delay.ms / 2000)")),
    ),
    Mutant(
        name="waits the least for everybody",
        kind=Kind.WAITING,
        scenario="delay",
        refused="at least",
        starlette=broken(("delay", "delay.ms / 1000)", "0.01)")),
        flask=broken(("delay", "delay.ms / 1000)", "0.01)")),
    ),
    Mutant(
        name="blocks while it waits",
        kind=Kind.WAITING,
        scenario="delay",
        refused="does the handler block the event loop while it waits?",
        starlette=broken(("delay", SLEEP, BLOCKING), first="import time"),
    ),
    Mutant(
        name="a plain function on the event loop",
        kind=Kind.WAITING,
        scenario="json-sync",
        refused="wanted status 200, got 500",
        starlette=broken(("message", "def message", "async def message"), companion="starlette_threads"),
    ),
    Mutant(
        name="a plain function that lets one wait at a time",
        kind=Kind.WAITING,
        scenario="delay-threadpool",
        refused="no less than 4 of them one after the other",
        starlette=broken(
            ("delay", "    return", "    with turn:\n        return"),
            first="from threading import Lock\n\nturn = Lock()",
            companion="starlette_threads",
        ),
    ),
    Mutant(
        name="lets one wait at a time",
        kind=Kind.WAITING,
        scenario="delay",
        refused="no less than 4 of them one after the other",
        starlette=broken(
            ("delay", SLEEP, f"async with turn:\n        {SLEEP}"), first="turn = asyncio.Lock()"
        ),
    ),
)

MUTANTS = (*STREAMS, *WEBSOCKET, *WAITING)
