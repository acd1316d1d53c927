"""The stage: a copy of the apps beside an environment, and all that its server sees of the project."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from runners.environments import cache
from runners.selection.frameworks import APP_SUFFIX, APPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def put(apps: Path, stages: Path, python: Path, waiting: Callable[[], None]) -> Path:
    """Folder in ``stages``, named by what is in it: ``apps/*.py`` with bytecode made by ``python``.

    What hotlap's own apps share (the contract, its models) is there for those of another folder as well,
    unless that has files of these names.
    """
    shared = [path for path in APPS.glob("*.py") if not path.name.endswith(APP_SUFFIX)]
    paths = {path.name: path for path in (*shared, *apps.glob("*.py"))}
    files = {name: paths[name].read_bytes() for name in sorted(paths)}
    stage = stages / cache.digest({name: content.hex() for name, content in files.items()})
    cache.built(stage, lambda folder, _lock: _copy(files, folder, python), waiting=waiting)
    return stage


def _copy(files: dict[str, bytes], stage: Path, python: Path) -> str:
    """Write and compile; where a file does not compile, the log of the server that imports it says so."""
    apps = stage / "apps"
    apps.mkdir()
    for name, content in files.items():
        (apps / name).write_bytes(content)
    argv = [str(python), "-I", "-m", "compileall", "-qq", str(apps)]
    subprocess.run(argv, capture_output=True, check=False)
    return ""
