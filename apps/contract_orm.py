"""What apps that read and write related rows by an ORM have in common: tables, rows, answers; no library.

Posts have an author and tags, purchases have lines. Addresses and pools are those of ``contract_data``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.contract import ORM_GROUPS as GROUPS
from apps.contract import QUANTITY_MAX, QUANTITY_MIN
from apps.contract_data import ACCOUNTS

__all__ = ["ACCOUNTS", "GROUPS", "QUANTITY_MAX", "QUANTITY_MIN"]

AUTHORS, POSTS, TAGS = 500, 5_000, 40
"""Rows of these tables, with ids from 1."""
PAGE = 50
"""Posts of one answer of ``orm-page``."""
FIRST_MAX = POSTS - PAGE + 1
"""The last post that a whole page begins with."""
LINES = 2
"""Lines of every purchase of ``orm-write``."""
SKU_CHARACTERS = 40
UNIT_CENTS_MAX = 100_000

_AUTHOR_STRIDE, _TAG_STRIDE, _TAG_STEP, _POST_TAGS = 31, 7, 13, 3
_NUMBERS = {
    "authors": AUTHORS,
    "tags": TAGS,
    "posts": POSTS,
    "author_stride": _AUTHOR_STRIDE,
    "tag_stride": _TAG_STRIDE,
    "tag_step": _TAG_STEP,
    "last_place": _POST_TAGS - 1,
}
_FILL = (
    (
        "INSERT INTO authors SELECT id, 'Author ' || id,"
        " CASE WHEN id %% 7 > 0 THEN 'Country ' || id %% 30 END FROM generate_series(1, %(authors)d) AS id"
    ),
    "INSERT INTO tags SELECT id, 'tag-' || id FROM generate_series(1, %(tags)d) AS id",
    (
        "INSERT INTO posts SELECT id, id * %(author_stride)d %% %(authors)d + 1, 'Post number ' || id,"
        " id * 7919 %% 100000 FROM generate_series(1, %(posts)d) AS id"
    ),
    (
        "INSERT INTO post_tags SELECT id, (id * %(tag_stride)d + place * %(tag_step)d) %% %(tags)d + 1"
        " FROM generate_series(1, %(posts)d) AS id, generate_series(0, %(last_place)d) AS place"
        " WHERE id %% 10 > 0"
    ),
)
SCHEMA = (
    "CREATE TABLE authors (id integer PRIMARY KEY, name text NOT NULL, country text)",
    "CREATE TABLE tags (id integer PRIMARY KEY, name text NOT NULL)",
    (
        "CREATE TABLE posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES authors,"
        " title text NOT NULL, views integer NOT NULL)"
    ),
    (
        "CREATE TABLE post_tags (post_id integer NOT NULL REFERENCES posts,"
        " tag_id integer NOT NULL REFERENCES tags, PRIMARY KEY (post_id, tag_id))"
    ),
    *(statement % _NUMBERS for statement in _FILL),
    (
        "CREATE TABLE purchases (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " account_id integer NOT NULL REFERENCES accounts, total_cents integer NOT NULL)"
    ),
    (
        "CREATE TABLE purchase_lines (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " purchase_id integer NOT NULL REFERENCES purchases, sku text NOT NULL, quantity integer NOT NULL,"
        " unit_cents integer NOT NULL)"
    ),
    "CREATE INDEX ON purchase_lines (purchase_id)",
)
"""Statements that make the tables and their rows, behind those of ``contract_data``."""


def post_answer(post: Any, tags: Iterable[Any]) -> dict[str, Any]:  # noqa: ANN401 - objects of an ORM
    """Post in an answer of ``orm-page``, where no response model makes it of the object."""
    author = post.author
    return {
        "id": post.id,
        "title": post.title,
        "views": post.views,
        "author": {"id": author.id, "name": author.name, "country": author.country},
        "tags": [{"id": tag.id, "name": tag.name} for tag in tags],
    }


def purchase_cents(lines: Iterable[Any]) -> int:
    """Price of a purchase: the sum of quantity x unit price over its lines."""
    return sum(line.quantity * line.unit_cents for line in lines)


def post_row(post_id: int) -> dict[str, Any]:
    """Post with its author and tags, as it is to be answered."""
    author_id = post_id * _AUTHOR_STRIDE % AUTHORS + 1
    return {
        "id": post_id,
        "title": f"Post number {post_id}",
        "views": post_id * 7919 % 100_000,
        "author": {
            "id": author_id,
            "name": f"Author {author_id}",
            "country": f"Country {author_id % 30}" if author_id % 7 else None,
        },
        "tags": [{"id": tag_id, "name": f"tag-{tag_id}"} for tag_id in _tag_ids(post_id)],
    }


def _tag_ids(post_id: int) -> list[int]:
    """Tags of a post, in their order: none of every tenth."""
    places = range(_POST_TAGS if post_id % 10 else 0)
    return sorted((post_id * _TAG_STRIDE + place * _TAG_STEP) % TAGS + 1 for place in places)


def page_rows(first: int) -> list[dict[str, Any]]:
    """Page of posts that begins with number ``first``."""
    return [post_row(post_id) for post_id in range(first, first + PAGE)]
