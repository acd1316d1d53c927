"""The Pythons of this machine: where a wanted one is, and what it says of itself."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import default_environment
from packaging.version import Version

from runners.environments import cache
from runners.errors import PlanError
from runners.processes.supervisor import descendants

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON_NAME = re.compile(r"(?:python)?(?P<minor>3\.\d+)(?P<patch>\.\d+)?(?P<free_threaded>t?)")

PROBE = """
import json, os, platform, sys, sysconfig
flags = {name: str(sysconfig.get_config_var(name) or "") for name in (
    "CONFIG_ARGS", "PY_CFLAGS", "PY_CFLAGS_NODIST", "PY_LDFLAGS", "PY_LDFLAGS_NODIST", "PY_CORE_LDFLAGS",
    "CFLAGS_NODIST", "LDFLAGS_NODIST", "Py_GIL_DISABLED", "Py_DEBUG")}
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "version": platform.python_version(),
    "implementation": platform.python_implementation(),
    "compiler": platform.python_compiler(),
    "flags": flags,
}))
"""
"""Script that an interpreter runs, isolated and without its site packages, to describe itself."""
PROBE_S = 20
"""An interpreter answers within this."""
WRAPPERS_MOST = 16
"""Scripts that stand in front of an interpreter are fewer, or call each other in a circle."""
LOOK_S = 0.1
"""While an interpreter is waited for, its processes are counted this often."""
OLDEST = Version("3.11")
"""The oldest Python that hotlap and its apps run on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python, as it describes itself."""

    path: Path
    """The executable behind every link and virtual environment."""
    version: str
    implementation: str
    compiler: str
    flags: dict[str, str]
    """Variables of ``sysconfig`` that tell how it was built."""
    stamp: str
    """Changes when the executable is replaced."""

    @property
    def minor(self) -> str:
        """``3.13`` of ``3.13.1``."""
        return ".".join(self.version.split(".")[:2])

    @property
    def optimisations(self) -> tuple[str, ...]:
        """Of PGO, LTO and BOLT, those that its build flags show."""
        configured = self.flags["CONFIG_ARGS"]
        compiled = " ".join(value for name, value in self.flags.items() if name != "CONFIG_ARGS")
        shown = {
            "PGO": "--enable-optimizations" in configured or "-fprofile-use" in compiled,
            "LTO": bool(re.search(r"--with-lto(?!=no)", configured)) or "-flto" in compiled,
            "BOLT": "--enable-bolt" in configured,
        }
        return tuple(name for name, present in shown.items() if present)

    @property
    def optimised(self) -> bool:
        """Whether it was built with both PGO and LTO, without debugging."""
        return {"PGO", "LTO"} <= set(self.optimisations) and self.flags["Py_DEBUG"] != "1"

    @property
    def build(self) -> str:
        """Compiler and optimisations in words."""
        special = [("free-threaded", "Py_GIL_DISABLED"), ("debug", "Py_DEBUG")]
        marks = [word for word, name in special if self.flags[name] == "1"]
        missing = [f"no {name}" for name in ("PGO", "LTO") if name not in self.optimisations]
        return ", ".join([self.implementation, self.compiler, *self.optimisations, *missing, *marks])

    @property
    def markers(self) -> dict[str, str]:
        """Environment of requirement markers as this interpreter would give it, on this machine."""
        own = {
            "python_version": self.minor,
            "python_full_version": self.version,
            "implementation_version": self.version,
            "implementation_name": self.implementation.lower(),
            "platform_python_implementation": self.implementation,
        }
        return {key: str(value) for key, value in default_environment().items()} | own


def find(wanted: str, folder: Path) -> Interpreter:
    """The interpreter for ``wanted``: a version such as ``3.13`` or ``3.13.1``, or a path.

    ``folder`` keeps what interpreters said, so that a known one need not be started.

    Raises:
        PlanError: there is none; it names those that were found.

    """
    if "/" in wanted:
        return probe(Path(wanted).expanduser(), folder)
    match = PYTHON_NAME.fullmatch(wanted)
    if match is None:
        raise PlanError(
            f"{wanted!r} is no Python version", remedy="Write it as 3.13 or 3.13.1, or give a path."
        )
    for path in _candidates(match["minor"], match["free_threaded"]):
        interpreter = probe(path, folder)
        if not match["patch"] or interpreter.version == match["minor"] + match["patch"]:
            return interpreter
    raise PlanError(
        f"there is no Python {wanted} on PATH or under pyenv; found: {', '.join(names()) or 'none'}",
        remedy="Install it, or name one of those found, or give an interpreter's path.",
    )


def names() -> tuple[str, ...]:
    """Versions that may serve, found on PATH (as far as their file names tell) and under pyenv."""
    on_path = {
        match["minor"] + match["free_threaded"]
        for folder in _path_folders()
        for path in folder.glob("python3.*")
        if (match := PYTHON_NAME.fullmatch(path.name)) and os.access(path, os.X_OK)
    }
    known = on_path | {path.name for path in _pyenv_versions()} | {platform.python_version()}
    return tuple(sorted((name for name in known if _version(name) >= OLDEST), key=_version))


def minors() -> tuple[str, ...]:
    """Versions such as ``3.13`` that may be there, with a GIL, the newest first."""
    listed = {match["minor"] for name in names() if (match := PYTHON_NAME.fullmatch(name))}
    return tuple(sorted(listed, key=Version, reverse=True))


def builds_of(minor: str) -> tuple[Path, ...]:
    """Executables that may be Pythons of version ``minor``, with a GIL."""
    return tuple(_candidates(minor, ""))


def find_build(version: str, build: str, folder: Path) -> Interpreter:
    """The interpreter of a version that was built like that; where there is none, one of that version.

    Raises PlanError where there is none of that version.
    """
    match = PYTHON_NAME.fullmatch(version)
    for path in _candidates(match["minor"], match["free_threaded"]) if match else ():
        interpreter = probe(path, folder)
        if (interpreter.version, interpreter.build) == (version, build):
            return interpreter
    return find(version, folder)


def _candidates(minor: str, free_threaded: str) -> Iterator[Path]:
    """Executables that may be it: hotlap's own, then along PATH, then pyenv's, the newest first."""
    own = ".".join(map(str, sys.version_info[:2])) == minor
    if own and not free_threaded:
        yield Path(sys.executable)
    name = f"python{minor}{free_threaded}"
    pyenv = [path / "bin" for path in _pyenv_versions()]
    yield from (path for folder in [*_path_folders(), *pyenv] if os.access(path := folder / name, os.X_OK))


def _path_folders() -> list[Path]:
    """Folders of PATH, less pyenv's shims: they start whichever version is selected there, or none."""
    shims = _pyenv() / "shims"
    return [Path(entry) for entry in os.get_exec_path() if entry and Path(entry) != shims]


