from __future__ import annotations

from pathlib import Path

import pytest

from runners.machine import kernel_files, throttling
from runners.machine.throttling import Throttling

STAT = "usage_usec 10\nnr_periods 9\nnr_throttled {}\nthrottled_usec 5\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without quotas, heat or clock; whoever needs one writes its files."""
    monkeypatch.setattr(kernel_files, "SYS", tmp_path / "sys")
    monkeypatch.setattr(kernel_files, "PROC", tmp_path / "proc")
    put(tmp_path / "proc/self/cgroup", "0::/\n")
    for cached in (throttling._quotas, throttling._files):
        cached.cache_clear()
    return tmp_path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_machine_that_shows_nothing() -> None:
    assert throttling.read((0, 1)) == Throttling()


def test_quotas_of_all_cgroups_above_us_and_of_the_servers(machine: Path) -> None:
    put(machine / "proc/self/cgroup", "0::/pod/app\n")
    put(machine / "sys/fs/cgroup/cpu.stat", "usage_usec 10\n")
    put(machine / "sys/fs/cgroup/pod/cpu.stat", STAT.format(3))
    put(machine / "sys/fs/cgroup/pod/app/cpu.stat", STAT.format(0))
    put(machine / "leaf/cpu.stat", STAT.format(4))

    assert throttling.read((), str(machine / "leaf")).periods == 7
    assert throttling.read(()).periods == 3


def test_the_first_version_of_cgroups(machine: Path) -> None:
    put(machine / "proc/self/cgroup", "3:cpu,cpuacct:/pod\n0::/\n")
    put(
        machine / "sys/fs/cgroup/cpu,cpuacct/pod/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 9\n"
    )

    assert throttling.read(()).periods == 2


def test_a_path_outside_our_namespace_counts_from_the_mount(machine: Path) -> None:
    put(machine / "proc/self/cgroup", "0::/../other\n")
    put(machine / "sys/fs/cgroup/cpu.stat", STAT.format(1))

    assert throttling.read(()).periods == 1


def test_heat_and_clock_of_our_cpus(machine: Path) -> None:
    cpu = machine / "sys/devices/system/cpu"
    put(cpu / "cpu0/thermal_throttle/core_throttle_count", "2\n")
    put(cpu / "cpu0/thermal_throttle/package_throttle_count", "1\n")
    put(cpu / "cpu1/cpufreq/scaling_governor", "performance\n")
    put(cpu / "cpu1/cpufreq/scaling_max_freq", "3400000\n")
    put(cpu / "cpu2/thermal_throttle/core_throttle_count", "50\n")

    assert throttling.read((0, 1)) == Throttling(heat=3, policy=("performance", "3400000"))
