from __future__ import annotations

from pathlib import Path

import pytest

from results.model import BOTH_SIDES, SideName
from runners.errors import PlanError
from runners.experiments.pairs.options import SideOptions, SidesOptions, is_bare
from runners.experiments.pairs.revision import Source
from runners.experiments.pairs.sides import resolve_sides, title_of


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
    options = SideOptions(overrides=(text,))
    assert is_bare(text) == bare
    assert options.moved == (() if bare else (text,))
    assert options.bare == ((text,) if bare else ())


@pytest.mark.parametrize(
    ("options", "title"),
    [
        (SideOptions(), "as locked"),
        (SideOptions(overrides=("fastapi",)), "fastapi of the lock"),
        (SideOptions(overrides=("starlette==0.50.0",), python="3.13"), "starlette==0.50.0, Python 3.13"),
        (SideOptions(overrides=("/secret/place/fastapi",)), "fastapi (path)"),
        (SideOptions(framework="flask", server="gunicorn-gthread"), "flask, on gunicorn-gthread"),
    ],
)
def test_a_side_in_words_names_no_path(options: SideOptions, title: str) -> None:
    assert title_of(options, Source(apps=Path("apps"))) == title


def test_sides_that_do_not_differ_are_wrong_use() -> None:
    with pytest.raises(PlanError, match="nothing tells base and head apart"):
        resolve_sides(SidesOptions())


@pytest.mark.parametrize(
    ("name", "head"), [("server", SideOptions(server="a")), ("framework", SideOptions(framework="a"))]
)
def test_a_side_that_needs_its_twin_says_so(name: str, head: SideOptions) -> None:
    options = SidesOptions(head=head)
    with pytest.raises(PlanError, match=f"--head-{name} needs --base-{name}"):
        resolve_sides(options)


def test_an_error_names_the_side() -> None:
    with pytest.raises(PlanError) as raised:
        resolve_sides(SidesOptions(head=SideOptions(revision="nowhere")))
    assert raised.value.message.startswith("head: there is no revision 'nowhere'")


def test_both_sides_are_recorded_by_name() -> None:
    found = resolve_sides(SidesOptions(base=SideOptions(python="/opt/python/bin/python3.13")))
    assert [found[side].side.name for side in BOTH_SIDES] == [SideName.BASE, SideName.HEAD]
    assert found[SideName.BASE].side.python == "python3.13"
