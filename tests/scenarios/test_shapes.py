from __future__ import annotations

import json
import re
from dataclasses import replace
from random import Random

import pytest

from scenarios.answers import JSON, TEXT
from scenarios.catalogue import discover, named
from scenarios.exchange import Answer
from scenarios.inputs import RING
from scenarios.shapes import ANSWERS, POST, SHAPES, STUB, text
from scenarios.upstream import upstream_item


def test_shapes_are_no_workloads() -> None:
    assert not set(SHAPES) & set(discover())
    assert named("json") is discover()["json"]
    with pytest.raises(KeyError):
        named("teapot")


@pytest.mark.parametrize(("name", "size"), [*ANSWERS.items(), (POST, 1_000)])
def test_only_the_known_bytes_are_right(name: str, size: int) -> None:
    (exchange,) = named(name).ring(Random(0))
    right = Answer(status=200, headers=(("content-type", TEXT),), body=text(size))

    assert exchange.check(right) is None
    assert len(right.body) == size
    for wrong in (
        replace(right, body=right.body[1:] + b"x"),
        replace(right, body=b""),
        replace(right, status=500),
        replace(right, headers=()),
    ):
        assert exchange.check(wrong)


def test_the_stub_is_asked_items_that_it_knows() -> None:
    ring = named(STUB).ring(Random(0))
    assert len({exchange.request.target for exchange in ring}) == RING
    for exchange in ring:
        match = re.fullmatch(r"/(\w+)/items/(\d+)", exchange.request.target)
        assert match is not None
        lease, item_id = match.groups()
        assert not lease.isdigit()  # as those of launches are
        body = json.dumps(upstream_item(int(item_id))).encode()
        head = (("content-type", JSON), ("content-length", str(len(body))))
        assert exchange.check(Answer(status=200, headers=head, body=body)) is None
