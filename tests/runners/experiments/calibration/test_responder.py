from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from runners.errors import LaunchError, PlanError
from runners.experiments.calibration import responder
from runners.http.client import send
from scenarios.catalogue import named
from tests.support.calibrations import needs_nginx


@needs_nginx
@pytest.mark.parametrize("shape", responder.TARGETS)
def test_the_responder_gives_right_answers(tmp_path: Path, shape: str) -> None:
    (timed,) = named(shape).ring(Random(0))
    with responder.responder(tmp_path, ()) as port:
        found = [send(responder.HOST, port, timed.request) for _ in range(2)]
    assert timed.request.target == responder.TARGETS[shape]
    assert [timed.check(each) for each in found] == [None, None]


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(PlanError, match="nginx is not installed") as caught:
        responder.program_named("nginx", package="nginx-light")
    assert "nginx-light" in caught.value.remedy


def test_a_responder_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responder, "program_named", lambda *_, **__: "/bin/false")

    with pytest.raises(LaunchError, match="did not answer"), responder.responder(tmp_path, ()):
        pass
