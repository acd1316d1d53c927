"""Publishing: a branch of a bare repository holds the site, whatever became of it in between."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from report.page import compose
from report.page.sections import data
from report.page.site.grow import Growth
from tests.report.page.site.grown_site import record, small_run
from tests.report.page.site.test_site import must_be_sound
from tests.support.paths import ROOT
from tests.support.records import RECORDS

HOOK = "#!/bin/sh\nkill -9 $PPID\n"
"""Ends the side of git that takes a push: the connection breaks."""


def loaded() -> ModuleType:
    """The script, which is no module of a package."""
    path = ROOT / ".github" / "publish.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = loaded()


def git(folder: Path, *arguments: str) -> str:
    """What git prints of a repository."""
    environment = {**os.environ, **SCRIPT.ENVIRONMENT}
    done = subprocess.run(
        ["git", "-C", folder, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


class Published:
    """A bare repository, and who publishes to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.remote = folder, folder / "remote.git"
        git(folder, "init", "--quiet", "--bare", str(self.remote))
        self._number = 0

    def new(self) -> Path:
        """A folder that is not there yet."""
        self._number += 1
        return self.folder / f"new-{self._number}"

    def publish(self, *days: int) -> list[str]:
        """Publish runs of these days, as the workflow does; what is said of it."""
        results = self.new()
        for day in days:
            record(small_run(day), results)
        out = self.new()
        out.mkdir()
        branch = SCRIPT.Branch(str(self.remote), "site", self.new(), out)
        runs, _ = SCRIPT.runs_in([results])
        told: list[str] = SCRIPT.publish(runs, branch, limit_mb=500)
        return told

    def tip(self) -> str:
        return git(self.remote, "rev-parse", "site")

    def clone(self) -> Path:
        """A working tree of the branch."""
        folder = self.new()
        git(self.folder, "clone", "--quiet", "--branch", "site", str(self.remote), str(folder))
        return folder

    def force(self, change: Callable[[Path], object]) -> None:
        """Let somebody else change the branch, and push whatever it was by force."""
        tree = self.clone()
        change(tree)
        git(tree, "add", "--all", "--force")
        git(tree, "commit", "--quiet", "--amend", "--allow-empty", "--message", "by somebody else")
        git(tree, "push", "--quiet", "--force", "origin", "site")

    def hook(self, name: str) -> Path:
        """A hook of the repository by which a push breaks."""
        path = self.remote / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(HOOK, encoding="utf-8")
        path.chmod(0o700)
        return path

    def days(self) -> set[str]:
        """Runs that the branch holds."""
        names = git(self.remote, "ls-tree", "-r", "--name-only", "site").splitlines()
        return {name.partition("/")[0] for name in names if name.endswith("/run.jsonl")}


@pytest.fixture(name="published")
def _published(tmp_path: Path) -> Published:
    return Published(tmp_path)


def add_quickly(folders: Sequence[Path], out: Path, *, limit_mb: int) -> Growth:
    """Adds records without pages, which have tests of their own."""
    for folder in folders:
        shutil.copytree(folder, out / folder.name, dirs_exist_ok=True)
    names = sorted(path.parent.name for path in out.glob("*/run.jsonl"))
    (out / "index.html").write_text("\n".join(names), encoding="utf-8")
    return Growth(
        index=out / "index.html",
        runs=len(names),
        made=len(folders),
        waiting=0,
        gone=(),
        aside=(),
        total_bytes=limit_mb,
    )


@pytest.fixture(name="quick")
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCRIPT, "add_to_site", add_quickly)


@pytest.mark.usefixtures("quick")
def test_runs_are_added_to_what_the_branch_holds_in_one_commit(published: Published) -> None:
    published.publish(1, 2)
    *_, last = published.publish(3)
    assert last == f"pushed as {published.tip()}"
    assert published.days() == {"day-1", "day-2", "day-3"}
    assert git(published.remote, "rev-list", "--count", "site") == "1"
    tip = published.tip()
    assert published.publish(3)[-1] == "the branch holds all of it already"
    assert published.tip() == tip


@pytest.mark.usefixtures("quick")
def test_a_history_that_was_pushed_by_force_is_what_is_added_to(published: Published) -> None:
    published.publish(1, 2)

    def change(tree: Path) -> None:
        shutil.rmtree(tree / "day-1")
        (tree / "CNAME").write_text("example.org", encoding="utf-8")

    published.force(change)
    published.publish(3)
    assert published.days() == {"day-2", "day-3"}
    assert git(published.remote, "show", "site:CNAME") == "example.org"


