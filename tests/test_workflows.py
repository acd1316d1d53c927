from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path: Path) -> None:
    used = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.search(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_workflow_may_write_by_default(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^permissions: \{\}$|^permissions:\n  contents: read$", text, re.MULTILINE)
    if "contents: read" in text:
        assert "write" not in re.sub("#.*", "", text)


def test_what_may_write_runs_nothing_of_the_pull_request() -> None:
    text = (FOLDER / "gate-comment.yml").read_text(encoding="utf-8")
    assert "workflow_run" in text
    assert "checkout" not in re.sub("#.*", "", text)
    assert not re.search(r"^\s*(- )?run:", text, re.MULTILINE)
    (script,) = re.findall(r"script: \|\n(.*)", text, re.DOTALL)
    assert "${{" not in script


def test_zizmor_finds_nothing() -> None:
    if not (zizmor := Path(sys.executable).with_name("zizmor")).exists():
        pytest.skip("zizmor is in the lint group")
    subprocess.run([zizmor, "--offline", "--quiet", FOLDER], check=True)
