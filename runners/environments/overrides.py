"""What ``--with`` asks for: another release, a local path as it is now, a git revision, an archive."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name
from packaging.utils import parse_sdist_filename as parse_sdist
from packaging.utils import parse_wheel_filename as parse_wheel

from runners.environments import uv_tool
from runners.errors import PlanError

COMMIT = re.compile(r"@([0-9a-f]{40})(?:#.*)?$")
EXACT = frozenset({"==", "==="})
"""Operators of a requirement that name one version."""
FORMS = "Write NAME==VERSION, a path, NAME @ PATH, or NAME @ git+ADDRESS@REVISION."


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What one ``--with`` asks for."""

    name: str
    """Normalised name of the package."""
    requirement: Requirement
    kind: Literal["release", "path", "git", "archive"]
    state: str = ""
    """Of a path: the commit or the digest of what is in it, in words."""
    content: str = ""
    """Of a path: digest over everything in it."""

    @property
    def settled(self) -> bool:
        """Whether the same words always mean the same thing: an exact version, a path as it is, a commit."""
        if self.kind == "release":
            exact = [part for part in self.requirement.specifier if part.operator in EXACT]
            return any("*" not in part.version for part in exact)
        return self.kind == "path" or bool(COMMIT.search(self.requirement.url or ""))


def parse(text: str) -> Override:
    """The override that ``text`` asks for; a path is read as it is now.

    Raises:
        PlanError: it is not understood, or the path is no project.

    """
    text = text.strip()
    if text.startswith((".", "/", "~")):
        path = Path(text).expanduser()
        text = f"{_project_name(path)} @ {path.resolve().as_uri()}"
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise PlanError(f"override {uv_tool.shown(text)!r} is not understood", remedy=FORMS) from error
    name, url = canonicalize_name(requirement.name), requirement.url
    if url is None:
        return Override(name=name, requirement=requirement, kind="release")
    if url.startswith("git+"):
        return Override(name=name, requirement=requirement, kind="git")
    if url.startswith(("http://", "https://")):
        return Override(name=name, requirement=requirement, kind="archive")
    path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).expanduser().resolve()
    requirement.url = path.as_uri()
    state, content = _state(path)
    return Override(name=name, requirement=requirement, kind="path", state=state, content=content)


def _project_name(path: Path) -> str:
    """Name of the project in a folder, or of a wheel or source distribution."""
    try:
        if path.suffix == ".whl":
            return str(parse_wheel(path.name)[0])
        if path.is_file():
            return str(parse_sdist(path.name)[0])
        return str(tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"])
    except (OSError, KeyError, tomllib.TOMLDecodeError, InvalidWheelFilename, InvalidSdistFilename) as error:
        raise PlanError(f"the override {path} does not tell the name of its project", remedy=FORMS) from error


def _state(path: Path) -> tuple[str, str]:
    """(commit or digest in words, digest over every file that git does not ignore) of a path."""
    if path.is_file():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"content {content[:16]}", content
    if not path.is_dir():
        raise PlanError(f"there is nothing at the override {path}", remedy=FORMS)
    listed = _git(path, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    files = [Path(path, name) for name in listed.split("\0") if name] if listed else _walk(path)
    total = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        total.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    content = total.hexdigest()
    commit = _git(path, "rev-parse", "HEAD").strip()
    if not commit:
        return f"content {content[:16]}", content
    changed = _git(path, "status", "--porcelain", "--", ".").strip()
    return f"commit {commit}" + (f" with changes, content {content[:16]}" if changed else ""), content


def _walk(path: Path) -> list[Path]:
    hidden = {"__pycache__", "build", "dist"}
    return [
        file
        for file in path.rglob("*")
        if not any(part.startswith(".") or part in hidden for part in file.relative_to(path).parts)
    ]


def _git(path: Path, *arguments: str) -> str:
    """Output of git in ``path``; empty where it is no work tree or git is not installed."""
    try:
        done = subprocess.run(
            ["git", "-C", str(path), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""
