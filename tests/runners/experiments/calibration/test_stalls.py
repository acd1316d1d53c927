from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from runners.experiments.calibration.open_load import STALL_PERCENTILES
from runners.experiments.calibration.stalls import Stalls, stopping


def simulated_us(stalls: Stalls, rate_rps: float) -> list[float]:
    """Requests read when the server goes, served in turn at its capacity, answered after the delay."""
    capacity_rps, free_s, found = rate_rps / stalls.utilisation, 0.0, []

    def going(at_s: float) -> float:
        """First instant from ``at_s`` on at which the server goes: it stops at the end of each period."""
        stop_s = (at_s // stalls.every_s + 1) * stalls.every_s - stalls.stop_s
        return at_s if at_s < stop_s else stop_s + stalls.stop_s

    for due_s in np.arange(0, 5 * stalls.every_s, 1 / rate_rps):
        begin_s = max(free_s, going(due_s))
        free_s = begin_s + 1 / capacity_rps
        found.append((due_s, going(begin_s + stalls.delay_s) - due_s))
    late = [1e6 * wait_s for due_s, wait_s in found if stalls.every_s < due_s < 4 * stalls.every_s]
    return [float(each) for each in np.percentile(late, STALL_PERCENTILES)]


@pytest.mark.parametrize(
    "stalls",
    [
        Stalls(),
        Stalls(delay_s=0.02),
        Stalls(utilisation=0.25),
        Stalls(stop_s=0.2, every_s=1, delay_s=0.05, utilisation=0.4),
        Stalls(stop_s=0.3, every_s=2, delay_s=0.3),
    ],
)
def test_what_is_expected_is_what_a_queue_gives(stalls: Stalls) -> None:
    assert stalls.expected_us(STALL_PERCENTILES) == pytest.approx(
        simulated_us(stalls, 2000), rel=0.003, abs=600
    )


def test_without_stalls_there_is_the_delay() -> None:
    assert Stalls(stop_s=0.02, every_s=1, delay_s=0.02).expected_us([50, 90]) == [20_000, 20_000]


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_is_stopped_again_and_again_and_goes_on_in_the_end() -> None:
    seen: list[str] = []
    with subprocess.Popen(["sleep", "60"]) as process:
        with stopping(process.pid, Stalls(stop_s=0.05, every_s=0.1)):
            deadline_s = time.monotonic() + 10
            while "".join(seen).count("ST") < 2 and time.monotonic() < deadline_s:
                seen.append(state(process.pid))
                threading.Event().wait(0.005)
        assert "".join(seen).count("ST") >= 2
        assert state(process.pid) != "T"
        process.kill()


def test_a_process_that_is_gone_stops_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
        with stopping(process.pid, Stalls(stop_s=0.01, every_s=0.02)):
            threading.Event().wait(0.05)
