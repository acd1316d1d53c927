"""What may slow our CPUs down within a window: quotas of cgroups, heat, and a changed limit of the clock.

Standard library only: the generator reads the files at the edges of its window. That takes some ten
microseconds a file, and nothing where the kernel has none (most virtual machines hide heat and clock).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runners.machine import kernel_files

_HEAT = ("thermal_throttle/core_throttle_count", "thermal_throttle/package_throttle_count")
_CLOCK = ("cpufreq/scaling_governor", "cpufreq/scaling_max_freq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """Counters that only grow, and what is set, at one instant."""

    periods: int | None = None
    """Periods that quotas have cut short since boot, in any cgroup that holds us or the server."""
    heat: int | None = None
    """Times that heat has slowed our CPUs down since boot."""
    policy: tuple[str, ...] = ()
    """Governor and highest clock of our CPUs."""


def read(cpus: tuple[int, ...], cgroup: str | None = None) -> Throttling:
    """What slowed ``cpus``, our own cgroups and the server's ``cgroup`` down until now."""
    quotas = [count for path in _quotas(cgroup) if (count := _throttled(kernel_files.text(path))) is not None]
    heat = [int(text) for path in _files(cpus, _HEAT) if (text := kernel_files.text(path)).isdigit()]
    return Throttling(
        periods=sum(quotas) if quotas else None,
        heat=sum(heat) if heat else None,
        policy=tuple(kernel_files.text(path) for path in _files(cpus, _CLOCK)),
    )


@cache
def _quotas(cgroup: str | None) -> tuple[Path, ...]:
    """``cpu.stat`` of every cgroup that limits us or the server, where it can be read."""
    folders = [path for mount, own in _hierarchies() for path in _upwards(mount, own)]
    if cgroup:
        folders.append(Path(cgroup))
    return tuple(dict.fromkeys(path / "cpu.stat" for path in folders if (path / "cpu.stat").is_file()))


def _hierarchies() -> list[tuple[Path, str]]:
    """Mount point of each hierarchy that may hold quotas, and our own path in it."""
    ours = {}
    for line in kernel_files.text(kernel_files.PROC / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        ours[controllers] = path
    version_1 = next((name for name in ours if "cpu" in name.split(",")), None)
    mount = kernel_files.SYS / "fs/cgroup"
    hierarchies = [(mount, ours.get("", "/"))]
    if version_1:
        hierarchies += [(mount / name, ours[version_1]) for name in (version_1, "cpu")]
    return hierarchies


def _upwards(mount: Path, own: str) -> list[Path]:
    """Our cgroup and all above it, down from the mount point; what leads out of it is left out."""
    parts = [part for part in own.split("/") if part]
    if ".." in parts:
        parts = []
    return [mount.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]


@cache
def _files(cpus: tuple[int, ...], names: Sequence[str]) -> tuple[Path, ...]:
    paths = (kernel_files.cpu_folder() / f"cpu{cpu}" / name for cpu in cpus for name in names)
    return tuple(path for path in paths if path.is_file())


def _throttled(text: str) -> int | None:
    """``nr_throttled`` of a ``cpu.stat``; None where it has none (no quota can be set there)."""
    words = text.split()
    counts = dict(zip(words[::2], words[1::2], strict=False))
    return int(counts["nr_throttled"]) if "nr_throttled" in counts else None
