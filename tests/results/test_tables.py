"""Tables of a recorded run: the facts of the record, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import results
from results.model import Launch, Record, Trial
from results.store import RecordError, create, read
from tests.support.records import NAMES, RECORDS
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_lifecycles import run as lifecycle_run
from tests.support.synthetic_turns import make_relay


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_fact_has_a_row(name: str) -> None:
    run, tables = read(RECORDS / name), results.load(RECORDS / name)
    assert tables.plan == run.plan
    assert tables.problems == run.problems
    assert tables.trials["cell"].tolist() == [trial.cell.slug for trial in run.trials]
    assert tables.trials["requests"].tolist() == [trial.requests for trial in run.trials]
    assert tables.launches["id"].tolist() == [launch.id for launch in run.launches]
    assert tables.failures["message"].tolist() == [failure.message for failure in run.failures]
    assert len(tables.findings) == len(run.findings)
    assert len(tables.costs) == sum(len(cost.intervals) + bool(cost.idle) for cost in run.costs)


def test_trials_have_every_field_of_the_record() -> None:
    columns = set(results.load(RECORDS / "run").trials.columns)
    assert {field.name for field in fields(Trial)} <= columns
    assert {field.name for field in fields(Launch)} - {"services"} == set(
        results.load(RECORDS / "run").launches.columns
    )


def test_turns_are_rows_that_add_up_to_their_trials(tmp_path: Path) -> None:
    relay = make_relay(blocks=1, scenarios=("json",), control=False)
    with create(tmp_path, relay.plan) as writer:
        for trial in relay.trials:
            writer.append(trial)
    tables = results.load(writer.folder / "run.jsonl")
    assert tables.trials["turns"].tolist() == [20] * len(relay.trials)
    by_cell = tables.turns.groupby("cell")["requests"].sum()
    assert by_cell.to_dict() == dict(zip(tables.trials["cell"], tables.trials["requests"], strict=True))


def test_counts_and_probes_have_tables_of_their_own(tmp_path: Path) -> None:
    counted, looked = make_cost_run(), lifecycle_run()
    for run in (counted, looked):
        with create(tmp_path, run.plan) as writer:
            facts: tuple[Record, ...] = (*run.costs, *run.lifecycles)
            for fact in facts:
                writer.append(fact)
    costs = results.load(tmp_path / counted.plan.name).costs
    assert costs["instructions"].sum() == sum(
        interval.instructions
        for cost in counted.costs
        for interval in (*cost.intervals, *([cost.idle] if cost.idle else []))
    )
    lifecycles = results.load(tmp_path / looked.plan.name).lifecycles
    absent = lifecycles["absent"] != ""
    assert lifecycles["value"].notna().eq(~absent).all()
    assert absent.sum() == sum(len(seen.absent) for seen in looked.lifecycles)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        results.load(tmp_path / "nosuch")


def test_the_package_imports_no_pandas() -> None:
    """Whatever reads a record alone, such as the load generator, must start quickly."""
    program = "import sys, results, results.store; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
