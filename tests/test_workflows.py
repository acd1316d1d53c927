from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.support.paths import FIXTURES, ROOT

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
    if re.search(r"^permissions:\n  contents: read$", text, re.MULTILINE):
        assert "write" not in re.sub("#.*", "", text)


def test_what_may_write_runs_nothing_of_the_pull_request() -> None:
    text = (FOLDER / "gate-comment.yml").read_text(encoding="utf-8")
    assert "workflow_run" in text
    assert "ref:" not in re.sub("#.*", "", text)  # what is checked out is the default branch
    (command,) = re.findall(r"^\s*(?:- )?run: (.*)", text, re.MULTILINE)
    assert command.startswith("python3 .github/gate_comment.py ")
    assert "${{" not in command
    (script,) = re.findall(r"script: \|\n(.*)", text, re.DOTALL)
    assert "${{" not in script
    assert "gate.md" not in text


def test_what_is_published_is_what_the_night_kept_for_it() -> None:
    nightly, pages = ((FOLDER / f"{name}.yml").read_text(encoding="utf-8") for name in ("nightly", "pages"))
    (pattern,) = re.findall(r"^ +pattern: (\S+)$", pages, re.MULTILINE)
    kept = re.findall(r"^ +name: (published-\S+)$", nightly, re.MULTILINE)
    assert kept
    assert all(fnmatchcase(name, pattern) for name in kept)
    assert "ref:" not in re.sub("#.*", "", pages)  # what is checked out is the default branch
    commands = re.findall(r"^ +(?:- )?run: (.*)", pages, re.MULTILINE)
    assert [command.partition(" --")[0] for command in commands] == [
        "python -m pip install",
        "nox -s publish",
    ]
    assert not any("${{" in command for command in commands)


def commented(folder: Path, text: str) -> str:
    (folder / "gate.json").write_text(text, encoding="utf-8")
    script = ROOT / ".github" / "gate_comment.py"
    done = subprocess.run(
        [sys.executable, "-I", script, folder / "gate.json", "https://example.org/run"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("name", "first", "row"),
    [
        ("aa", "Nothing got worse", ""),
        (
            "cpu-30-percent",
            "Something got worse",
            "| CPU per request | regression | +32.70% (+24.92% to +40.96%) |",
        ),
        (
            "missing-load-cell",
            "Something could not be measured",
            "| CPU per request | could not measure | - |",
        ),
    ],
)
def test_the_comment_says_what_the_gate_found(tmp_path: Path, name: str, first: str, row: str) -> None:
    text = commented(tmp_path, (FIXTURES / "gate" / f"{name}.json").read_text(encoding="utf-8"))
    assert text.startswith(f"**{first}")
    assert row in text
    assert "(https://example.org/run)" in text


ROW = {"decides": True, "cell": "a", "metric": "p50_us", "verdict": "fine", "worse": None}
NO_VERDICTS = [
    "",
    "[]",
    "{",
    "[" * 5_000,
    '{"exit_code": 7, "rows": []}',
    '{"exit_code": "0", "rows": []}',
    '{"exit_code": 0, "rows": [{"decides": true}]}',
    *(
        json.dumps({"exit_code": 0, "rows": [ROW | changed]})
        for changed in (
            {"cell": "![x](https://evil)"},
            {"cell": ["a"]},
            {"metric": "evil"},
            {"verdict": "@all"},
            {"worse": {"percent": math.nan}},
            {"worse": {"percent": "[x](y)"}},
            {"worse": "evil"},
            {"worse": {"percent": 10**400}},
        )
    ),
]


@pytest.mark.parametrize("text", NO_VERDICTS)
def test_a_verdict_that_is_none_is_never_passed_on(tmp_path: Path, text: str) -> None:
    said = commented(tmp_path, text)
    assert said.startswith("The gate ended before it could judge")
    assert "evil" not in said


def test_text_of_the_pull_request_is_not_in_the_comment(tmp_path: Path) -> None:
    data = json.loads((FIXTURES / "gate" / "cpu-30-percent.json").read_text(encoding="utf-8"))
    data["headline"] = data["command"] = data["base"]["title"] = data["rows"][0]["said"] = "EVIL"
    data["rows"][0]["notes"] = data["problems"] = ["EVIL"]
    assert "EVIL" not in commented(tmp_path, json.dumps(data))


def test_zizmor_finds_nothing() -> None:
    if not (zizmor := Path(sys.executable).with_name("zizmor")).exists():
        pytest.skip("zizmor is in the lint group")
    subprocess.run([zizmor, "--offline", "--quiet", FOLDER], check=True)
