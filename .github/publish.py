"""Publishes runs: ``publish.py RUNS... --remote URL --out DIR`` adds them to the site that a branch holds.

The branch holds one commit without a parent: the site as it is now, with every record that fits. It is pushed
in the place of the commit that was read, and of no other: where somebody else was faster, the runs are added
to theirs. So the repository stays as small as the site, and an interrupted push changes nothing. It needs
hotlap and git; ``nox -s publish`` runs it. A token in ``GITHUB_TOKEN`` is given to git where it asks for one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from results.store import FILE, RecordError, read_plan
from runners.cli.site_command import add_to_site, growth_lines
from runners.errors import HotlapError, PlanError

ATTEMPTS = 3
"""To push, each on what the branch holds then."""
NO_FILES = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree without files, which git knows by itself."""
SETTINGS = {"core.autocrlf": "false", "core.excludesFile": "", "core.hooksPath": os.devnull, "gc.auto": "0"}
HELPER = '!f() { test "$1" = get && printf \'username=x-access-token\\npassword=%s\\n\' "$GITHUB_TOKEN"; }; f'
"""What git asks for a name and a password."""
IDENTITY = {
    f"GIT_{role}_{kind}": value
    for role in ("AUTHOR", "COMMITTER")
    for kind, value in (("NAME", "hotlap"), ("EMAIL", "hotlap@localhost"))
}
ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **IDENTITY}


class PublishError(HotlapError):
    """The branch could not be read or pushed."""

    exit_code = 1


class Branch:
    """A branch of a remote repository, and the folder that its files are in."""

    def __init__(self, remote: str, name: str, repository: Path, folder: Path) -> None:
        """``repository`` is to be made: a bare one, for the time being."""
        self.remote, self.folder = remote, folder
        self._ref, self._repository = f"refs/heads/{name}", repository
        self._git("init", "--quiet", "--bare", str(repository))

    def tip(self) -> str:
        """Commit that the branch is at; empty where there is no branch."""
        return self._git("ls-remote", self.remote, self._ref).partition("\t")[0]

    def take(self) -> str:
        """Let the folder hold the files of the branch, and nothing else that was taken; its commit."""
        base = ""
        if self.tip():
            self._git("fetch", "--quiet", "--depth=1", "--no-tags", self.remote, self._ref)
            base = self._git("rev-parse", "FETCH_HEAD").strip()
        self._git("read-tree", "--reset", "-u", base or NO_FILES)
        return base

    def commit(self, message: str) -> str:
        """A commit of all files of the folder, without a parent."""
        self._git("add", "--all", "--force", ".")
        return self._git("commit-tree", self._git("write-tree").strip(), "-m", message).strip()

    def is_same(self, commit: str, base: str) -> bool:
        """Whether two commits hold the same files."""
        return bool(base) and not self._git("diff-tree", "--name-only", commit, base)

    def push(self, commit: str, base: str) -> str:
        """Put ``commit`` in the place of ``base``; why that failed, else nothing.

        A push that seems to have failed, as where the connection broke behind it, may have arrived.
        """
        lease = f"--force-with-lease={self._ref}:{base}"
        pushed = self._call("push", "--quiet", lease, self.remote, f"{commit}:{self._ref}")
        return "" if pushed.returncode == 0 or self.tip() == commit else pushed.stderr.strip()

    def _git(self, *arguments: str) -> str:
        """What git prints; PublishError where it fails."""
        done = self._call(*arguments)
        if done.returncode:
            raise PublishError(
                f"git {arguments[0]} failed: {done.stderr.strip()}",
                remedy="mend the branch, or publish on another one; nothing was changed",
            )
        return done.stdout

    def _call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        helper = {"credential.helper": HELPER} if os.environ.get("GITHUB_TOKEN") else {}
        settings = SETTINGS | helper
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        places = [f"--git-dir={self._repository}", f"--work-tree={self.folder}"]
        if arguments[0] == "init":
            places = []
        return subprocess.run(
            ["git", *options, *places, *arguments],
            cwd=self.folder,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            check=False,
        )


def runs_in(places: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Folders of the runs below ``places`` that have pages, and of the others why they are left out."""
    runs: list[Path] = []
    left_out: list[str] = []
    for folder in sorted(record.parent for place in places for record in place.rglob(FILE)):
        try:
            plan = read_plan(folder)
        except RecordError as error:
            left_out.append(f"left out: {error.message}")
            continue
        if plan.pairings:
            left_out.append(f"left out: {folder} holds two sides, which have no page")
        else:
            runs.append(folder)
    return runs, left_out


def publish(runs: list[Path], branch: Branch, *, limit_mb: int) -> list[str]:
    """Add ``runs`` to what the branch holds; what became of it, line by line."""
    if not runs:
        raise PlanError("there is no run to publish", remedy="name folders that have a run.jsonl in them")
    failed = ""
    for _ in range(ATTEMPTS):
        base = branch.take()
        growth = add_to_site(runs, branch.folder, limit_mb=limit_mb)
        commit = branch.commit(f"Site of {growth.runs} runs")
        told = list(growth_lines(growth, limit_mb))
        if branch.is_same(commit, base):
            return [*told, "the branch holds all of it already"]
        failed = branch.push(commit, base)
        if not failed:
            return [*told, f"pushed as {commit}"]
    raise PublishError(f"git push failed {ATTEMPTS} times: {failed}", remedy="try again: nothing was changed")


def main() -> None:
    """Publish what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path, help="folders with runs somewhere in them")
    parser.add_argument("--remote", required=True, help="repository that has the branch")
    parser.add_argument("--branch", default="site", help="branch of the site; made where there is none")
    parser.add_argument("--out", type=Path, required=True, help="folder to be made: it then holds the site")
    parser.add_argument("--limit-mb", type=int, default=500, help="megabytes that the site may take")
    options = parser.parse_args()
    runs, left_out = runs_in(options.runs)
    try:
        options.out.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="hotlap-") as scratch:
            remote = str(Path(options.remote).resolve()) if Path(options.remote).exists() else options.remote
            branch = Branch(remote, options.branch, Path(scratch, "git"), options.out.resolve())
            lines = publish(runs, branch, limit_mb=options.limit_mb)
    except (HotlapError, FileExistsError) as error:
        remedy = getattr(error, "remedy", "name a folder that does not exist")
        sys.exit("\n".join([*left_out, f"publish: {error}", f"  try: {remedy}"]))
    sys.stdout.write("".join(f"{line}\n" for line in (*left_out, *lines)))


if __name__ == "__main__":
    main()
