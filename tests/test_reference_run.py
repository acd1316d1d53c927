"""Runs that are kept in the repository: they tell nothing of a machine, and make a sound, labelled site."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from results.model import PlanKind
from results.store import FILE, LABEL, read, to_line
from runners.cli.shared import BROUGHT_ALONG, find_run, page_folder
from runners.errors import PlanError
from tests.report.page.site.test_site import must_be_sound
from tests.support import reference_run
from tests.support.command_line import call
from tests.support.paths import ROOT
from tests.support.synthetic_plan import Recipe, make_plan

KEPT = sorted(path.parent for path in (ROOT / "results").glob("reference*/run.jsonl"))
SIZE_BYTES = 3_000_000
"""Of all of them at most."""


def test_there_is_a_reference_run_and_all_are_small() -> None:
    assert "reference" in {folder.name for folder in KEPT}
    assert sum((folder / FILE).stat().st_size for folder in KEPT) < SIZE_BYTES


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_a_kept_record_is_whole_and_tells_nothing_of_its_machine(folder: Path) -> None:
    assert list(reference_run.tells((folder / FILE).read_bytes())) == []
    run = read(folder)
    assert run.problems == ()
    assert run.label == reference_run.SAYS
    assert {path.name for path in folder.iterdir()} - {"report"} == {FILE, LABEL}


@pytest.mark.parametrize(
    "text",
    ["/home/ann/runs", "https://index.example/simple", "10.0.0.7", "MACHINE"],
)
def test_a_record_that_tells_of_its_machine_is_told(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "MACHINE")
    line = json.dumps({"type": "failure", "message": f"at http://127.0.0.1:8000/json: {text}"}).encode()
    assert list(reference_run.tells(line)) == [text]


def test_a_run_is_kept_without_its_paths_and_with_its_label(tmp_path: Path) -> None:
    line = to_line(make_plan(Recipe())).replace(b'"--quick"', b'"--quick","--results","/tmp/runs"')
    (tmp_path / FILE).write_bytes(line)
    kept = reference_run.keep(tmp_path, folder=tmp_path / "kept")
    assert read(kept).plan.setup.command[-1] == ".../runs"
    assert read(kept).label == reference_run.SAYS
    (tmp_path / FILE).write_bytes(line.replace(b"AMD EPYC", b"10.1.2.3"))
    with pytest.raises(SystemExit, match=r"tells of the machine: 10\.1\.2\.3"):
        reference_run.keep(tmp_path, folder=tmp_path / "kept")


def test_it_is_found_from_anywhere_unless_there_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    results = Path("results")
    assert find_run("reference", results, {PlanKind.RUN}) == BROUGHT_ALONG / "reference"
    assert page_folder(BROUGHT_ALONG / "reference", results) == results / "reference" / "report"
    with pytest.raises(PlanError, match="no run 'latest'"):
        find_run("latest", results, {PlanKind.RUN})
    own = results / "reference" / FILE
    own.parent.mkdir(parents=True)
    own.write_bytes(to_line(make_plan(Recipe())))
    assert find_run("reference", results, {PlanKind.RUN}) == own.parent
    with pytest.raises(PlanError, match="no run 'latest'"):
        find_run("latest", results, {PlanKind.RUN})


def test_its_site_is_sound_and_says_on_which_machine_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "site", *(folder.name for folder in KEPT), "--out", "site") == 0
    must_be_sound(tmp_path / "site")
    for page in (tmp_path / "site" / "index.html", *(tmp_path / "site").glob("*/index.html")):
        html = page.read_text(encoding="utf-8")
        assert "2 shared cores" in html
        assert "ratios travel, absolute numbers do not" in html


def test_a_wheel_holds_it_and_no_other_run() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "results" in pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    names = [
        "results/reference/run.jsonl",
        "results/reference/report/index.html",
        "results/20260101-000000/run.jsonl",
    ]
    ignored = subprocess.run(  # hatch leaves out what git ignores
        ["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ignored.stdout.split() == names[1:]
