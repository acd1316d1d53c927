from __future__ import annotations

import json
from dataclasses import replace

from runners.cli import calibration_tables as tables
from runners.experiments.calibration.clients import WRK
from tests.support.calibrations import BESIDE_WRK, COMPARISONS, FOUND


def test_the_tables_show_ceilings_clients_and_promises() -> None:
    lines = tables.as_text(FOUND).splitlines()

    assert lines[1].split() == ["connections", "1", "64"]
    assert lines[2].split() == ["plaintext", "9", "(1.05)", "90", "(1.05)"]
    assert any(line.startswith(WRK) and "1.05x   0.90  1.20" in line for line in lines)
    assert any(line.startswith("MISSED") and "at least 0.90x" in line for line in lines)
    assert sum(line.startswith("kept") for line in lines) == 3
    assert lines[-1] == "not measured: h2load is not installed"


def test_a_point_that_is_left_out_is_a_dash() -> None:
    other = replace(BESIDE_WRK, shape="json", connections=512)
    text = tables.as_text(replace(FOUND, comparisons=(*COMPARISONS, other)))
    assert next(line for line in text.splitlines() if line.startswith("json")).split()[1:3] == ["-", "-"]


def test_the_figures_are_json_on_request() -> None:
    data = json.loads(tables.as_json(FOUND))

    assert data["contests"][0]["rounds"][WRK] == [100.0, 50.0]
    assert data["contests"][0]["ratios"][WRK] == [0.9, 1.2]
    assert [each["kept"] for each in data["promises"]] == [False, True, True, True]
    assert data["ceilings"][0]["rps"] == 90.0
