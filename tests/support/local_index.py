"""A package index in a folder and small apps over it: locks and environments are tested with it, offline."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

APP = """# /// script
# requires-python = ">=3.11"
# dependencies = [{dependencies}]
#
# [tool.hotlap]
# title = "{name}"
# serialiser = "none"
# implements = ["json"]
#
# [tool.hotlap.targets.asgi]
# default = "app"
# ///
raise RuntimeError("an app file is never imported by the harness")
"""

BACKEND = """
import zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "core-9.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{directory}/{name}", "w") as wheel:
        wheel.write("core.py")
        wheel.writestr("core-9.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: core\\nVersion: 9.0\\n")
        wheel.writestr("core-9.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("core-9.0.dist-info/RECORD", "")
    return name
"""

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "core"
version = "9.0"
"""


def wheel(folder: Path, name: str, version: str, *requires: str) -> None:
    """Put a wheel with one module and its requirements into ``folder``."""
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


def fill(folder: Path) -> None:
    """``frame`` 1 and 2 need ``core`` 1 and 2, ``extra`` nothing; ``serve`` is the server."""
    folder.mkdir()
    wheel(folder, "core", "1.0")
    wheel(folder, "core", "2.0")
    wheel(folder, "frame", "1.0", "core==1.*")
    wheel(folder, "frame", "2.0", "core>=2")
    wheel(folder, "serve", "1.0")
    wheel(folder, "extra", "1.0")


def use(settings: pytest.MonkeyPatch, root: Path, *packages: str) -> None:
    """Make uv know the index in ``root`` and nothing else, and servers need ``packages`` (else ``serve``)."""
    settings.setattr("runners.servers.packages", lambda: packages or ("serve",))
    settings.setenv("UV_FIND_LINKS", str(root / "index"))
    settings.setenv("UV_NO_INDEX", "1")
    settings.setenv("UV_CACHE_DIR", str(root / "uv"))


def app(folder: Path, name: str, *dependencies: str) -> None:
    """Write ``<name>_app.py``."""
    listed = ", ".join(f'"{dependency}"' for dependency in dependencies)
    (folder / f"{name}_app.py").write_text(APP.format(name=name, dependencies=listed), encoding="utf-8")


def project(folder: Path, version: str = "9.0", name: str = "core") -> None:
    """Write a project of one module that builds without anything from outside."""
    folder.mkdir(exist_ok=True)
    for file, text in {"pyproject.toml": PROJECT, "backend.py": BACKEND}.items():
        (folder / file).write_text(text.replace("9.0", version).replace("core", name), encoding="utf-8")
    (folder / f"{name}.py").write_text("VERSION = 'local'\n", encoding="utf-8")
