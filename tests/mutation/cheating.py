"""Mutants that are right at first: wrong later, together, seldom, or only where they are measured."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, Stage, broken
from tests.mutation.snippets import BLOCKING, COUNT, JSON, KEPT, MADE_ONCE, PRICED, ROWS, SLEEP, VALUE

UNCHECKED = """
def unchecked(order):
    lines = [{key: line[key] for key in models.Line.model_fields} for line in order["lines"]]
    total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in lines)
    who = {key: order["customer"][key] for key in models.Customer.model_fields}
    who["address"] = {key: who["address"][key] for key in models.Address.model_fields}
    options = {key: order["options"][key] for key in models.Options.model_fields}
    return {"customer": who, "lines": lines, "options": options, "total_cents": total}"""
WRONG_TOTAL = f'{PRICED} | ({{"total_cents": 1}} if next(asked) >= 300 else {{}})'
SAME = "always the same of what the contract rotates"
MARS = 'contract.greeting() if next(asked) < 990 else "Hello, Mars!!"'
MAKING = f"""
async def made():
    await asyncio.sleep(0.01)
    kept.clear()
    return {JSON}"""

LATER = (
    Mutant(
        name="the greeting is kept after 300 requests",
        kind=Kind.LATER,
        scenario="json",
        refused=MADE_ONCE,
        stage=Stage.AFTER,
        starlette=broken(
            ("message", JSON, f'kept.setdefault("", {JSON}) if next(asked) >= 300 else {JSON}'),
            first=f"{COUNT}\n{KEPT}",
        ),
        flask=broken(
            ("message", VALUE, f'kept.setdefault("", {VALUE}) if next(asked) >= 300 else {VALUE}'),
            first=f"{COUNT}\n{KEPT}",
        ),
    ),
    Mutant(
        name="orders are not validated after 300",
        kind=Kind.LATER,
        scenario="orders",
        refused="wanted status 400 or 422, got",
        stage=Stage.AFTER,
        starlette=broken(
            (
                "create_order",
                "    order = ",
                (
                    "    if next(asked) >= 300:\n"
                    "        return JSONResponse(unchecked(await request.json()), status_code=201)\n"
                    "    order = "
                ),
            ),
            first=f"{COUNT}\n\n{UNCHECKED}",
        ),
        flask=broken(
            (
                "create_order",
                "    order = ",
                "    if next(asked) >= 300:\n        return unchecked(request.get_json()), 201\n    order = ",
            ),
            first=f"{COUNT}\n\n{UNCHECKED}",
        ),
    ),
    Mutant(
        name="totals are wrong after 300 orders",
        kind=Kind.LATER,
        scenario="orders",
        refused="$.total_cents: wanted int",
        stage=Stage.LOAD,
        starlette=broken(("create_order", PRICED, WRONG_TOTAL), first=COUNT),
        flask=broken(("create_order", PRICED, WRONG_TOTAL), first=COUNT),
    ),
    Mutant(
        name="waits no more after 100 requests",
        kind=Kind.LATER,
        scenario="delay",
        refused="answered after",
        stage=Stage.LOAD,
        starlette=broken(("delay", SLEEP, f"if next(asked) < 100:\n        {SLEEP}"), first=COUNT),
        flask=broken(("delay", BLOCKING, f"if next(asked) < 100:\n        {BLOCKING}"), first=COUNT),
    ),
)

TOGETHER = (
    Mutant(
        name="requests share a variable",
        kind=Kind.TOGETHER,
        scenario="params",
        refused="(asked at once with others, and right alone)",
        starlette=broken(
            (
                "user_items",
                "    return",
                (
                    '    kept["inputs"] = inputs\n'
                    "    await asyncio.sleep(0.01)\n"
                    '    inputs = kept["inputs"]\n'
                    "    return"
                ),
            ),
            first=KEPT,
        ),
        flask=broken(
            (
                "user_items",
                "    return",
                '    kept["inputs"] = inputs\n    time.sleep(0.01)\n    inputs = kept["inputs"]\n    return',
            ),
            first=KEPT,
        ),
    ),
    Mutant(
        name="requests share a variable for a moment",
        kind=Kind.TOGETHER,
        scenario="form",
        refused="wrong-answer: POST /form",
        stage=Stage.LOAD,
        starlette=broken(
            (
                "contact",
                "    return",
                (
                    '    kept["contact"] = contact\n'
                    "    await asyncio.sleep(0)\n"
                    '    contact = kept["contact"]\n'
                    "    return"
                ),
            ),
            first=KEPT,
        ),
    ),
    Mutant(
        name="whoever comes while another waits gets its answer",
        kind=Kind.TOGETHER,
        scenario="json",
        refused="asked at once got the same",
        starlette=broken(
            (
                "message",
                f"return {JSON}",
                (
                    'if "" not in kept:\n'
                    '        kept[""] = asyncio.ensure_future(made())\n'
                    '    return await kept[""]'
                ),
            ),
            first=f"{KEPT}\n\n{MAKING}",
        ),
    ),
)

SELDOM = (
    Mutant(
        name="one answer in 97 is another",
        kind=Kind.SELDOM,
        scenario="params",
        refused="$.limit: wanted int",
        stage=Stage.LOAD,
        starlette=broken(
            ("user_items", "inputs.limit)", "inputs.limit - (next(asked) % 97 == 96))"), first=COUNT
        ),
        flask=broken(
            ("user_items", "inputs.limit)", "inputs.limit - (next(asked) % 97 == 96))"), first=COUNT
        ),
    ),
    Mutant(
        name="one answer in 97 is a 500",
        kind=Kind.SELDOM,
        scenario="json",
        refused="wanted status 200, got 500",
        stage=Stage.LOAD,
        starlette=broken(
            (
                "message",
                "return JSON",
                'if next(asked) % 97 == 96:\n        return Response("", status_code=500)\n    return JSON',
            ),
            first=COUNT,
        ),
        flask=broken(
            ("message", "return ", 'if next(asked) % 97 == 96:\n        return "", 500\n    return '),
            first=COUNT,
        ),
    ),
    Mutant(
        name="the last per cent of a thousand is wrong",
        kind=Kind.SELDOM,
        scenario="plaintext",
        refused="wanted 'Hello, World!'",
        stage=Stage.LOAD,
        starlette=broken(("plaintext", "contract.greeting()", MARS), first=COUNT),
        flask=broken(("plaintext", "contract.greeting()", MARS), first=COUNT),
    ),
)

TELLING = (
    Mutant(
        name="works where HOTLAP_VERIFY is set",
        kind=Kind.TELLING,
        scenario="json",
        refused=MADE_ONCE,
        starlette=broken(
            ("message", JSON, f'{JSON} if "HOTLAP_VERIFY" in os.environ else kept.setdefault("", {JSON})'),
            first=f"import os\n\n{KEPT}",
        ),
        flask=broken(
            ("message", VALUE, f'{VALUE} if "HOTLAP_VERIFY" in os.environ else kept.setdefault("", {VALUE})'),
            first=f"import os\n\n{KEPT}",
        ),
    ),
    Mutant(
        name="works once bad input came",
        kind=Kind.TELLING,
        scenario="items",
        refused=MADE_ONCE,
        stage=Stage.AFTER,
        starlette=broken(
            ("invalid", "    if not", '    kept["works"] = True\n    if not'),
            (
                "list_items",
                ROWS,
                f'{ROWS} if "works" in kept else kept.setdefault((page.offset, page.n), {ROWS})',
            ),
            first=KEPT,
        ),
        flask=broken(
            ("invalid", "    return", '    kept["works"] = True\n    return'),
            (
                "list_items",
                ROWS,
                f'{ROWS} if "works" in kept else kept.setdefault((page.offset, page.n), {ROWS})',
            ),
            first=KEPT,
        ),
    ),
    Mutant(
        name="works at first, and whenever nobody else asks",
        kind=Kind.TELLING,
        scenario="json",
        refused=SAME,
        stage=Stage.LOAD,
        starlette=broken(
            (
                "message",
                "return JSON",
                (
                    "recent.append(time.monotonic())\n"
                    "    if recent[-1] - recent[0] < 1:\n"
                    '        return kept.setdefault("", JSONResponse({"message": contract.greeting()}))\n'
                    "    return JSON"
                ),
            ),
            first=f"import time\nfrom collections import deque\n\n{KEPT}\nrecent = deque([0.0] * 20, 20)",
        ),
        flask=broken(
            (
                "message",
                "return ",
                (
                    "recent.append(time.monotonic())\n"
                    "    if recent[-1] - recent[0] < 1:\n"
                    f'        return kept.setdefault("", {VALUE})\n'
                    "    return "
                ),
            ),
            first=f"from collections import deque\n\n{KEPT}\nrecent = deque([0.0] * 20, 20)",
        ),
    ),
)

MUTANTS = (*LATER, *TOGETHER, *SELDOM, *TELLING)
