"""docs/how-to/gate-your-library.md done as it is written, as far as that goes without an index."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runners.selection.frameworks import APPS
from tests.support import local_index
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "how-to" / "gate-your-library.md").read_text(encoding="utf-8")
LIBRARY = '''"""A tiny library."""

import json


def encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
'''
SLOWER = LIBRARY.replace("    return", "    sum(range(200))\n    return")
LOCKED = f"tinylib==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
"""What `hotlap lock` would add to Starlette's lock for a library that is on the index."""


def block(language: str, holding: str) -> str:
    """The one block of code of the page that has a text in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (code,) = (code for code in blocks if holding in code)
    return str(code)


@pytest.fixture(name="library")
def _library(tmp_path: Path) -> Path:
    """A repository with a branch that made the library faster: that takes fewer counts than a regression."""
    root = tmp_path / "tinylib"
    locks = root / "apps" / "locks"
    locks.mkdir(parents=True)
    (root / "apps" / "tinylib_app.py").write_text(block("python", "import tinylib"), encoding="utf-8")
    shutil.copy(APPS / "locks" / "_servers.txt", locks)
    starlette = (APPS / "locks" / "starlette.txt").read_text(encoding="utf-8")
    (locks / "tinylib.txt").write_text(starlette + LOCKED, encoding="utf-8")
    local_index.project(root, "1.0", "tinylib")
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(block("toml", "[tool.hotlap.gate]"))
    run(root, "git init --quiet --initial-branch=main")
    for branch, text in (("main", SLOWER), ("faster", LIBRARY)):
        (root / "tinylib.py").write_text(text, encoding="utf-8")
        run(root, f"git checkout --quiet -B {branch}")
        run(root, "git add .")
        run(root, "git -c user.name=a -c user.email=a@example.org commit --quiet --message=change")
    return root


def run(folder: Path, command: str) -> str:
    """What a command of the page prints, run by a shell that knows ``hotlap``; it must end with 0."""
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "uv"
    environment = {
        **os.environ,
        "PATH": folders,
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(cache)),
    }
    done = subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.servers
def test_the_app_of_the_page_keeps_to_the_contract(library: Path) -> None:
    _, verify = block("sh", "hotlap verify").splitlines()
    shown = run(library, f"{verify} --server uvicorn-standard")
    assert "1 cell right, 0 failures" in shown


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed")
def test_the_gate_of_the_page_sees_that_the_library_changed(library: Path) -> None:
    shown = run(library, block("sh", "hotlap gate"))
    assert "tinylib--in-process--json" in shown
    assert "improvement" in shown
    assert "improvement" in (library / "gate.md").read_text(encoding="utf-8")


def test_the_workflow_runs_the_commands_that_were_tried() -> None:
    workflow, tried = block("yaml", "pull_request"), block("sh", "hotlap gate")
    (gate,) = (line for line in tried.splitlines() if line.startswith("hotlap gate"))
    judged = next(line.strip() for line in workflow.splitlines() if line.strip().startswith("hotlap gate"))
    assert set(shlex.split(gate)) - set(shlex.split(judged)) == {"--no-load"}
    ours = (ROOT / ".github" / "workflows" / "gate.yml").read_text(encoding="utf-8")
    for action in re.findall(r"uses: (.+)", workflow):
        assert action in ours, "the same actions as hotlap's own workflow, at the same commits"
