"""The machine under a run: what it is, and how busy it was before."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from results.model import Machine
from runners.errors import PlanError
from runners.machine import kernel_files
from runners.machine.placement import cores

MEASURING = ("hotlap", "locust", "gevent", "httptools", "hdrhistogram", "numpy", "psutil", "uv")
"""Packages of the harness that a number could depend on."""
GIT_TIMEOUT_S = 10.0


def require_linux() -> None:
    """Raise PlanError (exit code 2) anywhere but on Linux."""
    if sys.platform != "linux":
        raise PlanError(
            f"measuring needs Linux (epoll, /proc, CPU affinity, prctl), and this is {sys.platform}",
            remedy="measure in a Linux container or virtual machine, or in WSL; `hotlap report` works here",
        )


def machine() -> Machine:
    """Facts of this machine; neither its name nor a path."""
    cpus, text = kernel_files.cpu_folder(), kernel_files.text
    cpuinfo = _fields(kernel_files.PROC / "cpuinfo")
    return Machine(
        cpu_model=cpuinfo.get("model name", platform.machine()),
        logical_cpus=os.cpu_count() or 1,
        physical_cores=len(cores(range(os.cpu_count() or 1))) or None,
        smt={"0": False, "1": True}.get(text(cpus / "smt" / "active")),
        governor=text(cpus / "cpu0" / "cpufreq" / "scaling_governor") or None,
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
    versions = {"python": platform.python_version()}
    for name in MEASURING:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def harness_commit() -> str:
    """Commit of hotlap, with ``+`` behind it where its files were changed; empty where it is no checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    argv = ["git", "-C", str(root), "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=+"]
    try:
        done = subprocess.run(argv, capture_output=True, check=False, timeout=GIT_TIMEOUT_S, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


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
    lines = kernel_files.text(path).split("\n\n", 1)[0].splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _memory(name: str) -> int:
    value = _fields(kernel_files.PROC / "meminfo").get(name, "0 kB")
    return int(value.split()[0]) * 1024
