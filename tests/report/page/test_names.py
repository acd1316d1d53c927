"""Names of files: safe, told apart, and the same again."""

from __future__ import annotations

import pytest

from report.page.names import LONGEST, safe_name, safe_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fastapi--uvicorn-standard", "fastapi--uvicorn-standard"),
        ("../../etc/passwd", "etc-passwd"),
        ("<b>", "b"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (".hidden", "hidden"),
        ("é\ud800", "unnamed"),
    ],
)
def test_a_name_is_safe_whatever_the_text(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_long_texts_that_end_differently_have_names_of_their_own() -> None:
    names = safe_names(["a" * 300 + "b", "a" * 300 + "c"])
    assert len(set(names)) == 2
    assert all(len(name) < LONGEST + 20 for name in names)


def test_names_are_told_apart_where_texts_are_alike_but_for_signs_or_capitals() -> None:
    assert safe_names(["a b", "a/b", "A-B"]) == ["a-b", "a-b-2", "A-B-3"]
