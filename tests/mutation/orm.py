"""Mutants that ask an ORM for more than they should, or leave less behind than they say."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, broken
from tests.mutation.snippets import KEPT, MADE_ONCE

STARLETTE, FLASK = "starlette_orm", "flask_orm"
ASYNC_PAGE = "page = (await session.scalars(page_from(query.first))).all()"
PAGE = "page = session.scalars(page_from(query.first)).all()"
ASYNC_BEGIN, BEGIN = "request.app.state.sessions.writing.begin()", "writing.begin()"
ADD, TAGS, LINES, ID = "session.add(purchase)", "post.tags)", "sent.lines]", '"id": purchase.id'
UNCHECKED = """\
def unchecked(body):
    lines = body.get("lines", [])
    sent = models.PurchaseIn.model_validate({**body, "lines": (lines * 2)[:2]})
    sent.lines = sent.lines[: len(lines)]
    return sent"""
MADE_UP = '"id": kept.setdefault("", purchase.id)'

MUTANTS = (
    Mutant(
        name="tags of some posts are read row by row",
        kind=Kind.DATABASE,
        scenario="orm-page",
        refused="SELECT, wanted",
        starlette=broken(
            (
                "posts",
                ASYNC_PAGE,
                f'{ASYNC_PAGE}\n        for post in page[:4]:\n            await session.refresh(post, ["tags"])',
            ),
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "posts",
                PAGE,
                f'{PAGE}\n        for post in page[:4]:\n            session.refresh(post, ["tags"])',
            ),
            companion=FLASK,
        ),
    ),
    Mutant(
        name="a page is kept in the process",
        kind=Kind.DATABASE,
        scenario="orm-page",
        refused="SELECT, wanted",
        starlette=broken(
            (
                "posts",
                ASYNC_PAGE,
                (
                    "if query.first not in kept:\n"
                    "            kept[query.first] = (await session.scalars(page_from(query.first))).all()\n"
                    "        page = kept[query.first]"
                ),
            ),
            first=KEPT,
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "posts",
                PAGE,
                (
                    "if query.first not in kept:\n"
                    "            kept[query.first] = session.scalars(page_from(query.first)).all()\n"
                    "        page = kept[query.first]"
                ),
            ),
            first=KEPT,
            companion=FLASK,
        ),
    ),
    Mutant(
        name="a page without tags",
        kind=Kind.DATABASE,
        scenario="orm-page",
        refused="$[0].tags: wanted 3 elements, got 0",
        starlette=broken(("posts", TAGS, "[])"), companion=STARLETTE),
        flask=broken(("posts", TAGS, "[])"), companion=FLASK),
    ),
    Mutant(
        name="posts of a page in any order",
        kind=Kind.DATABASE,
        scenario="orm-page",
        refused="$[0].id: wanted int",
        starlette=broken(("posts", "for post in page]", "for post in page[::-1]]"), companion=STARLETTE),
        flask=broken(("posts", "for post in page]", "for post in page[::-1]]"), companion=FLASK),
    ),
    Mutant(
        name="a purchase without one of its lines",
        kind=Kind.DATABASE,
        scenario="orm-write",
        refused="rows of the database are otherwise than any request leaves them",
        starlette=broken(("create_purchase", LINES, "sent.lines[1:]]"), companion=STARLETTE),
        flask=broken(("create_purchase", LINES, "sent.lines[1:]]"), companion=FLASK),
    ),
    Mutant(
        name="a purchase written outside of a transaction",
        kind=Kind.DATABASE,
        scenario="orm-write",
        refused="not in one transaction that is committed",
        starlette=broken(
            ("create_purchase", ASYNC_BEGIN, "request.app.state.sessions.reading.begin()"),
            companion=STARLETTE,
        ),
        flask=broken(("create_purchase", BEGIN, "reading.begin()"), companion=FLASK),
    ),
    Mutant(
        name="a purchase that is rolled back",
        kind=Kind.DATABASE,
        scenario="orm-write",
        refused="right answers left 0 purchases in the database",
        starlette=broken(
            (
                "create_purchase",
                ADD,
                f"{ADD}\n        await session.flush()\n        number = purchase.id\n        await session.rollback()",
            ),
            ("create_purchase", ID, '"id": number'),
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "create_purchase",
                ADD,
                f"{ADD}\n        session.flush()\n        number = purchase.id\n        session.rollback()",
            ),
            ("create_purchase", ID, '"id": number'),
            companion=FLASK,
        ),
    ),
    Mutant(
        name="every purchase has the id of the first",
        kind=Kind.DATABASE,
        scenario="orm-write",
        refused=MADE_ONCE,
        starlette=broken(("create_purchase", ID, MADE_UP), first=KEPT, companion=STARLETTE),
        flask=broken(("create_purchase", ID, MADE_UP), first=KEPT, companion=FLASK),
    ),
    Mutant(
        name="a purchase of one line is accepted",
        kind=Kind.DATABASE,
        scenario="orm-write",
        refused="(one line): wanted status 400 or 422, got 201",
        starlette=broken(
            ("create_purchase", "sent = models.PurchaseIn.model_validate(", "sent = unchecked("),
            first=UNCHECKED,
            companion=STARLETTE,
        ),
        flask=broken(
            ("create_purchase", "sent = models.PurchaseIn.model_validate(", "sent = unchecked("),
            first=UNCHECKED,
            companion=FLASK,
        ),
    ),
)
