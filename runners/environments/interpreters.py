"""The Pythons of this machine: where a wanted one is, and what it says of itself."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import default_environment
from packaging.version import Version

from runners.environments import cache
from runners.errors import PlanError

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
            "python_version": ".".join(self.version.split(".")[:2]),
            "python_full_version": self.version,
            "implementation_version": self.version,
            "implementation_name": self.implementation.lower(),
            "platform_python_implementation": self.implementation,
        }
        return {key: str(value) for key, value in default_environment().items()} | own


def find(wanted: str | None, folder: Path) -> Interpreter:
    """The interpreter for ``wanted``: None is the one that runs hotlap, else ``3.13``, ``3.13.1`` or a path.

    ``folder`` keeps what interpreters said, so that a known one need not be started.

    Raises:
        PlanError: there is none; it names those that were found.

    """
    if wanted is None:
        return probe(Path(sys.executable), folder)
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


def probe(path: Path, folder: Path) -> Interpreter:
    """What the interpreter at ``path`` says of itself, asked once as long as the file stays as it is.

    Raises:
        PlanError: it is not there or does not answer.

    """
    try:
        real = path.resolve(strict=True)
        known = folder / "interpreters" / f"{cache.digest(str(real), _stamp(real))}.json"
        if not known.is_file():
            answer = _ask(real)
            if answer["path"] != str(real):  # a script in front of one, such as pyenv's shims
                return probe(Path(answer["path"]), folder)
            cache.write(known, json.dumps(answer))
    except OSError as error:
        raise PlanError(f"there is no Python at {path}", remedy="Give an interpreter's path.") from error
    answer = json.loads(known.read_text(encoding="utf-8"))
    return Interpreter(**{**answer, "path": real, "stamp": _stamp(real)})


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"


def _ask(path: Path) -> dict[str, Any]:
    try:
        argv = [str(path), "-I", "-S", "-c", PROBE]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=PROBE_S)
        answer: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise PlanError(
            f"{path} does not answer as a Python would", remedy="Give another interpreter."
        ) from error
    return answer