def _pyenv() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _pyenv_versions() -> list[Path]:
    versions = [path for path in _pyenv().glob("versions/3.*") if PYTHON_NAME.fullmatch(path.name)]
    return sorted(versions, key=lambda path: _version(path.name), reverse=True)


def _version(name: str) -> Version:
    return Version(name.removesuffix("t"))


def probe(path: Path, folder: Path, *, passed: tuple[Path, ...] = ()) -> Interpreter:
    """What the interpreter at ``path`` says of itself, asked once as long as the file stays as it is.

    ``passed`` are the scripts that led to it.

    Raises:
        PlanError: it is not there or does not answer, or scripts lead to each other in a circle.

    """
    try:
        real = path.resolve(strict=True)
        if real in passed:
            raise _circle(real)
        known = folder / "interpreters" / f"{cache.digest(str(real), _stamp(real))}.json"
        if not known.is_file():
            answer = _ask(real)
            if answer["path"] != str(real):  # a script in front of one, such as pyenv's shims
                return probe(Path(answer["path"]), folder, passed=(*passed, real))
            cache.write(known, json.dumps(answer))
    except OSError as error:
        raise PlanError(f"there is no Python at {path}", remedy="Give an interpreter's path.") from error
    answer = json.loads(known.read_text(encoding="utf-8"))
    return Interpreter(**{**answer, "path": real, "stamp": _stamp(real)})


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"


def _ask(path: Path) -> dict[str, Any]:
    argv = [str(path), "-I", "-S", "-c", PROBE]
    silent = PlanError(f"{path} does not answer as a Python would", remedy="Give another interpreter.")
    try:
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        ) as process:
            try:
                said = _hear(process, path)
            except BaseException:
                _kill_all(process)
                raise
        answer = json.loads(said)
    except (OSError, ValueError) as error:
        raise silent from error
    if process.returncode or not isinstance(answer, dict) or "path" not in answer:
        raise silent
    return answer


def _hear(process: subprocess.Popen[str], path: Path) -> str:
    """All that an interpreter prints; raises PlanError where it goes on without end."""
    until_s = time.monotonic() + PROBE_S
    while True:
        try:
            return process.communicate(timeout=LOOK_S)[0]
        except subprocess.TimeoutExpired as error:
            if len(descendants(process.pid)) >= WRAPPERS_MOST:
                raise _circle(path) from error
            if time.monotonic() > until_s:
                raise PlanError(
                    f"{path} did not answer within {PROBE_S} s",
                    remedy="Does it call itself? Give the path of an interpreter in place of a script.",
                ) from error


def _kill_all(process: subprocess.Popen[str]) -> None:
    """End an interpreter and all that it started: what goes in a circle would go on without it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _circle(path: Path) -> PlanError:
    return PlanError(
        f"{path} is a script that calls itself, or others that call it again",
        remedy="Give the path of an interpreter in place of a script.",
    )
