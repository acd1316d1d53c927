from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.codec import CodecError, convert, decode, encode
from results.model import Int64


class Hand(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str
    pair: tuple[Int64, float] = (1, 2.0)
    side: Hand = Hand.RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...] = ()
    maybe: Inner | None = None
    counts: dict[str, int] = field(default_factory=dict)
    ratio: float = 0.5
    on: bool = False


TEXT = st.text(max_size=5)
INTEGER = st.integers(-(2**63) + 1, 2**63 - 1)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
INNER = st.builds(Inner, name=TEXT, pair=st.tuples(INTEGER, NUMBER), side=st.sampled_from(Hand))
OUTER = st.builds(
    Outer,
    inner=INNER,
    many=st.lists(INNER, max_size=3).map(tuple),
    maybe=st.none() | INNER,
    counts=st.dictionaries(TEXT, INTEGER, max_size=3),
    ratio=NUMBER,
    on=st.booleans(),
)


@given(OUTER)
def test_what_is_written_is_read_back(value: Outer) -> None:
    assert decode(Outer, encode(value)) == value


@given(OUTER)
def test_plain_types_are_read_alike(value: Outer) -> None:
    assert convert(Outer, json.loads(encode(value))) == value


def test_unknown_fields_are_ignored_and_missing_ones_take_defaults() -> None:
    expected = Outer(inner=Inner(name="a"))
    assert decode(Outer, b'{"inner": {"name": "a", "new": [1]}, "newer": {}}') == expected


def test_of_two_fields_of_one_name_the_last_one_counts() -> None:
    assert decode(Inner, b'{"name": "a", "name": "b"}') == Inner(name="b")


def test_an_integer_is_a_number() -> None:
    value = decode(Outer, b'{"inner": {"name": "a"}, "ratio": 2}')
    assert type(value.ratio) is float


def test_values_of_an_enum_are_read_and_written_as_text() -> None:
    assert encode(Inner(name="a", side=Hand.LEFT)) == b'{"name":"a","pair":[1,2.0],"side":"left"}'
    assert decode(Inner, b'{"name":"a","side":"left"}').side is Hand.LEFT


def test_fields_stand_in_order_after_those_that_are_added() -> None:
    assert encode(Inner(name="\u00e9"), type="inner").startswith(b'{"type":"inner","name":"\\u00e9",')


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Inner(name="a", pair=(1, value)))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], r"^Expected `object`, got `array`$"),
        ({}, r"^Object missing required field `inner`$"),
        ({"inner": {}}, r"^\.inner: Object missing required field `name`$"),
        ({"inner": {"name": 1}}, r"^\.inner\.name: Expected `str`, got `int`$"),
        ({"inner": {"name": "a", "pair": [1]}}, r"^\.inner\.pair: Expected `array` of length 2"),
        ({"inner": {"name": "a", "pair": [True, 1]}}, r"^\.inner\.pair\[0\]: Expected `int`, got `bool`"),
        ({"inner": {"name": "a", "pair": [1.0, 1]}}, r"^\.inner\.pair\[0\]: Expected `int`, got `float`"),
        ({"inner": {"name": "a", "pair": [2**63, 1]}}, r"^\.inner\.pair\[0\]: Expected `int` <= 922337203"),
        ({"inner": {"name": "a", "side": "up"}}, r"^\.inner\.side: Invalid enum value 'up'$"),
        ({"inner": {"name": "a"}, "many": {}}, r"^\.many: Expected `array`, got `object`"),
        ({"inner": {"name": "a"}, "counts": []}, r"^\.counts: Expected `object`, got `array`"),
        ({"inner": {"name": "a"}, "ratio": math.nan}, r"^\.ratio: Expected `float`, got NaN or an infinity$"),
        (
            {"inner": {"name": "a"}, "ratio": -math.inf},
            r"^\.ratio: Expected `float`, got NaN or an infinity$",
        ),
        ({"inner": {"name": "a"}, "ratio": 10**400}, r"^\.ratio: Number out of range"),
        ({"inner": {"name": "a"}, "ratio": "1"}, r"^\.ratio: Expected `float`, got `str`"),
        ({"inner": {"name": "a"}, "on": 1}, r"^\.on: Expected `bool`, got `int`"),
    ],
)
def test_a_wrong_shape_is_named_by_its_path(value: object, message: str) -> None:
    with pytest.raises(CodecError, match=message):
        decode(Outer, json.dumps(value).encode())
