import gzip

import pytest

from runners.verify.agreement import canonical_form, disagreements
from scenarios.exchange import Answer
from tests.support.reference_app import typed

GZIP = (("content-encoding", "gzip"),)


@pytest.mark.parametrize(
    ("answer", "other", "equal"),
    [
        (typed(b'{"a": 1, "b": [2.50]}', "x"), typed(b'{"b":[2.5],"a":1}', "x"), True),
        (typed(b'{"a": 1}', "x"), typed(b'{"a": 1.0}', "x"), False),
        (typed(b'{"a": true}', "x"), typed(b'{"a": 1}', "x"), False),
        (typed(b"Hello, World!", "x"), typed(b"Hello, Terra!", "x"), True),
        (typed(b'["SKU-1"]', "x"), typed(b'["SKV-1"]', "x"), True),
        (typed(gzip.compress(b"[1]", mtime=1), "x", headers=GZIP), typed(b"[1]", "x"), True),
        (typed(gzip.compress(b"[2]", mtime=1), "x", headers=GZIP), typed(b"[1]", "x"), False),
        (typed(b"\x80", "x"), typed(b"\x81", "x"), False),
        (typed(b"a", "x", 400), typed(b"b", "x", 422), True),
        (typed(b"a", "x", 404), typed(b"a", "x", 500), False),
        (typed(b"a", "x", 200), typed(b"a", "x", 201), False),
        (typed(b"[" + b"1," * 5000 + b"1]", "x"), typed(b"[" + b"1, " * 5000 + b"1]", "x"), True),
        (typed(b"[" + b"1," * 5000 + b"1]", "x"), typed(b"[" + b"1, " * 5000 + b"2]", "x"), False),
    ],
)
def test_canonical_forms(answer: Answer, other: Answer, equal: bool) -> None:  # noqa: FBT001
    forms = [canonical_form(each) for each in (answer, other)]
    assert (forms[0] == forms[1]) is equal
    assert all(len(form) < 2100 for form in forms)


def test_a_lone_surrogate_can_be_written() -> None:
    assert canonical_form(typed(rb'"\ud800"', "x")).encode()


def test_no_difference_between_equals_and_none_where_one_did_not_answer() -> None:
    assert disagreements({}) == {}
    assert disagreements({"a": {"k": "1", "l": "2"}, "b": {"k": "1"}, "c": {}}) == {}


def test_the_odd_one_out_is_named() -> None:
    found = disagreements({"a": {"k": "200 1"}, "b": {"k": "200 1"}, "c": {"k": "200 1.0"}})
    assert found == {"c": "k: 200 1.0 where others answer 200 1"}


def test_without_a_majority_all_are_named() -> None:
    assert disagreements({"a": {"k": "1"}, "b": {"k": "2"}}).keys() == {"a", "b"}


def test_each_stack_is_named_once() -> None:
    most, odd = {"k": "1", "l": "1"}, {"k": "2", "l": "2"}
    assert disagreements({"a": most, "b": most, "c": odd}) == {"c": "k: 2 where others answer 1"}
