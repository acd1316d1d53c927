"""Pieces of the apps that several mutants change, and what is said of several."""

from __future__ import annotations

MADE_ONCE = "the answer is not made on every call"
KEPT = "kept = {}"
COUNT = "from itertools import count\n\nasked = count()"

ROWS = "list(contract.item_rows(page.offset, page.n))"
PRICED = "models.PricedOrder.from_order(order).model_dump()"
EVENTS = "contract.events(n)"

TEXT = "PlainTextResponse(contract.greeting())"
JSON = 'JSONResponse({"message": contract.greeting()})'
DECODE = "claims = jwt.decode(token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])"
SLEEP = "await asyncio.sleep(delay.ms / 1000)"
STREAMED = "    for chunk in contract.stream_chunks(n):\n        yield chunk"
PAUSE = "        if index:\n            await asyncio.sleep(interval_s)\n"

VALUE = '{"message": contract.greeting()}'
TOKEN = "authorization.token"  # noqa: S105 - the name of an attribute
BLOCKING = "time.sleep(delay.ms / 1000)"
CHUNKS = "contract.stream_chunks(query.chunks)"
BLOCKING_PAUSE = "        if index:\n            time.sleep(interval_s)\n"
