import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.exchange import Answer, Request, parse_json, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_a_get_is_encoded_without_length() -> None:
    encoded = Request(target="/a?b=1", headers=(("X-A", "1"),)).encode("127.0.0.1:80")
    assert encoded == b"GET /a?b=1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-A: 1\r\n\r\n"


def test_a_post_carries_the_length_of_its_bytes() -> None:
    encoded = Request(method="POST", target="/a", body="é".encode()).encode("h")
    assert encoded == b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n\xc3\xa9"


def test_an_empty_body_still_has_a_length() -> None:
    assert b"Content-Length: 0" in Request(method="POST", target="/a", body=b"").encode("h")


def test_the_first_header_of_a_name_is_given() -> None:
    answer = Answer(status=200, headers=(("a", "1"), ("a", "2")), body=b"")
    assert (answer.header("a"), answer.header("b")) == ("1", None)


@pytest.mark.parametrize(
    ("want", "got", "where"),
    [
        (3, 3.0, "$"),
        (1, True, "$"),
        (None, 0, "$"),
        ("3", 3, "$"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2.0}]}, "$.a[1].b"),
        ([1], [1, 2], "$: wanted 1 elements, got 2"),
        ({"a": 1}, {"b": 1}, "missing fields ['a'], extra fields ['b']"),
        ({}, [], "$"),
        ("x" * 200, "y" * 200, "..."),
    ],
)
def test_a_difference_names_its_place(want: object, got: object, where: str) -> None:
    assert where in (same(want, got) or "")


@given(JSON)
def test_what_went_through_json_is_the_same(value: object) -> None:
    parsed, problem = parse_json(json.dumps(value).encode())
    assert problem is None
    assert same(value, parsed) is None


def test_order_of_keys_does_not_matter() -> None:
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1}) is None


@pytest.mark.parametrize(
    "body",
    [b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"", b"{", b"\xff", b"1 2", b"[" * 100_000, b"9" * 5000],
)
def test_what_is_not_json_is_said_to_be_none(body: bytes) -> None:
    value, problem = parse_json(body)
    assert value is None
    assert "not JSON" in (problem or "")


def test_a_large_float_is_json() -> None:
    value, problem = parse_json(b"1e400")
    assert problem is None
    assert value == math.inf
