"""The stage: a copy of the apps beside an environment, and all that its server sees of the project."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from runners.environments import cache
from runners.selection.frameworks import APP_SUFFIX, APPS
from scenarios import static_scenario as static

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def put(apps: Path, stages: Path, python: Path, waiting: Callable[[], None]) -> Path:
    """Folder in ``stages``, named by what is in it: ``apps/*.py`` with bytecode made by ``python``.

    The file that ``static`` serves is there too, as old wherever it is put: ETags tell its age.
    What hotlap's own apps share (the contract, its models) is there for those of another folder as well,
    unless that has files of these names.
    """
    shared = [path for path in APPS.glob("*.py") if not path.name.endswith(APP_SUFFIX)]
    paths = {path.name: path for path in (*shared, *apps.glob("*.py"))}
    files = {name: paths[name].read_bytes() for name in sorted(paths)} | {static.FILE: static.CONTENT}
    stage = stages / cache.digest({name: content.hex() for name, content in files.items()})
    cache.built(stage, lambda folder, _lock: _copy(files, folder, python), waiting=waiting)
    return stage


def _copy(files: dict[str, bytes], stage: Path, python: Path) -> str:
    """Write and compile; where a file does not compile, the log of the server that imports it says so."""
    apps = stage / "apps"
    apps.mkdir()
    for name, content in files.items():
        (apps / name).parent.mkdir(exist_ok=True)
        (apps / name).write_bytes(content)
    os.utime(apps / static.FILE, (static.MODIFIED_UNIX_S, static.MODIFIED_UNIX_S))
    argv = [str(python), "-I", "-m", "compileall", "-qq", str(apps)]
    subprocess.run(argv, capture_output=True, check=False)
    return ""
