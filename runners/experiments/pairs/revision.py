"""Where the apps of a side come from: hotlap's own, a folder, or a revision of the repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from runners.environments import cache
from runners.environments.lock import SHARED
from runners.errors import PlanError, ProvisionError
from runners.selection.frameworks import APP_SUFFIX, APPS

WORKTREE = "worktree"
"""What stands for the apps as they lie in the working tree."""
MAIN = ("main", "origin/main", "master", "origin/master")
"""Names of the branch that a gate's base is taken from; the first that exists."""
COMMIT_SHOWN = 10
"""Characters of a commit that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Apps of one side."""

    apps: Path
    commit: str | None = None
    """The revision that they were taken from; None: as they lie there."""
    title: str = ""
    """In words; empty for the apps that ship with hotlap."""


def source_of(wanted: str | None, *, apps: Path | None = None, root: Path | None = None) -> Source:
    """Apps of ``wanted``: None (``apps``, else hotlap's own), ``worktree``, a folder, or a git revision.

    A revision is written to ``root`` (the cache, unless given) once.

    Raises:
        PlanError: there is no repository, no such revision or no such folder.
        ProvisionError: the revision has no apps.

    """
    if wanted is None:
        return Source(apps=APPS) if apps is None else Source(apps=apps, title=f"apps in {apps.name}")
    if wanted == WORKTREE:
        return Source(apps=repository_apps(), title="apps of the working tree")
    folder = Path(wanted).expanduser()
    if "/" in wanted and folder.is_dir():
        return Source(apps=folder.resolve(), title=f"apps in {folder.name}")
    commit = commit_of(wanted)
    title = f"apps of {commit[:COMMIT_SHOWN]}" + ("" if commit.startswith(wanted) else f" ({wanted})")
    return Source(apps=_extracted(commit, root or cache.root()), commit=commit, title=title)


def repository_apps() -> Path:
    """``apps`` of the repository that is worked in: of the working directory's, else of hotlap's own."""
    done = _git(Path.cwd(), "rev-parse", "--show-toplevel")
    if done.returncode == 0:
        apps = Path(done.stdout.decode().strip()) / "apps"
        if (apps / "locks" / SHARED).is_file() and any(apps.glob(f"*{APP_SUFFIX}")):
            return apps
    return APPS


def commit_of(revision: str) -> str:
    """Full commit that ``revision`` names; raises PlanError."""
    apps = repository_apps()
    done = _git(apps.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if done.returncode == 0:
        return done.stdout.decode().strip()
    if _git(apps.parent, "rev-parse", "HEAD").returncode:
        raise PlanError(
            f"revision {revision!r}: there is no git repository with apps here",
            remedy="run in a checkout, or give a folder of app files, such as ./apps",
        )
    raise PlanError(
        f"there is no revision {revision!r} in this repository",
        remedy="git fetch it (a shallow clone lacks it: fetch-depth: 0), or name another",
    )


def merge_base() -> str:
    """Commit where HEAD and main branched; raises PlanError where it cannot be told."""
    folder = repository_apps().parent
    for name in MAIN:
        done = _git(folder, "merge-base", "HEAD", name)
        if done.returncode == 0:
            return done.stdout.decode().strip()
    raise PlanError(
        "it cannot be told where this branch left main: no main here, or a clone too shallow",
        remedy="git fetch origin main (fetch-depth: 0), or give the base with --base-rev",
    )


def _extracted(commit: str, root: Path) -> Path:
    """``apps`` of ``commit`` in a folder of its own, made once."""
    home = root / "revisions" / commit

    def build(folder: Path, _lock: int) -> str:
        done = _git(repository_apps().parent, "archive", "--format=tar", commit, "apps")
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()
            raise ProvisionError(
                f"revision {commit[:COMMIT_SHOWN]} has no apps: {reason}",
                remedy="name a revision of a repository of hotlap apps",
            )
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return ""

    cache.built(home, build, waiting=lambda: None)
    return home / "apps"


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise PlanError("git is not installed", remedy="install git, or give a folder of apps") from error
