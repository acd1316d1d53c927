"""The right answers to what the price list asks, in the standard library."""

from __future__ import annotations

import gzip
import json
import re
from itertools import count

from apps.contract_additions import ADDITIONS, LONG, ORIGIN
from apps.contract_targets import layer_header
from scenarios.exchange import Request

Headers = tuple[tuple[str, str], ...]
Parts = tuple[bytes, str, int, Headers]
"""Body, media type, status and further headers of an answer."""
JSON = "application/json"
PATH = re.compile(r"/json/(\d\d)(/effects|/broken)?")
SESSION = "session=AAAAAAAA"
"""A cookie that is known again."""
HEADERS: dict[str, Headers] = {
    "cors": (("access-control-allow-origin", ORIGIN),),
    "sessions": (("set-cookie", f"{SESSION}; Path=/"),),
    "middleware": (layer_header(1),),
    "middleware-2": (layer_header(1), layer_header(2)),
    "base-middleware": (layer_header(1),),
    "base-middleware-2": (layer_header(1), layer_header(2)),
    "hooks": (layer_header(1),),
}
"""What additions do to the answer that is timed."""
_work = count(1)


def added(path: str, request: Request, greeting: str) -> Parts | None:
    """The right answer to ``request`` of ``path``; None where it is none of the price list."""
    match = PATH.fullmatch(path)
    if match is None or int(match[1]) >= len(ADDITIONS):
        return None
    addition = ADDITIONS[int(match[1])]
    if match[2] == "/broken":
        return b"Internal Server Error", "text/plain", 500, ()
    if match[2]:
        return _effect(addition, dict(request.headers), greeting)
    return _json({"message": greeting}, HEADERS.get(addition, ()))


def _effect(addition: str, headers: dict[str, str], greeting: str) -> Parts:
    """What shows that the addition works: it does, by every request that is asked."""
    if addition == "rate-limit":
        return b'{"detail": "too many"}', JSON, 429, ()
    if addition == "sessions":
        return _json({"visits": int(headers.get("Cookie") == SESSION)})
    if addition == "gzip":
        body = json.dumps({"messages": [greeting] * LONG}).encode()
        return gzip.compress(body), JSON, 200, (("content-encoding", "gzip"),)
    if addition == "prometheus":
        text = f'process_requests_total 1.0\nhttp_requests_total{{path="/"}} {next(_work)}.0\n'
        return text.encode(), "text/plain", 200, ()
    is_sampled = headers.get("traceparent", "").endswith("-01")
    return _json({"process": 1, "count": next(_work) if is_sampled else 0})


def _json(value: object, headers: Headers = ()) -> Parts:
    return json.dumps(value).encode(), JSON, 200, headers
