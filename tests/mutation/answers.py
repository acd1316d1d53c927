"""Mutants whose answers are wrong in themselves: types, shapes, status, media type, length."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken
from tests.mutation.snippets import JSON, TEXT, VALUE

GREETING = "contract.greeting()})"
REPEATED = '\'{"message": "", "message": "%s"}\' % contract.greeting()'

TYPES = (
    Mutant(
        name="a number as a float",
        kind=Kind.TYPES,
        scenario="params",
        refused="$.limit: wanted int",
        starlette=broken(("user_items", "inputs.limit)", "float(inputs.limit))")),
        flask=broken(("user_items", "inputs.limit)", "float(inputs.limit))")),
    ),
    Mutant(
        name="a number as text",
        kind=Kind.TYPES,
        scenario="params",
        refused="$.user_id: wanted int",
        starlette=broken(("user_items", "user_items(inputs.user_id", "user_items(str(inputs.user_id)")),
        flask=broken(("user_items", "user_items(inputs.user_id", "user_items(str(inputs.user_id)")),
    ),
    Mutant(
        name="null as an empty text",
        kind=Kind.TYPES,
        scenario="params",
        refused="$.q: wanted NoneType None, got str ''",
        starlette=broken(("user_items", "inputs.q,", 'inputs.q or "",')),
        flask=broken(("user_items", "inputs.q,", 'inputs.q or "",')),
    ),
    Mutant(
        name="an empty text as null",
        kind=Kind.TYPES,
        scenario="params",
        refused="$.q: wanted str '', got NoneType None",
        starlette=broken(("user_items", "inputs.q,", "inputs.q or None,")),
        flask=broken(("user_items", "inputs.q,", "inputs.q or None,")),
    ),
    Mutant(
        name="a key renamed",
        kind=Kind.TYPES,
        scenario="json",
        refused="missing fields ['message']",
        starlette=broken(("message", '"message"', '"Message"')),
        flask=broken(("message", '"message"', '"Message"')),
    ),
    Mutant(
        name="a key twice",
        kind=Kind.TYPES,
        scenario="json",
        refused="a key is repeated",
        starlette=broken(("message", JSON, f'Response({REPEATED}, media_type="application/json")')),
        flask=broken(("message", VALUE, f'Response({REPEATED}, mimetype="application/json")')),
    ),
    Mutant(
        name="a truth as a number",
        kind=Kind.TYPES,
        scenario="items",
        refused="$[0].in_stock: wanted bool",
        flask=broken(
            (
                "list_items",
                "models.Items.dump_python(items)",
                '[{**row, "in_stock": int(row["in_stock"])} for row in models.Items.dump_python(items)]',
            )
        ),
    ),
    Mutant(
        name="null left out",
        kind=Kind.TYPES,
        scenario="items",
        refused="missing fields ['warehouse']",
        starlette=broken(("list_items", "dump_python(items)", "dump_python(items, exclude_none=True)")),
        flask=broken(("list_items", "dump_python(items)", "dump_python(items, exclude_none=True)")),
    ),
    Mutant(
        name="lines in another order",
        kind=Kind.TYPES,
        scenario="orders",
        refused="$.lines[",
        starlette=broken(
            ("create_order", "    return", "    order.lines.sort(key=lambda line: line.sku)\n    return")
        ),
        flask=broken(
            ("create_order", "    return", "    order.lines.sort(key=lambda line: line.sku)\n    return")
        ),
    ),
    Mutant(
        name="a total as a float",
        kind=Kind.TYPES,
        scenario="orders-raw",
        refused="$.total_cents: wanted int",
        starlette=broken(("create_order_raw", '"total_cents": total', '"total_cents": total / 1')),
        flask=broken(("create_order_raw", '"total_cents": total', '"total_cents": total / 1')),
    ),
    Mutant(
        name="letters that are not ASCII are lost",
        kind=Kind.TYPES,
        scenario="form",
        refused="$.name: wanted str",
        starlette=broken(
            (
                "contact",
                "contact.model_dump()",
                '{key: value.encode("ascii", "replace").decode() for key, value in contact}',
            )
        ),
    ),
)

HEAD = (
    Mutant(
        name="200 where something was created",
        kind=Kind.HEAD,
        scenario="orders",
        refused="wanted status 201, got 200",
        starlette=broken(("create_order", "status_code=201", "status_code=200")),
        flask=broken(("create_order", ", 201", "")),
    ),
    Mutant(
        name="an unknown path is answered",
        kind=Kind.HEAD,
        scenario="json",
        refused="(unknown path): wanted status 404, got 200",
        starlette=broken(("ROUTES", 'Route("/json", message)', 'Route("/json{rest:path}", message)')),
        flask=broken(
            (
                "message",
                '("/json")',
                '("/json", defaults={"rest": ""})\n@BLUEPRINTS["json"].get("/json/<rest>")',
            ),
            ("message", "message()", "message(rest)"),
        ),
    ),
    Mutant(
        name="another media type",
        kind=Kind.HEAD,
        scenario="json",
        refused="wanted Content-Type application/json, got text/json",
        starlette=broken(("message", GREETING, 'contract.greeting()}, media_type="text/json")')),
        flask=broken(("message", VALUE, f'{VALUE}, {{"Content-Type": "text/json"}}')),
    ),
    Mutant(
        name="a media type with a charset",
        kind=Kind.HEAD,
        scenario="json",
        refused="wanted Content-Type application/json, got application/json; charset=utf-8",
        starlette=broken(
            ("message", GREETING, 'contract.greeting()}, media_type="application/json; charset=utf-8")')
        ),
        flask=broken(("message", VALUE, f'{VALUE}, {{"Content-Type": "application/json; charset=utf-8"}}')),
    ),
    Mutant(
        name="two media types",
        kind=Kind.HEAD,
        scenario="json",
        refused="more than one Content-Type",
        starlette=broken(
            ("message", "return ", "response = "),
            (
                "message",
                "})\n",
                '})\n    response.raw_headers.append((b"content-type", b"text/html"))\n    return response\n',
            ),
        ),
    ),
    Mutant(
        name="text in another charset",
        kind=Kind.HEAD,
        scenario="plaintext",
        refused="wanted Content-Type text/plain; charset=utf-8",
        starlette=broken(
            ("plaintext", "greeting())", 'greeting(), media_type="text/plain; charset=latin-1")')
        ),
        flask=broken(("plaintext", 'mimetype="text/plain"', 'content_type="text/plain"')),
    ),
    Mutant(
        name="no length",
        kind=Kind.HEAD,
        scenario="plaintext",
        refused="wanted a Content-Length, got none",
        starlette=broken(
            ("plaintext", TEXT, 'StreamingResponse(iter([contract.greeting()]), media_type="text/plain")')
        ),
        flask=broken(("plaintext", "contract.greeting()", "iter([contract.greeting()])")),
    ),
    Mutant(
        name="a length that is too large",
        kind=Kind.HEAD,
        scenario="json",
        refused="no answer:",
        hangs=True,
        starlette=broken(("message", GREETING, 'contract.greeting()}, headers={"Content-Length": "99"})')),
        flask=broken(
            (
                "message",
                VALUE,
                'Response(iter(["{}"]), headers={"Content-Length": "99"}, mimetype="application/json")',
            )
        ),
    ),
    Mutant(
        name="a byte behind the text",
        kind=Kind.HEAD,
        scenario="plaintext",
        refused="got 'Hello, World!\\n'",
        starlette=broken(("plaintext", "greeting()", 'greeting() + "\\n"')),
        flask=broken(("plaintext", "greeting()", 'greeting() + "\\n"')),
    ),
    Mutant(
        name="something behind the JSON",
        kind=Kind.HEAD,
        scenario="json",
        refused="not JSON in UTF-8",
        starlette=broken(
            ("message", JSON, f'Response({JSON}.body + b"{{}}", media_type="application/json")')
        ),
        flask=broken(
            ("message", VALUE, f'Response(json.dumps({VALUE}) + "{{}}", mimetype="application/json")')
        ),
    ),
)

MUTANTS = (*TYPES, *HEAD)
