"""The contract in the standard library: the right answer to every request of the scenarios."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from apps import contract, contract_client, contract_data, contract_files
from apps.contract_errors import internal_error, share
from apps.contract_targets import LAYERS, PART_ROUTES, PARTS, layer_header
from apps.contract_tasks import TASK_ID_MAX, WAIT_MAX_MS
from apps.contract_threads import cpu_answer
from scenarios import static_scenario
from scenarios.exchange import Answer, Request
from tests.support.reference_additions import added

ETAG = '"an-etag"'
_calls = count()
LAYER_HEADERS = tuple(map(layer_header, range(1, LAYERS + 1)))


class Refusal(Exception):  # noqa: N818 - what it is called
    """An answer that refuses the request."""

    def __init__(self, status: int, field: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(field)
        self.status, self.field, self.headers = status, field, headers


def answer(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer of JSON."""
    return typed(json.dumps(value).encode(), "application/json", status, headers)


def typed(body: bytes, media: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer of a media type."""
    head = (("content-type", media), ("content-length", str(len(body))), *headers)
    return Answer(status=status, headers=head, body=body, elapsed_s=1.0)


def streamed(pieces: list[bytes], media: str, interval_s: float = 0.0) -> Answer:
    """An answer in chunks, one every ``interval_s``."""
    head = (("content-type", media), ("transfer-encoding", "chunked"))
    arrivals_s = tuple(0.001 + index * interval_s for index in range(len(pieces)))
    return Answer(
        status=200,
        headers=head,
        body=b"".join(pieces),
        pieces=len(pieces),
        elapsed_s=30.0,
        arrivals_s=arrivals_s,
    )


def echoed(messages: tuple[str | bytes, ...]) -> Answer:
    """A WebSocket conversation that sent ``messages`` back."""
    return Answer(status=101, headers=(), body=b"", messages=messages, close_code=1000)


def respond(request: Request, *, made_once: bool = False) -> Answer:
    """The right answer to any request of the scenarios; ``made_once``: always the same to the same."""
    parts = urlsplit(request.target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    path = parts.path
    turn = 0 if made_once else next(_calls)
    start = turn % len(contract.GREETINGS)
    greeting = contract.GREETINGS[start]
    rotating: dict[str, Callable[[], Answer]] = {
        "/plaintext": lambda: typed(greeting.encode(), "text/plain; charset=utf-8"),
        "/json": lambda: answer({"message": greeting}),
        "/layers/0": lambda: answer({"message": greeting}),
        f"/layers/{LAYERS}": lambda: answer({"message": greeting}, headers=LAYER_HEADERS),
        "/json-sync": lambda: answer({"message": greeting}),
        "/stream": lambda: _stream(query, start),
        "/events": lambda: _events(query, start),
        "/items": lambda: _page(query, contract.SALTS[turn % len(contract.SALTS)], dict(request.headers)),
    }
    if parts_of_answer := added(path, request, greeting):
        return typed(*parts_of_answer)
    try:
        return rotating[path]() if path in rotating else _routed(path, query, request, greeting)
    except Refusal as refusal:
        return answer({"detail": f"wrong: {refusal.field}"}, refusal.status, refusal.headers)


def _routed(path: str, query: dict[str, str], request: Request, greeting: str) -> Answer:
    whole: dict[str, Callable[[], Answer]] = {
        "/orders": lambda: answer(_priced(_order(request.body or b"")), 201),
        "/orders-raw": lambda: answer(_priced(json.loads(request.body or b"")), 201),
        "/dependencies": lambda: answer(
            {
                "n": _number("n", query.get("n"), -(10**9), 10**9),
                "order": ["shared", "first", "second", "third"],
                "shared": True,
            }
        ),
        "/auth": lambda: answer(contract.me(_claims(dict(request.headers).get("Authorization")))),
        "/form": lambda: answer(_form(request.body or b"")),
        "/cpu": lambda: answer(_computed(query)),
        "/cpu-inline": lambda: answer(_computed(query)),
        "/accounts": lambda: answer(_accounts(query)),
        "/upload": lambda: answer(_upload(request.body or b"")),
        static_scenario.TARGET: lambda: _static(dict(request.headers)),
        "/tasks": lambda: answer(_task(request.body or b""), 202),
    }
    if path in whole:
        return whole[path]()
    if match := re.fullmatch(r"/users/([^/]+)/items", path):
        return answer(_user(unquote(match[1]), query))
    if match := re.fullmatch(r"/delay(?:-threadpool)?/([^/]+)", path):
        ms = _number("ms", match[1], 10, 30)
        return answer({"ms": ms})
    if match := re.fullmatch(r"/things/([^/]+)", path):
        return answer({"thing_id": _number("thing_id", match[1], 1, 2**31 - 1)})
    return _other(path, request, greeting)


def _other(path: str, request: Request, greeting: str) -> Answer:
    if match := re.fullmatch(r"/errors/(\d+)", path):
        return _share(int(match[1]), request.method)
    if match := re.fullmatch(r"/(accounts|balances|offers)/(\d+)", path):
        return answer(_served(match[1], int(match[2]), request))
    return answer({"route": _route_number(path), "message": greeting})


def _route_number(path: str) -> int:
    match = re.fullmatch(r"/parts/(\d\d)/routes/(\d)", path)
    if match and int(match[1]) < PARTS:
        return int(match[1]) * PART_ROUTES + int(match[2])
    match = re.fullmatch(r"/routes/(\d{3})", path)
    if match and int(match[1]) < contract.ROUTES_TOTAL and int(match[1]) != contract.DYNAMIC_INDEX:
        return int(match[1])
    raise Refusal(404, "Not Found")


def _share(n: int, method: str) -> Answer:
    if method != "GET":
        raise Refusal(405, "method", (("allow", "GET"),))
    return answer(share(n)) if n else answer(internal_error(), 500)


def _computed(query: dict[str, str]) -> dict[str, Any]:
    return cpu_answer(_number("n", query.get("n", "5000"), 1, contract.CPU_STEPS_MAX))


def _stream(query: dict[str, str], start: int) -> Answer:
    n = _number("chunks", query.get("chunks", "100"), 1, contract.STREAM_CHUNKS_MAX)
    return streamed(list(contract.stream_chunks(n, start)), "application/octet-stream")


def _events(query: dict[str, str], start: int) -> Answer:
    interval_ms = _number("interval_ms", query.get("interval_ms", "10"), 0, contract.EVENT_INTERVAL_MAX_MS)
    n = _number("n", query.get("n", "20"), 1, contract.EVENTS_MAX)
    events = [f"data: {json.dumps(event)}\n\n".encode() for event in contract.events(n, start)]
    return streamed(events, "text/event-stream", interval_ms / 1000)


def _number(name: str, text: str | None, least: int, most: int) -> int:
    if text is None or not re.fullmatch(r"-?\d+", text) or not least <= int(text) <= most:
        raise Refusal(422, name)
    return int(text)


def _user(user_id: str, query: dict[str, str]) -> dict[str, Any]:
    limit = _number("limit", query.get("limit", "10"), 1, 100)
    return contract.user_items(_number("user_id", user_id, 1, 2**31 - 1), query.get("q"), limit)


def _items(query: dict[str, str], salt: str) -> list[dict[str, Any]]:
    offset = _number("offset", query.get("offset", "0"), 0, contract.OFFSET_MAX)
    return list(contract.salted_rows(offset, _number("n", query.get("n", "50"), 1, 5000), salt))


def _served(kind: str, number: int, request: Request) -> dict[str, Any]:
    """Row of the database, or offer made of what the upstream says."""
    most = contract_client.ITEMS if kind == "offers" else contract_data.ACCOUNTS
    if not 1 <= number <= most:
        raise Refusal(404, "Not Found")
    if kind == "offers":
        return contract_client.offer(contract_client.upstream_item(number))
    if kind == "accounts":
        return contract_data.account(number)
    return {"id": number, "cents": _cents(request.body or b"")}


def _accounts(query: dict[str, str]) -> list[dict[str, object]]:
    first = _number("first", query.get("first"), 1, contract_data.ACCOUNTS)
    return [contract_data.account(account_id) for account_id in contract_data.account_ids(first)]


def _cents(body: bytes) -> int:
    cents: int = _shaped((int, 0, contract_data.CENTS_MAX), json.loads(body).get("cents", ...), "cents")
    return cents


def _form(body: bytes) -> dict[str, str]:
    sent = dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in contract.FORM_FIELDS:
        if name not in sent:
            raise Refusal(422, name)
    return {name: sent[name] for name in contract.FORM_FIELDS}


def _page(query: dict[str, str], salt: str, headers: dict[str, str]) -> Answer:
    page = answer(_items(query, salt))
    if "gzip" not in headers.get("Accept-Encoding", ""):
        return page
    coding = (("content-encoding", "gzip"), ("vary", "Accept-Encoding"))
    return typed(gzip.compress(page.body, contract.GZIP_LEVEL), "application/json", headers=coding)


def _upload(body: bytes) -> dict[str, Any]:
    boundary = b"\r\n--" + body[2 : body.index(b"\r\n")]
    for part in (b"\r\n" + body).split(boundary + b"\r\n"):
        head, _, content = part.partition(b"\r\n\r\n")
        if name := re.search(r' name="file"; filename="(.*?)"', head.decode()):
            return contract_files.uploaded(name[1], content.partition(boundary)[0])
    raise Refusal(422, "file")


def _static(headers: dict[str, str]) -> Answer:
    tag, media, content = ETAG, static_scenario.MEDIA, static_scenario.CONTENT
    named = (("etag", tag), ("accept-ranges", "bytes"))
    since = parsedate_to_datetime(headers.get("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"))
    if headers.get("If-None-Match") == tag or since.timestamp() >= static_scenario.MODIFIED_UNIX_S:
        return Answer(status=304, headers=named, body=b"")
    if asked := re.fullmatch(r"bytes=(\d+)-(\d+)", headers.get("Range", "")):
        first, last = int(asked[1]), int(asked[2])
        content_range = (("content-range", f"bytes {first}-{last}/{len(content)}"),)
        return typed(content[first : last + 1], media, 206, named + content_range)
    return typed(content, media, headers=named)


def _task(body: bytes) -> dict[str, Any]:
    sent = {"wait_ms": 0, **json.loads(body)}
    for name, least, most in (("id", 1, TASK_ID_MAX), ("wait_ms", 0, WAIT_MAX_MS)):
        if type(sent.get(name)) is not int or not least <= sent[name] <= most:
            raise Refusal(422, name)
    return {"id": sent["id"], "state": "accepted"}


def _claims(header: str | None) -> dict[str, Any]:
    no = Refusal(401, "token", (("www-authenticate", "Bearer"),))
    scheme, _, token = (header or "").partition(" ")
    pieces = token.split(".")
    if scheme != "Bearer" or len(pieces) != 3:
        raise no
    head, body, signature = (base64.urlsafe_b64decode(piece + "==") for piece in pieces)
    signed = ".".join(pieces[:2]).encode()
    right = hmac.new(contract.JWT_SECRET.encode(), signed, hashlib.sha256).digest()
    if json.loads(head)["alg"] != "HS256" or not hmac.compare_digest(right, signature):
        raise no
    claims: dict[str, Any] = json.loads(body)
    if claims["exp"] <= time.time() or contract.is_revoked(claims):
        raise no
    return claims


INT = (int, -(10**30), 10**30)
SHAPE: dict[str, Any] = {
    "customer": {
        "id": (int, 1, 2**62),
        "name": (str, 1, 100),
        "email": (str, 0, 999),
        "address": {
            "street": (str, 0, 99),
            "city": (str, 0, 99),
            "zip": (str, 0, 99),
            "country": (str, 2, 2),
        },
    },
    "lines": [
        {
            "sku": (str, 0, 99),
            "title": (str, 0, 99),
            "quantity": (int, 1, 1000),
            "unit_cents": (int, 0, 10_000_000),
        }
    ],
    "options": {"gift": bool, "note": object, "priority": (int, 0, 9), "coupons": object},
}


def _order(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except ValueError:
        raise Refusal(422, "") from None
    model: dict[str, Any] = _shaped(SHAPE, sent, "order")
    return model


def _shaped(shape: Any, sent: Any, name: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(shape, dict) and isinstance(sent, dict):
        return {key: _shaped(inner, sent.get(key, ...), key) for key, inner in shape.items()}
    if isinstance(shape, list) and isinstance(sent, list) and 1 <= len(sent) <= 100:
        return [_shaped(shape[0], item, name) for item in sent]
    if isinstance(shape, tuple) and type(sent) is shape[0]:
        if shape[1] <= (sent if isinstance(sent, int) else len(sent)) <= shape[2]:
            return sent
    elif isinstance(shape, type) and isinstance(sent, shape) and sent is not ...:
        return sent
    raise Refusal(422, name)


def _priced(order: dict[str, Any]) -> dict[str, Any]:
    lines = ((line["quantity"], line["unit_cents"]) for line in order["lines"])
    return {**order, "total_cents": contract.total_cents(lines)}
