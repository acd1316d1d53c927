from __future__ import annotations

import json
from pathlib import Path

import pytest

from runners.cli import calibration_tables as tables
from runners.experiments import ceilings
from runners.machine import facts as machine
from tests.support.calibrations import FOUND


def test_ceilings_are_kept_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert ceilings.known() == ()

    path = ceilings.save(FOUND.ceilings, tables.as_json(FOUND))

    assert ceilings.known() == FOUND.ceilings
    assert json.loads(path.read_text())["calibration"]["notes"] == list(FOUND.notes)
    monkeypatch.setattr(machine, "harness_versions", lambda: {"python": "0"})
    assert ceilings.known() == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ceilings": [{"shape": "json"}]}'])
def test_what_cannot_be_read_is_no_calibration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ceilings.place().parent.mkdir(parents=True)
    ceilings.place().write_text(text)
    assert ceilings.known() == ()
