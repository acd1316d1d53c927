"""The check of CI's smoke run: a page or a record that lacks a stack is refused."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from report.page.build import build
from results.model import Run
from tests.support.paths import ROOT
from tests.support.recording import record_lines
from tests.support.synthetic import make_run

QUICK = {
    "starlette": ["uvicorn-standard", "granian-asgi"],
    "fastapi": ["uvicorn-standard"],
    "flask": ["gunicorn-*"],
}
STACKS = (
    ("starlette", "uvicorn-standard"),
    ("starlette", "granian-asgi"),
    ("fastapi", "uvicorn-standard"),
    ("flask", "gunicorn-gthread"),
)


def loaded() -> ModuleType:
    """The script, which is no module of a package."""
    path = ROOT / ".ci" / "check_report.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where dataclasses look up the names of types
    spec.loader.exec_module(module)
    return module


SCRIPT = loaded()


@pytest.fixture(scope="module")
def run() -> Run:
    return make_run(stacks=STACKS, scenarios=("json", "params"), blocks=2, troubles=False)


@pytest.fixture(scope="module")
def page(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    return build([run], tmp_path_factory.mktemp("page")).read_text(encoding="utf-8")


def check(folder: Path, run: Run, page: str, quick: dict[str, list[str]] = QUICK) -> str:
    """What the script says of ``run`` and ``page``."""
    (folder / "report").mkdir()
    (folder / "run.jsonl").write_bytes(b"".join(record_lines(run)))
    (folder / "report" / "index.html").write_text(page, encoding="utf-8")
    return str(SCRIPT.check(folder / "run.jsonl", quick))


def overview_row(page: str, framework: str, server: str) -> str:
    """Source of the row of a stack."""
    rows: list[str] = re.findall(r"<tr.*?</tr>", page[page.index('id="overview"') :])
    return next(row for row in rows if f'data-framework="{framework}"' in row and f">{server} " in row)


def test_a_whole_run_with_its_page_is_accepted(run: Run, page: str, tmp_path: Path) -> None:
    assert check(tmp_path, run, page).startswith("smoke run: 20 trials of 10 cells, page of ")


def test_the_quick_matrix_is_what_the_files_of_apps_declare() -> None:
    quick = SCRIPT.quick_stacks()
    assert {"asgi", "starlette", "fastapi", "litestar", "flask", "django"} <= set(quick)
    assert quick["flask"] == ["gunicorn-gthread", "granian-wsgi"]


def test_a_stack_without_its_row_is_refused_though_others_name_it(
    run: Run, page: str, tmp_path: Path
) -> None:
    without = page.replace(overview_row(page, "starlette", "granian-asgi"), "")
    assert "granian-asgi" in without
    with pytest.raises(SystemExit, match=r"starlette on granian-asgi \(0 of 2 values\)"):
        check(tmp_path, run, without)


def test_a_row_with_a_gap_for_a_value_is_refused(run: Run, page: str, tmp_path: Path) -> None:
    row = overview_row(page, "flask", "gunicorn-gthread")
    gap = re.sub(r'<td class="number".*?</td>', '<td class="gap">not measured</td>', row, count=1)
    with pytest.raises(SystemExit, match=r"flask on gunicorn-gthread \(1 of 2 values\)"):
        check(tmp_path, run, page.replace(row, gap))


def test_a_percentile_that_an_open_load_lacks_is_accepted(page: str) -> None:
    cell = {"framework": "flask", "server": "gunicorn-gthread", "control": False, "load": "closed"}
    assert not SCRIPT.missing_rows([cell, cell, cell | {"load": "open"}], page)
    assert SCRIPT.missing_rows([cell, cell, cell], page)


def test_a_row_in_another_table_does_not_count(run: Run, page: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="fastapi on uvicorn-standard"):
        check(tmp_path, run, page.replace('id="overview"', 'id="another"'))


def test_a_planned_cell_that_was_not_measured_is_refused(run: Run, page: str, tmp_path: Path) -> None:
    cell = run.plan.cells[0]
    trials = tuple(trial for trial in run.trials if trial.cell != cell)
    with pytest.raises(SystemExit, match="10 cells measured as planned, not 9"):
        check(tmp_path, replace(run, trials=trials), page)


@pytest.mark.parametrize(("framework", "server"), [("django", "gunicorn-gthread"), ("flask", "granian-wsgi")])
def test_a_plan_without_a_stack_of_the_quick_matrix_is_refused(
    run: Run, page: str, tmp_path: Path, framework: str, server: str
) -> None:
    with pytest.raises(SystemExit, match=f"planned, but not .*{framework} on {server}"):
        check(tmp_path, run, page, QUICK | {framework: [server]})
