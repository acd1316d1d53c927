from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.codec import CodecError, decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str
    pair: tuple[int, float] = (1, 2.0)


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
INNER = st.builds(Inner, name=TEXT, pair=st.tuples(INTEGER, NUMBER))
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
    assert decode(Outer, json.loads(json.dumps(encode(value)))) == value


def test_unknown_fields_are_ignored_and_missing_ones_take_defaults() -> None:
    assert decode(Outer, {"inner": {"name": "a", "new": [1]}, "newer": {}}) == Outer(inner=Inner(name="a"))


def test_an_integer_is_a_number() -> None:
    value = decode(Outer, {"inner": {"name": "a"}, "ratio": 2})
    assert type(value.ratio) is float


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], r"^: wanted an object, got \[\]$"),
        ({}, r"^: missing inner$"),
        ({"inner": {}}, r"^\.inner: missing name$"),
        ({"inner": {"name": 1}}, r"^\.inner\.name: wanted a text, got 1$"),
        ({"inner": {"name": "a", "pair": [1]}}, r"^\.inner\.pair: wanted 2 elements"),
        ({"inner": {"name": "a", "pair": [True, 1]}}, r"^\.inner\.pair: wanted an integer"),
        ({"inner": {"name": "a", "pair": [1.0, 1]}}, r"^\.inner\.pair: wanted an integer"),
        ({"inner": {"name": "a", "pair": [10**400, 1]}}, r"^\.inner\.pair: wanted an integer of 64 bits"),
        ({"inner": {"name": "a"}, "many": {}}, r"^\.many: wanted a list"),
        ({"inner": {"name": "a"}, "counts": []}, r"^\.counts: wanted an object"),
        ({"inner": {"name": "a"}, "ratio": float("nan")}, r"^\.ratio: wanted a finite number"),
        ({"inner": {"name": "a"}, "ratio": 10**400}, r"^\.ratio: wanted an integer of 64 bits"),
        ({"inner": {"name": "a"}, "ratio": "1"}, r"^\.ratio: wanted a finite number"),
        ({"inner": {"name": "a"}, "on": 1}, r"^\.on: wanted true or false"),
    ],
)
def test_a_wrong_shape_is_named_by_its_path(value: object, message: str) -> None:
    with pytest.raises(CodecError, match=message):
        decode(Outer, value)
