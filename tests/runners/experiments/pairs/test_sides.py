from __future__ import annotations

from pathlib import Path

import pytest

from results.model import BASE, HEAD
from runners.errors import PlanError
from runners.experiments.pairs.revision import Source
from runners.experiments.pairs.sides import SidesWish, SideWish, contenders, is_bare, title_of


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("fastapi", True),
        ("uvicorn[standard]", True),
        ("fastapi==0.115.*", False),
        ("fastapi @ git+https://example.org/fastapi@main", False),
        ("./fastapi", False),
    ],
)
def test_a_bare_name_means_the_locks_version(text: str, *, bare: bool) -> None:
    wish = SideWish(overrides=(text,))
    assert is_bare(text) == bare
    assert wish.moved == (() if bare else (text,))
    assert wish.bare == ((text,) if bare else ())


@pytest.mark.parametrize(
    ("wish", "title"),
    [
        (SideWish(), "as locked"),
        (SideWish(overrides=("fastapi",)), "fastapi of the lock"),
        (SideWish(overrides=("starlette==0.50.0",), python="3.13"), "starlette==0.50.0, Python 3.13"),
        (SideWish(overrides=("/secret/place/fastapi",)), "fastapi (path)"),
        (SideWish(framework="flask", server="gunicorn-gthread"), "flask, on gunicorn-gthread"),
    ],
)
def test_a_side_in_words_names_no_path(wish: SideWish, title: str) -> None:
    assert title_of(wish, Source(apps=Path("apps"))) == title


def test_sides_that_do_not_differ_are_wrong_use() -> None:
    with pytest.raises(PlanError, match="nothing tells base and head apart"):
        contenders(SidesWish())


@pytest.mark.parametrize(
    ("name", "head"), [("server", SideWish(server="a")), ("framework", SideWish(framework="a"))]
)
def test_a_side_that_needs_its_twin_says_so(name: str, head: SideWish) -> None:
    wish = SidesWish(head=head)
    with pytest.raises(PlanError, match=f"--head-{name} needs --base-{name}"):
        contenders(wish)


def test_an_error_names_the_side() -> None:
    with pytest.raises(PlanError) as raised:
        contenders(SidesWish(head=SideWish(revision="nowhere")))
    assert raised.value.message.startswith("head: there is no revision 'nowhere'")


def test_both_sides_are_recorded_by_name() -> None:
    found = contenders(SidesWish(base=SideWish(python="/opt/python/bin/python3.13")))
    assert [found[side].side.name for side in (BASE, HEAD)] == [BASE, HEAD]
    assert found[BASE].side.python == "python3.13"