@pytest.mark.faults("publish-race")
def test_who_publishes_meanwhile_loses_nothing(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCRIPT, "add_to_site", add_quickly)
    published.publish(1)
    faster = [2, 3]

    def meanwhile(folders: Sequence[Path], out: Path, *, limit_mb: int) -> Growth:
        monkeypatch.setattr(SCRIPT, "add_to_site", add_quickly)
        published.publish(faster.pop())
        if faster:
            monkeypatch.setattr(SCRIPT, "add_to_site", meanwhile)
        return add_quickly(folders, out, limit_mb=limit_mb)

    monkeypatch.setattr(SCRIPT, "add_to_site", meanwhile)
    published.publish(4)
    assert published.days() == {f"day-{day}" for day in (1, 2, 3, 4)}


@pytest.mark.faults("publish-interrupted")
@pytest.mark.usefixtures("quick")
def test_a_push_that_breaks_changes_nothing_and_the_next_one_works(published: Published) -> None:
    published.publish(1)
    tip = published.tip()
    hook = published.hook("pre-receive")
    with pytest.raises(SCRIPT.PublishError, match="git push failed 3 times"):
        published.publish(2)
    assert published.tip() == tip
    hook.unlink()
    published.publish(2)
    assert published.days() == {"day-1", "day-2"}


@pytest.mark.faults("publish-interrupted")
@pytest.mark.usefixtures("quick")
def test_a_push_that_arrived_though_the_connection_broke_has_worked(published: Published) -> None:
    published.hook("post-receive")
    *_, last = published.publish(1)
    assert last == f"pushed as {published.tip()}"


@pytest.mark.faults("publish-torn")
@pytest.mark.usefixtures("quick")
def test_a_torn_history_is_added_to_where_its_last_commit_is_whole(published: Published) -> None:
    published.publish(1)
    published.force(lambda tree: git(tree, "commit", "--quiet", "--allow-empty", "--message", "another"))
    lost = git(published.remote, "rev-parse", "site^")
    remove_object(published.remote, lost)
    published.publish(2)
    assert published.days() == {"day-1", "day-2"}


@pytest.mark.faults("publish-torn")
@pytest.mark.usefixtures("quick")
def test_a_branch_whose_files_are_lost_is_never_overwritten(published: Published) -> None:
    published.publish(1)
    tip = published.tip()
    remove_object(published.remote, git(published.remote, "rev-parse", "site:day-1/run.jsonl"))
    with pytest.raises(SCRIPT.PublishError, match="git fetch failed"):
        published.publish(2)
    assert published.tip() == tip


def remove_object(remote: Path, name: str) -> None:
    """Let a repository lose an object."""
    for pack in list((remote / "objects" / "pack").glob("*.pack")):
        content = pack.read_bytes()
        for path in pack.parent.glob(f"{pack.stem}.*"):
            path.unlink()
        subprocess.run(["git", "-C", remote, "unpack-objects", "-q"], input=content, check=True)
    (remote / "objects" / name[:2] / name[2:]).unlink()


@pytest.mark.faults("publish-torn")
def test_pages_and_records_that_were_torn_are_mended_and_the_site_is_sound(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "SECTIONS", (data,))  # for speed
    published.publish(1)
    published.publish(2)

    def tear(tree: Path) -> None:
        for path in (tree / "index.html", tree / "day-1" / "index.html", tree / "day-2" / "run.jsonl"):
            content = path.read_bytes()
            path.write_bytes(content[: len(content) // 2])
        (tree / "day-2" / ".run.jsonl.part").write_bytes(b"half")

    published.force(tear)
    told = published.publish(3)
    assert told[1] == "pages of 3 runs were made"
    tree = published.clone()
    must_be_sound(tree)
    assert sorted(path.parent.name for path in tree.glob("*/index.html")) == ["day-1", "day-2", "day-3"]
    assert not list(tree.rglob("*.part"))


def test_what_has_no_page_is_left_out_and_said(tmp_path: Path) -> None:
    record(small_run(1), tmp_path / "run-a")
    shutil.copytree(RECORDS / "compare", tmp_path / "run-b" / "compare")
    (tmp_path / "run-c").mkdir()
    (tmp_path / "run-c" / "run.jsonl").write_text("{", encoding="utf-8")
    runs, left_out = SCRIPT.runs_in([tmp_path])
    assert [run.name for run in runs] == ["day-1"]
    assert ["two sides" in left_out[0], "line 1 is no plan" in left_out[1]] == [True, True]


def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["publish.py", str(tmp_path), "--remote", str(tmp_path / "nowhere"), "--out"]
    monkeypatch.setattr(sys, "argv", [*arguments, str(tmp_path)])
    with pytest.raises(SystemExit, match="name a folder that does not exist"):
        SCRIPT.main()
    monkeypatch.setattr(sys, "argv", [*arguments, str(tmp_path / "site")])
    with pytest.raises(SystemExit, match="there is no run to publish"):
        SCRIPT.main()
    record(small_run(1), tmp_path)
    monkeypatch.setattr(sys, "argv", [*arguments, str(tmp_path / "another")])
    with pytest.raises(SystemExit, match="git ls-remote failed"):
        SCRIPT.main()
    assert capsys.readouterr().out == ""
