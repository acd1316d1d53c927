"""A launch here: what it has of services, and what it is held to."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import SideName
from runners.launching import local
from runners.launching.local import LocalLauncher
from runners.selection.matrix import Selection, Stack, expand
from runners.selection.schedule import visits
from runners.services.services import Leases
from tests.support.fake_comparison import PARTS, SETUP, provisioned


@pytest.mark.parametrize(("declares", "workers", "pool"), [(True, 1, 16), (True, 3, 15), (False, 1, None)])
def test_a_launch_is_held_to_the_pool_that_its_app_declares(
    monkeypatch: pytest.MonkeyPatch, *, declares: bool, workers: int, pool: int | None
) -> None:
    seen: list[Leases] = []

    def launch(*, leases: Leases, **_more: object) -> AbstractContextManager[None]:
        seen.append(leases)
        return nullcontext()

    monkeypatch.setattr(local, "launch", launch)
    selection = Selection(
        frameworks=("fastapi",), servers=("uvicorn-standard",), scenarios=("plaintext",), workers=workers
    )
    (cell,) = expand(selection, PARTS).cells
    framework = replace(PARTS.frameworks["fastapi"], pool=declares)
    launcher = LocalLauncher(
        stacks={cell.stack: Stack(framework=framework, variant=PARTS.servers["uvicorn-standard"])},
        environments={"fastapi": provisioned("fastapi", SideName.NONE)},
        scenarios=PARTS.scenarios,
        setup=SETUP,
        folder=Path("logs"),
    )
    (visit,) = visits([cell], PARTS.scenarios)
    with launcher.start(visit, first=cell, hash_seed="0"):
        pass
    assert [leases.pool for leases in seen] == [pool]
