"""Adding a framework, a server or a scenario is adding one file, done in a copy; a wrong file is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from results.store import read
from tests.support.paths import ROOT
from tests.support.processes import uncounted

FOLDERS = ("apps", "report", "results", "runners", "scenarios")


def code_of(page: str) -> str:
    """The file that a page of docs/how-to/ shows."""
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(code)


APP = code_of("add-a-framework.md")
SERVER = code_of("add-a-server.md")
SCENARIO = code_of("add-a-scenario.md")
TOYS = {
    "apps/toy_app.py": APP,
    "runners/servers/toy_server.py": SERVER,
    "scenarios/toy_scenario.py": SCENARIO,
}
TWIN = "litestar-pydantic_app.py"
"""A file of the same framework as ``litestar_pydantic_app.py``: ``-`` and ``_`` are alike in names."""
TOY = ("--framework", "toy", "--server", "toy-uvicorn", "--scenario", "toy")
SHORT = ("--blocks", "1", "--duration", "0.1", "--warmup", "0.05", "--results", "results")


class Copy:
    """A copy of the project, whose ``hotlap`` is run in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cwd = root / "cwd"
        self.cwd.mkdir()
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("*.jsonl"))

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.root / name).write_text(text, encoding="utf-8")

    def hotlap(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from runners.cli import main; main()", *arguments],
            cwd=self.cwd,
            env={**uncounted(), "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(name="copy")
def _copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


@pytest.fixture(name="toys")
def _toys(copy: Copy) -> Copy:
    """The copy with a toy of each kind, and the lock that `hotlap lock` would make."""
    copy.write(TOYS)
    locks = copy.root / "apps" / "locks"
    shutil.copy(locks / "starlette.txt", locks / "toy.txt")
    return copy


@pytest.mark.servers
def test_a_framework_a_server_and_a_scenario_are_one_file_each(toys: Copy) -> None:
    listed = toys.hotlap("list", "--quick", "--json")
    assert listed.returncode == 0, listed.stderr
    known = json.loads(listed.stdout)
    assert "toy--toy-uvicorn" in known["stacks"]
    assert {cell["scenario"] for cell in known["cells"]} == {"plaintext", "json", "orders", "toy"}
    verified = toys.hotlap("verify", *TOY)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "1 cell right, 0 failures" in verified.stdout


@pytest.mark.servers
def test_toys_are_measured_and_reported_as_all_others(toys: Copy) -> None:
    ran = toys.hotlap("run", *TOY, *SHORT, "--report")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (folder,) = (toys.cwd / "results").iterdir()
    run = read(folder)
    assert not run.failures
    assert {trial.cell.stack for trial in run.trials if not trial.cell.control} == {"toy--toy-uvicorn"}
    assert all("--no-server-header" in launch.argv for launch in run.launches)
    (environment,) = run.plan.environment.frameworks
    assert environment.declared["built-on"] == "starlette"
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    (row,) = re.findall(r'<tr id="toy--toy-uvicorn--toy--[^"]+".*?</tr>', page, re.DOTALL)
    assert "Toy framework" in row


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            f"apps/{TWIN}",
            APP,
            f"{TWIN} and litestar_pydantic_app.py both declare a framework 'litestar-pydantic'",
        ),
        (
            "runners/servers/toy_server.py",
            SERVER.replace("toy-uvicorn", "gunicorn-sync"),
            "gunicorn_server.py and toy_server.py both declare a server variant 'gunicorn-sync'",
        ),
        (
            "scenarios/toy_scenario.py",
            SCENARIO.replace('name="toy"', 'name="json"'),
            "json_scenario.py and toy_scenario.py both declare a scenario 'json'",
        ),
        (
            "apps/toy_app.py",
            '"""An app without a block."""\n',
            "toy_app.py has no PEP 723 block of type script",
        ),
    ],
    ids=["two frameworks", "two servers", "two scenarios", "no block"],
)
def test_a_file_that_cannot_be_added_is_named_with_what_to_do(
    copy: Copy, name: str, text: str, message: str
) -> None:
    copy.write({name: text})
    refused = copy.hotlap("list")
    assert refused.returncode == 2
    assert refused.stdout == ""
    complaint, remedy = refused.stderr.splitlines()
    assert complaint == f"hotlap: {message}"
    assert remedy.startswith("  try: ")
