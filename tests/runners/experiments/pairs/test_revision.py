from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from runners.environments.lock import require_current
from runners.errors import HotlapError, PlanError, ProvisionError
from runners.experiments.pairs.revision import merge_base, repository_apps, source_of
from runners.selection.frameworks import APPS, discover


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits on main, and a branch that leaves it at the first; the working tree is changed."""
    home = tmp_path / "project"
    (home / "apps" / "locks").mkdir(parents=True)
    for name in ("asgi_app.py", "contract.py", "locks/_servers.txt", "locks/asgi.txt"):
        shutil.copy(APPS / name, home / "apps" / name)
    git(home, "init", "--quiet", "--initial-branch", "main")
    git(home, "add", ".")
    git(home, "commit", "--quiet", "--message", "one")
    git(home, "switch", "--quiet", "--create", "topic")
    (home / "apps" / "asgi_app.py").write_text(
        (APPS / "asgi_app.py").read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8"
    )
    git(home, "commit", "--quiet", "--all", "--message", "two")
    monkeypatch.chdir(home)
    return home


def test_apps_and_locks_come_from_the_revision(repository: Path, tmp_path: Path) -> None:
    old = source_of("main", root=tmp_path / "cache")
    new = source_of("topic", root=tmp_path / "cache")
    assert old.commit == git(repository, "rev-parse", "main")
    assert "CHANGED" not in (old.apps / "asgi_app.py").read_text(encoding="utf-8")
    assert "CHANGED" in (new.apps / "asgi_app.py").read_text(encoding="utf-8")
    (framework,) = discover(old.apps).values()
    assert framework.lock.is_relative_to(old.apps)
    require_current(framework, {"python_version": "3.11"}, ())
    assert old.title == f"apps of {old.commit[:10]} (main)"


def test_a_revision_is_written_once(repository: Path, tmp_path: Path) -> None:
    first = source_of("main", root=tmp_path / "cache")
    marker = first.apps / "marker"
    marker.touch()
    assert source_of(git(repository, "rev-parse", "main"), root=tmp_path / "cache").apps == first.apps
    assert marker.exists()


def test_the_working_tree_is_taken_as_it_is(repository: Path) -> None:
    source = source_of("worktree")
    assert source.apps == repository_apps() == repository / "apps"
    assert source.commit is None


def test_without_a_wish_the_apps_are_hotlaps_own() -> None:
    assert source_of(None).apps == APPS


def test_a_folder_of_apps_is_taken_as_it_is_and_its_path_is_not_shown(repository: Path) -> None:
    source = source_of(f"{repository}/apps")
    assert source.apps == repository / "apps"
    assert str(repository) not in source.title


@pytest.mark.usefixtures("repository")
def test_the_base_of_a_gate_is_where_the_branch_left_main(repository: Path) -> None:
    assert merge_base() == git(repository, "rev-parse", "main")
    git(repository, "branch", "--move", "main", "other")
    with pytest.raises(PlanError, match="left main"):
        merge_base()


@pytest.mark.usefixtures("repository")
def test_an_unknown_revision_is_wrong_use() -> None:
    with pytest.raises(PlanError, match="no revision 'yesterday'") as raised:
        source_of("yesterday")
    assert "fetch" in raised.value.remedy
    with pytest.raises(PlanError, match="no revision"):
        source_of("--output=x")


def test_a_revision_without_apps_says_so(repository: Path, tmp_path: Path) -> None:
    git(repository, "switch", "--quiet", "--orphan", "empty")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    git(repository, "switch", "--quiet", "topic")
    with pytest.raises(ProvisionError, match="has no apps"):
        source_of("empty", root=tmp_path / "cache")


def test_outside_a_repository_the_remedy_says_what_to_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("runners.experiments.pairs.revision.APPS", tmp_path / "apps")
    (tmp_path / "apps").mkdir()
    with pytest.raises(HotlapError, match="no git repository") as raised:
        source_of("main")
    assert "folder" in raised.value.remedy
