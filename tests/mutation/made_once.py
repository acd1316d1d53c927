"""Mutants whose answers are made once: at import, per input, per token, per connection, for a moment."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken
from tests.mutation.snippets import DECODE, JSON, KEPT, MADE_ONCE, ROWS, TEXT, TOKEN, VALUE

ONCE = "from functools import cache\n\nonce = cache(threads.computed)"

MUTANTS = (
    Mutant(
        name="the text is made at import",
        kind=Kind.MADE_ONCE,
        scenario="plaintext",
        refused=MADE_ONCE,
        starlette=broken(("plaintext", TEXT, "text"), first=f"text = {TEXT}"),
        flask=broken(
            ("plaintext", "contract.greeting()", "text"),
            first="text = contract.greeting()",
        ),
    ),
    Mutant(
        name="the object is made once",
        kind=Kind.MADE_ONCE,
        scenario="json",
        refused=MADE_ONCE,
        starlette=broken(("message", JSON, f'kept.setdefault("", {JSON})'), first=KEPT),
        flask=broken(("message", VALUE, f'kept.setdefault("", {VALUE})'), first=KEPT),
    ),
    Mutant(
        name="the object is made once per connection",
        kind=Kind.MADE_ONCE,
        scenario="json",
        refused=MADE_ONCE,
        starlette=broken(
            ("message", "_request", "request"),
            ("message", JSON, f"kept.setdefault(request.client, {JSON})"),
            first=KEPT,
        ),
        flask=broken(
            ("message", VALUE, f'kept.setdefault(request.environ["REMOTE_PORT"], {VALUE})'), first=KEPT
        ),
    ),
    Mutant(
        name="the object is made every 200 ms",
        kind=Kind.MADE_ONCE,
        scenario="json",
        refused=MADE_ONCE,
        starlette=broken(
            ("message", JSON, f"kept.setdefault(time.monotonic() // 0.2, {JSON})"),
            first=f"import time\n\n{KEPT}",
        ),
        flask=broken(("message", VALUE, f"kept.setdefault(time.monotonic() // 0.2, {VALUE})"), first=KEPT),
    ),
    Mutant(
        name="a page is made once for each query",
        kind=Kind.MADE_ONCE,
        scenario="items",
        refused=MADE_ONCE,
        starlette=broken(("list_items", ROWS, f"kept.setdefault((page.offset, page.n), {ROWS})"), first=KEPT),
        flask=broken(("list_items", ROWS, f"kept.setdefault((page.offset, page.n), {ROWS})"), first=KEPT),
    ),
    Mutant(
        name="a user is answered once for each target",
        kind=Kind.MADE_ONCE,
        scenario="params",
        refused=MADE_ONCE,
        starlette=broken(
            ("user_items", "    inputs = ", "    asked = str(request.url)\n    inputs = "),
            (
                "user_items",
                "return JSON",
                "return kept[asked] if asked in kept else kept.setdefault(asked, JSON",
            ),
            ("user_items", "inputs.limit))\n", "inputs.limit)))\n"),
            first=KEPT,
        ),
        flask=broken(
            (
                "user_items",
                "return ",
                "return kept[request.url] if request.url in kept else kept.setdefault(request.url, ",
            ),
            ("user_items", "inputs.limit)\n", "inputs.limit))\n"),
            first=KEPT,
        ),
    ),
    Mutant(
        name="an order is answered once for each body",
        kind=Kind.MADE_ONCE,
        scenario="orders",
        refused=MADE_ONCE,
        starlette=broken(
            (
                "create_order",
                "return JSON",
                "asked = await request.body()\n    return kept[asked] if asked in kept else kept.setdefault(asked, JSON",
            ),
            ("create_order", "status_code=201)", "status_code=201))"),
            first=KEPT,
        ),
        flask=broken(
            (
                "create_order",
                "return ",
                "asked = request.get_data()\n    return kept[asked] if asked in kept else kept.setdefault(asked, (",
            ),
            ("create_order", "201\n", "201))\n"),
            first=KEPT,
        ),
    ),
    Mutant(
        name="an order is priced once for each body",
        kind=Kind.MADE_ONCE,
        scenario="orders-raw",
        refused=MADE_ONCE,
        flask=broken(
            ("create_order_raw", "total = ", "total = kept[request.data] = kept.get(request.data) or "),
            first=KEPT,
        ),
    ),
    Mutant(
        name="a checksum is computed once for each number",
        kind=Kind.MADE_ONCE,
        scenario="cpu",
        refused=MADE_ONCE,
        starlette=broken(("cpu", "threads.computed(", "once("), first=ONCE, companion="starlette_threads"),
        flask=broken(("cpu", "threads.computed(", "once("), first=ONCE, companion="flask_threads"),
    ),
    Mutant(
        name="chunks are made at import",
        kind=Kind.MADE_ONCE,
        scenario="stream",
        refused=MADE_ONCE,
        starlette=broken(
            ("chunks_of", "contract.stream_chunks(n)", "made[:n]"),
            first="made = list(contract.stream_chunks(contract.STREAM_CHUNKS_MAX))",
        ),
        flask=broken(
            ("stream", "contract.stream_chunks(query.chunks)", "iter(made[: query.chunks])"),
            first="made = list(contract.stream_chunks(contract.STREAM_CHUNKS_MAX))",
        ),
    ),
    Mutant(
        name="events are made at import",
        kind=Kind.MADE_ONCE,
        scenario="sse",
        refused=MADE_ONCE,
        starlette=broken(
            ("events_of", "contract.events(n)", "made[:n]"),
            first="made = list(contract.events(contract.EVENTS_MAX))",
        ),
        flask=broken(
            ("events_of", "contract.events(n)", "made[:n]"),
            first="made = list(contract.events(contract.EVENTS_MAX))",
        ),
    ),
    Mutant(
        name="tokens are decoded once",
        kind=Kind.MADE_ONCE,
        scenario="auth",
        refused="(the same token after it expired): wanted status 401, got 200",
        starlette=broken(
            (
                "BearerBackend",
                DECODE,
                f"claims = kept[token] = kept.get(token) or {DECODE.removeprefix('claims = ')}",
            ),
            first=KEPT,
        ),
        flask=broken(
            ("token_required", "g.claims = ", f"g.claims = kept[{TOKEN}] = kept.get({TOKEN}) or "), first=KEPT
        ),
    ),
    Mutant(
        name="users are kept until their token expires",
        kind=Kind.MADE_ONCE,
        scenario="auth",
        refused="(the same token after it was revoked): wanted status 401, got 200",
        starlette=broken(
            (
                "BearerBackend",
                "        try:",
                (
                    '        if token in kept and kept[token]["exp"] > time.time():\n'
                    '            return AuthCredentials(["authenticated"]), Bearer(kept[token])\n'
                    "        try:"
                ),
            ),
            ("BearerBackend", "Bearer(claims)", "Bearer(kept.setdefault(token, claims))"),
            first=f"import time\n\n{KEPT}",
        ),
        flask=broken(
            (
                "token_required",
                "        try:",
                (
                    f'        if {TOKEN} in kept and kept[{TOKEN}]["exp"] > time.time():\n'
                    f"            g.claims = kept[{TOKEN}]\n"
                    "            return view(**values)\n"
                    "        try:"
                ),
            ),
            (
                "token_required",
                "        if contract",
                f"        kept[{TOKEN}] = g.claims\n        if contract",
            ),
            first=KEPT,
        ),
    ),
)
