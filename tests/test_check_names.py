"""Lint's check of names sees every kind of binding, and nothing that is only read."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SPEC = importlib.util.spec_from_file_location("check_names", ROOT / ".ci" / "check_names.py")
assert SPEC
assert SPEC.loader
CHECK = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(CHECK)


@pytest.mark.parametrize(
    "source",
    [
        "def each(): ...",
        "async def _found(): ...",
        "def f(given): ...",
        "def f(*, here=1): ...",
        "class A:\n    only: int",
        "class A:\n    def f(self):\n        self.nothing = 1",
        "class Sitting: ...",
        "f = lambda one: 1",
    ],
)
def test_names_of_functions_types_parameters_and_attributes_are_refused_everywhere(
    tmp_path: Path, source: str
) -> None:
    (tmp_path / "a.py").write_text(source)
    assert len(list(CHECK.refused(tmp_path / "a.py", variables=False))) == 1


@pytest.mark.parametrize("source", ["each = 1", "for one in (): ...", "[held for held in ()]"])
def test_names_of_variables_are_refused_in_the_product_only(tmp_path: Path, source: str) -> None:
    (tmp_path / "a.py").write_text(source)
    assert len(list(CHECK.refused(tmp_path / "a.py", variables=True))) == 1
    assert not list(CHECK.refused(tmp_path / "a.py", variables=False))


def test_other_names_and_words_in_text_pass(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""each one found here"""\ntrial = "of"\nprint(trial.only)')
    assert not list(CHECK.refused(tmp_path / "a.py", variables=True))
