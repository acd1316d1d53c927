"""Mutants that do not look at what they are sent as they should: validation, rows, authentication."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken
from tests.mutation.snippets import PRICED, ROWS, TOKEN

ALGORITHMS = "algorithms=[contract.JWT_ALGORITHM]"
RAW_TOTAL = (
    '{**sent, "total_cents": contract.total_cents('
    '(line["quantity"], line["unit_cents"]) for line in sent["lines"])}'
)
CLAMPED = (
    'if query.get("limit", "").lstrip("-").isdigit():\n'
    '        query["limit"] = min(max(int(query["limit"]), 1), 100)\n    inputs = '
)
SCHEMA = '{"detail": json.dumps(models.Order.model_json_schema())}'
TRACE = "traceback.format_exception(error)"

VALIDATION = (
    Mutant(
        name="orders are not validated",
        kind=Kind.VALIDATION,
        scenario="orders",
        refused="lines.0.quantity = 0): wanted status 400 or 422, got 201",
        starlette=broken(
            (
                "create_order",
                "order = models.Order.model_validate(await request.json())",
                "sent = await request.json()",
            ),
            ("create_order", PRICED, RAW_TOTAL),
        ),
        flask=broken(
            (
                "create_order",
                "order = models.Order.model_validate(request.get_json())",
                "sent = request.get_json()",
            ),
            ("create_order", PRICED, RAW_TOTAL),
        ),
    ),
    Mutant(
        name="fields that nobody asked for are sent back",
        kind=Kind.VALIDATION,
        scenario="orders",
        refused="extra fields ['colour']",
        starlette=broken(("create_order", PRICED, f"{{**await request.json(), **{PRICED}}}")),
        flask=broken(("create_order", PRICED, f"{{**request.get_json(), **{PRICED}}}")),
    ),
    Mutant(
        name="a limit is clamped",
        kind=Kind.VALIDATION,
        scenario="params",
        refused="(limit=0): wanted status 400 or 422, got 200",
        starlette=broken(
            ("user_items", "inputs = ", f"query = dict(request.query_params)\n    {CLAMPED}"),
            ("user_items", "**request.query_params", "**query"),
        ),
        flask=broken(
            ("user_items", "inputs = ", f"query = request.args.to_dict()\n    {CLAMPED}"),
            ("user_items", "**request.args.to_dict()", "**query"),
        ),
    ),
    Mutant(
        name="a fraction is cut off",
        kind=Kind.VALIDATION,
        scenario="items",
        refused="(offset=2.5): wanted status 400 or 422, got 200",
        starlette=broken(
            (
                "list_items",
                "dict(request.query_params)",
                '{key: value.partition(".")[0] for key, value in request.query_params.items()}',
            )
        ),
        flask=broken(
            (
                "list_items",
                "request.args.to_dict()",
                '{key: value.partition(".")[0] for key, value in request.args.items()}',
            )
        ),
    ),
    Mutant(
        name="another field is named",
        kind=Kind.VALIDATION,
        scenario="params",
        refused="without naming the field 'limit'",
        starlette=broken(("invalid", "models.problems(error)", '{"detail": "user_id"}')),
        flask=broken(("invalid", "models.problems(error)", '{"detail": "user_id"}')),
    ),
    Mutant(
        name="every field is named",
        kind=Kind.VALIDATION,
        scenario="orders",
        refused="names the field",
        starlette=broken(("invalid", "models.problems(error)", SCHEMA)),
        flask=broken(("invalid", "models.problems(error)", SCHEMA)),
    ),
    Mutant(
        name="refused without JSON",
        kind=Kind.VALIDATION,
        scenario="form",
        refused="wanted the refusal in JSON",
        starlette=broken(("invalid", "JSONResponse(models.problems(error)", "PlainTextResponse(str(error)")),
        flask=broken(("invalid", "models.problems(error)", "str(error)")),
    ),
    Mutant(
        name="refused with a stack trace",
        kind=Kind.VALIDATION,
        scenario="items",
        refused="a stack trace in the answer",
        starlette=broken(("invalid", "models.problems(error)", TRACE), first="import traceback"),
        flask=broken(("invalid", "models.problems(error)", TRACE), first="import traceback"),
    ),
    Mutant(
        name="broken JSON ends in 500",
        kind=Kind.VALIDATION,
        scenario="orders",
        refused="wanted status 400 or 422, got 500",
        starlette=broken(("malformed", "status_code=400", "status_code=500")),
        flask=broken(("malformed", "400", "500")),
    ),
    Mutant(
        name="a delay out of range is answered",
        kind=Kind.VALIDATION,
        scenario="delay",
        refused="(ms=9): wanted status 400 or 404 or 422, got 200",
        flask=broken(("delay", "DelayIn(ms=ms)", "Delay(ms=ms)")),
    ),
)

ROW = (
    Mutant(
        name="the last row is missing",
        kind=Kind.ROWS,
        scenario="items",
        refused="elements, got",
        starlette=broken(("list_items", ROWS, f"{ROWS}[: page.n - (page.n > 1)]")),
        flask=broken(("list_items", ROWS, f"{ROWS}[: page.n - (page.n > 1)]")),
    ),
    Mutant(
        name="one row is repeated",
        kind=Kind.ROWS,
        scenario="items",
        refused="$[1].id",
        starlette=broken(("list_items", ROWS, f"{ROWS}[:1] * page.n")),
        flask=broken(("list_items", ROWS, f"{ROWS}[:1] * page.n")),
    ),
    Mutant(
        name="the offset is ignored",
        kind=Kind.ROWS,
        scenario="items",
        refused="$[0].id: wanted int",
        starlette=broken(("list_items", "item_rows(page.offset,", "item_rows(0,")),
        flask=broken(("list_items", "item_rows(page.offset,", "item_rows(0,")),
    ),
    Mutant(
        name="a large page is cut off",
        kind=Kind.ROWS,
        scenario="items-large",
        refused="wanted 5000 elements, got 4999",
        starlette=broken(("list_items", "page.n))", "min(page.n, 4999)))")),
    ),
)

AUTH = (
    Mutant(
        name="signatures are not checked",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(signed with another secret): wanted status 401, got 200",
        starlette=broken(
            (
                "BearerBackend",
                ALGORITHMS,
                f'{ALGORITHMS}, options={{"verify_signature": False, "verify_exp": True}}',
            )
        ),
        flask=broken(
            (
                "token_required",
                ALGORITHMS,
                f'{ALGORITHMS}, options={{"verify_signature": False, "verify_exp": True}}',
            )
        ),
    ),
    Mutant(
        name="expired tokens are good",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(expired): wanted status 401, got 200",
        starlette=broken(("BearerBackend", ALGORITHMS, f'{ALGORITHMS}, options={{"verify_exp": False}}')),
        flask=broken(("token_required", ALGORITHMS, f'{ALGORITHMS}, options={{"verify_exp": False}}')),
    ),
    Mutant(
        name="other algorithms are good",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(an algorithm that is not allowed): wanted status 401, got 200",
        starlette=broken(("BearerBackend", ALGORITHMS, 'algorithms=["HS256", "HS512"]')),
        flask=broken(("token_required", ALGORITHMS, 'algorithms=["HS256", "HS512"]')),
    ),
    Mutant(
        name="revoked tokens are good",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(the same token after it was revoked): wanted status 401, got 200",
        starlette=broken(("BearerBackend", "contract.is_revoked(claims)", "not claims")),
        flask=broken(("token_required", "contract.is_revoked(g.claims)", f"not {TOKEN}")),
    ),
    Mutant(
        name="any scheme will do",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(another scheme): wanted status 401, got 200",
        starlette=broken(("BearerBackend", 'scheme.lower() != "bearer"', "not scheme")),
    ),
    Mutant(
        name="another scheme will do",
        kind=Kind.AUTH,
        scenario="auth",
        refused="(a scheme that nobody knows): wanted status 401, got 200",
        starlette=broken(
            ("BearerBackend", 'scheme.lower() != "bearer"', 'scheme.lower() not in {"bearer", "token"}')
        ),
        flask=broken(
            (
                "token_required",
                'authorization.type != "bearer"',
                'authorization.type not in {"bearer", "token"}',
            )
        ),
    ),
    Mutant(
        name="refused without a word",
        kind=Kind.AUTH,
        scenario="auth",
        refused="wanted an object that says why, got 'null",
        starlette=broken(("unauthorized", '{"detail": str(error)}', "None")),
        flask=broken(("unauthorized", "detail=detail", "None")),
    ),
    Mutant(
        name="refused without a challenge",
        kind=Kind.AUTH,
        scenario="auth",
        refused="wanted WWW-Authenticate: Bearer, got None",
        starlette=broken(("unauthorized", ', headers={"WWW-Authenticate": "Bearer"}', "")),
        flask=broken(("unauthorized", ', {"WWW-Authenticate": "Bearer"}', "")),
    ),
    Mutant(
        name="refused as forbidden",
        kind=Kind.AUTH,
        scenario="auth",
        refused="wanted status 401, got 403",
        flask=broken(("unauthorized", "401", "403")),
    ),
)

MUTANTS = (*VALIDATION, *ROW, *AUTH)
