from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from scenarios.answers import TEXT
from scenarios.catalogue import discover, named
from scenarios.exchange import Answer
from scenarios.shapes import ANSWERS, POST, SHAPES, text


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
