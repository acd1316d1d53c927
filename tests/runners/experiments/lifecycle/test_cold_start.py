"""An app is imported in a process of its own; one that cannot be is told with its last lines."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from runners.errors import LifecycleError
from runners.experiments.lifecycle.cold_start import import_app
from runners.experiments.lifecycle.probe import Subject
from tests.support.fake_valgrind import SETUP, cost_cell
from tests.support.small_matrix import variant
from tests.support.synthetic_lifecycles import cell


def subject(folder: Path, source: str) -> Subject:
    made = cost_cell(folder, source)
    return Subject(
        cell=cell("small", "cold-start"),
        framework=made.framework,
        variant=variant("uvicorn-standard", "asgi"),
        environment=made.environment,
        scenarios={},
        setup=replace(SETUP, server_cpus=(min(os.sched_getaffinity(0)),)),
        folder=folder / "run",
        hash_seed="1",
        soak_s=1.0,
    )


def test_import_is_timed_with_the_groups_that_are_mounted(tmp_path: Path) -> None:
    source = """
        import os, sys
        assert os.environ["HOTLAP_GROUPS"] == "json" and os.environ["PYTHONHASHSEED"] == "1"
        app = object()
    """
    values = import_app(subject(tmp_path, source))
    assert values.keys() == {"import_s", "modules"}
    assert values["import_s"] > 0
    assert values["modules"] > 10


@pytest.mark.parametrize("source", ["raise SystemExit('torn in two')", "print('torn in two'); 1 / 0"])
def test_an_app_that_does_not_import_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(
        LifecycleError, match=r"apps.small_app cannot be imported \(exit status 1\)"
    ) as caught:
        import_app(subject(tmp_path, source))
    assert "torn in two" in caught.value.log_tail or "ZeroDivisionError" in caught.value.log_tail
    assert str(tmp_path) not in caught.value.log_tail
