"""The machine under a run: what it is, which of its CPUs are whose, and how busy it was before."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from results.model import Machine, Setup
from runners.errors import PlanError

MEASURING = ("hotlap", "locust", "gevent", "httptools", "hdrhistogram", "numpy", "psutil", "uv")
"""Packages of the harness that a number could depend on."""
SYS = Path("/sys/devices/system/cpu")
PROC = Path("/proc")


def require_linux() -> None:
    """Raise PlanError (exit code 2) anywhere but on Linux."""
    if sys.platform != "linux":
        raise PlanError(
            f"measuring needs Linux (epoll, /proc, CPU affinity, prctl), and this is {sys.platform}",
            remedy="measure in a Linux container or virtual machine, or in WSL; `hotlap report` works here",
        )


def machine() -> Machine:
    """Facts of this machine; neither its name nor a path."""
    cpuinfo = _fields(PROC / "cpuinfo")
    return Machine(
        cpu_model=cpuinfo.get("model name", platform.machine()),
        logical_cpus=os.cpu_count() or 1,
        physical_cores=len(cores(range(os.cpu_count() or 1))) or None,
        smt={"0": False, "1": True}.get(_text(SYS / "smt" / "active")),
        governor=_text(SYS / "cpu0" / "cpufreq" / "scaling_governor") or None,
        memory_bytes=_memory("MemTotal"),
        kernel=f"{platform.system()} {platform.release()}",
        system=_system(),
        container=_container(cpuinfo.get("flags", "")),
    )


def loadavg() -> float:
    """Processes that ran or wanted to, averaged over the last minute."""
    return os.getloadavg()[0]


def memory_available() -> int:
    """Bytes that could be used without swapping."""
    return _memory("MemAvailable")


def harness_versions() -> dict[str, str]:
    """Versions of hotlap, its interpreter and the packages that measure."""
    found = {"python": platform.python_version()}
    for name in MEASURING:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def cores(cpus: range | set[int]) -> list[list[int]]:
    """``cpus`` grouped by physical core, in ascending order; one group each where the kernel says nothing."""
    groups: dict[frozenset[int], list[int]] = {}
    for cpu in sorted(cpus):
        siblings = _cpu_list(_text(SYS / f"cpu{cpu}" / "topology" / "thread_siblings_list")) or {cpu}
        groups.setdefault(frozenset(siblings), []).append(cpu)
    return list(groups.values())


def choose_cpus(workers: int, generators: int = 1) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(CPUs of the server, CPUs of the generator) among those that we may use.

    One CPU per worker; the generator has a physical core to itself where there are enough, then at least
    a CPU to itself. Several generators have a CPU each, as far as those go that no worker has. Where not
    even one is left, workers and generator share (``sharing`` says so). Raises PlanError where the workers
    outnumber the CPUs.
    """
    allowed = os.sched_getaffinity(0)
    if workers > len(allowed):
        raise PlanError(
            f"{workers} workers need a CPU each and one more for the load; {len(allowed)} may be used",
            remedy="ask for fewer workers, or allow more CPUs (taskset, cpuset, limits of the container)",
        )
    return place(cores(allowed), workers, generators)


def place(
    groups: list[list[int]], workers: int, generators: int = 1
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """``choose_cpus`` on CPUs grouped by core: the generator on the first core, workers from the last."""
    generator, spare = groups[0][0], groups[0][1:]
    others = groups[:0:-1]
    firsts, siblings = [core[0] for core in others], [cpu for core in others for cpu in core[1:]]
    server = (firsts + siblings + spare + [generator])[:workers]
    free = [cpu for core in groups for cpu in core[:1]] + [cpu for core in groups for cpu in core[1:]]
    further = [cpu for cpu in free if cpu not in server and cpu != generator]
    return tuple(sorted(server)), (generator, *further[: max(generators - 1, 0)])


def sharing(server_cpus: tuple[int, ...], generator_cpus: tuple[int, ...]) -> str | None:
    """A warning where server and generator disturb each other by their place, else None."""
    if set(server_cpus) & set(generator_cpus):
        return (
            f"server and load share CPU {generator_cpus[0]}: throughput is that of both together; "
            "give hotlap one CPU more than workers"
        )
    return None


def crowding(setup: Setup) -> tuple[str, ...]:
    """Warnings about the places of server and generators."""
    few, many = len(setup.generator_cpus), setup.generators
    found = sharing(setup.server_cpus, setup.generator_cpus)
    shared = f"{many} generators share {few} CPU{'s' * (few > 1)}: they make no more load than {few}"
    return (*((found,) if found else ()), *((shared,) if few < many else ()))


def _system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return platform.system()
    return release.get("PRETTY_NAME", release["NAME"])


def _container(flags: str) -> str | None:
    """Kind of container, or of virtual machine, that we recognise ourselves to be in."""
    if Path("/run/.containerenv").exists():
        return "podman"
    if Path("/.dockerenv").exists():
        return "docker"
    if "microsoft" in platform.release().lower():
        return "wsl"
    if named := os.environ.get("container"):  # noqa: SIM112 - systemd-nspawn and lxc spell it so
        return named
    return "virtual machine" if "hypervisor" in flags.split() else None


def _fields(path: Path) -> dict[str, str]:
    """``name : value`` lines of the first paragraph of a file in ``/proc``."""
    lines = _text(path).split("\n\n", 1)[0].splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _memory(name: str) -> int:
    value = _fields(PROC / "meminfo").get(name, "0 kB")
    return int(value.split()[0]) * 1024


def _cpu_list(text: str) -> set[int]:
    """``0-2,5`` as a set."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def _text(path: Path) -> str:
    """What stands in ``path`` without surrounding blanks; empty where there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
