"""``hotlap serve``: one stack, on one interpreter."""

from __future__ import annotations

import pytest

from runners.errors import PlanError
from runners.experiments import serving
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.selection.matrix import Selection


def test_a_stack_is_served_on_one_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("something was built")

    monkeypatch.setattr(serving, "interpreters_of", lambda *_: {"3.12": None, "3.13": None})
    monkeypatch.setattr(serving, "plan_of", never)
    options = RunOptions(selection=Selection(frameworks=("asgi",)), timing=QUICK, pythons=("3.12", "3.13"))
    with pytest.raises(PlanError, match=r"served on one interpreter, and --python names 2: 3\.12, 3\.13"):
        serving.serve_stack(options, 8000, Watcher())
