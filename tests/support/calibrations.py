"""What tests of calibrating share: figures of clients as they may be measured, and what needs nginx."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from runners.experiments.calibration import promises
from runners.experiments.calibration.calibrate import Calibration
from runners.experiments.calibration.client_comparison import ClientComparison
from runners.experiments.calibration.clients import FAST, HOTLAP, WRK

BESIDE_WRK = ClientComparison(
    against="nginx",
    shape="plaintext",
    connections=64,
    rounds={HOTLAP: [90.0, 60.0], WRK: [100.0, 50.0], FAST: [5.0, 3.0]},
    p50_us={HOTLAP: [110.0, 120.0], WRK: [100.0, 100.0]},
    bytes_per_request=200.0,
    busy=[0.75, 0.85],
)


ALONE = replace(BESIDE_WRK, connections=1, rounds={HOTLAP: [9.0, 6.0], WRK: [10.0, 5.0]})


FLOOR = replace(BESIDE_WRK, against="rsgi--granian-rsgi", rounds={HOTLAP: [70.0], WRK: [100.0]}, p50_us={})


COMPARISONS = (BESIDE_WRK, ALONE, FLOOR)


FOUND = Calibration(
    comparisons=COMPARISONS,
    promises=promises.promises(COMPARISONS, 10_000),
    notes=("h2load is not installed",),
)


needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"), reason="nginx is not installed"
)
