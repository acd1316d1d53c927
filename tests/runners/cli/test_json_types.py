"""What commands print with ``--json`` is what their types, and so their schemas, say."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from results.model import Arrivals, Failure, FailureStage, Finding
from runners.cli import calibration_tables, sweep_tables, verify_tables
from runners.cli.app import COMMANDS
from runners.cli.json_types.outputs import OUTPUTS
from runners.experiments.inspection import Inspection
from runners.experiments.slo import Bracket, Slo
from runners.experiments.sweep import HighestRate, SweepResult
from tests.reference.commands import parameters
from tests.support.calibrations import FOUND as CALIBRATION
from tests.support.command_line import call
from tests.support.fake_run import plan
from tests.support.json_outputs import must_conform
from tests.support.paths import FIXTURES
from tests.support.records import RECORDS

COST_RECORDS = ("cost", "cost-where-functions")
PRINTED = [
    *(("cost", RECORDS / name / "terminal.json") for name in COST_RECORDS),
    *(("run", path) for path in RECORDS.glob("*/terminal.json") if path.parent.name not in COST_RECORDS),
    *(("compare", path) for path in RECORDS.glob("*/compare.json")),
    *(("gate", path) for path in RECORDS.glob("*/gate.json")),
    *(("gate", path) for path in FIXTURES.glob("gate/*.json") if "." not in path.stem),
]
"""(command, what it printed of a record), which tests beside it hold to what it prints now."""
FAILURE = Failure(stack="a--b", cell=None, block=None, stage=FailureStage.VERIFY, message="no")
FINDING = Finding(framework="a", server="b", scenario="json", probe="GET /", answer="404")


def test_every_command_that_prints_json_has_a_type() -> None:
    printing = {
        name for name, function, _ in COMMANDS if "as_json" in {row[0] for row in parameters(function)}
    }
    assert {name.partition("-")[0] for name in OUTPUTS} == printing


@pytest.mark.parametrize(
    ("name", "path"), sorted(PRINTED), ids=lambda part: part.parent.name if isinstance(part, Path) else part
)
def test_what_is_printed_of_a_record(name: str, path: Path) -> None:
    must_conform(name, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name",
    ["list", "list --quick", "list --plan --quick", "cache", f"report {RECORDS / 'run'} --output site"],
)
def test_what_is_printed_at_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    call(monkeypatch, *name.split(), "--json")
    must_conform("list-plan" if "--plan" in name else name.split(maxsplit=1)[0], capsys.readouterr().out)


def test_what_verify_prints() -> None:
    inspection = Inspection(passed=list(plan().cells), failures=[FAILURE], findings=[FINDING])
    must_conform("verify", verify_tables.as_json(inspection))


def test_what_a_search_prints() -> None:
    launches: tuple[Bracket, ...] = ((100.0, 110.0), (0.0, None))
    result = SweepResult(slo=Slo(percentile=99, limit_ms=50), arrivals=Arrivals.POISSON)
    result.rates.append(HighestRate(cell=plan().cells[0], launches=launches))
    result.failures.append(FAILURE)
    must_conform("run-slo", sweep_tables.as_json(result))


def test_what_calibrate_prints() -> None:
    must_conform("calibrate", calibration_tables.as_json(CALIBRATION))


@pytest.mark.parametrize("change", [{"report": 1}, {"report": "page", "more": 1}, {}])
def test_another_shape_is_told(change: dict[str, object]) -> None:
    with pytest.raises((AssertionError, msgspec.ValidationError)):
        must_conform("report", json.dumps(change))
