"""What is kept of a run: ratios to one stack, counts, and a file that is good for one record alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.history.extract import Measurement, RunExtract, extract_run
from report.analysis.history.extract_files import FILE, extract_folder, key_of, read_extracts, write_extracts
from report.analysis.metrics import COST, P99, THROUGHPUT
from report.analysis.summary import fit_metric, summarise
from results.model import Load, Pairing, Run
from results.store import create, read
from tests.support.made_history import make_extracts
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_turns import make_relay

STACKS = (("asgi", "uvicorn-standard"), ("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))
QUIET = {"launch_noise": 0.01, "trial_noise": 0.01, "block_noise": 0.01, "troubles": False, "control": False}


def with_reference(run: Run, stack: str) -> Run:
    return replace(run, plan=replace(run.plan, setup=replace(run.plan.setup, reference=stack)))


def by_stack(extract: RunExtract, metric: str = THROUGHPUT.name) -> dict[str, Measurement]:
    return {own.cell.stack: own for own in extract.measurements if own.metric == metric}


def test_a_ratio_is_that_of_the_fit_of_all_that_took_turns() -> None:
    run = with_reference(make_relay(scenarios=("json",)), "starlette--uvicorn-standard")
    summaries = summarise(run)
    together = fit_metric(summaries, THROUGHPUT, summaries[0].workload, within_servers=False)
    measured = by_stack(extract_run(run, summaries))
    assert "starlette--uvicorn-standard" not in measured
    assert not any(own.cell.control for own in measured.values())
    for own in measured.values():
        assert own.other is not None
        assert own.other.stack == "starlette--uvicorn-standard"
        assert own.in_turns
        ratio = together.ratio(own.cell, own.other) if together else None
        assert ratio is not None
        assert (own.value, own.low, own.high) == (ratio.value, ratio.low, ratio.high)


def test_without_a_reference_stack_ratios_are_to_the_floor_and_without_one_to_the_first_by_name() -> None:
    run = make_run(stacks=STACKS, scenarios=("json",), **QUIET)
    for changed in (run, with_reference(run, "another--stack")):
        assert {own.other.stack for own in by_stack(extract_run(changed)).values() if own.other} == {
            "asgi--uvicorn-standard"
        }
    bare = make_run(stacks=STACKS[1:], scenarios=("json",), **QUIET)
    assert {own.other.stack for own in by_stack(extract_run(bare)).values() if own.other} == {
        "flask--gunicorn-gthread"
    }


def test_waits_are_compared_at_one_rate_alone() -> None:
    run = make_run(stacks=STACKS, scenarios=("json",), rates=(400.0,), shares=(0.5,), **QUIET)
    waits = [own for own in extract_run(run).measurements if own.metric == P99.name]
    assert {own.cell.rate_rps for own in waits} == {400.0}
    assert all(own.cell.load == Load.OPEN for own in waits)


def test_counts_are_absolute() -> None:
    run = make_cost_run(stacks=STACKS, scenarios=("json",))
    counts = by_stack(extract_run(run), COST.name)
    assert counts.keys() >= {"starlette--uvicorn-standard"}
    assert all(own.other is None and own.value > 1000 for own in counts.values())


def test_a_comparison_adds_nothing() -> None:
    run = make_run(stacks=STACKS, scenarios=("json",), **QUIET)
    cell = run.plan.cells[0]
    compared = replace(run, plan=replace(run.plan, pairings=(Pairing(base=cell, head=cell),)))
    assert extract_run(compared).measurements == ()


def test_what_is_kept_does_not_grow_with_the_blocks() -> None:
    few, many = (extract_run(make_run(stacks=STACKS, scenarios=("json",), blocks=n)) for n in (4, 12))
    for plan in (few.plan, many.plan):
        assert not plan.cells
        assert not plan.order
    assert len(few.measurements) == len(many.measurements)


def test_a_file_is_read_as_it_was_written_and_only_for_its_records(tmp_path: Path) -> None:
    extracts = make_extracts(2)
    path = write_extracts(tmp_path, "key", extracts)
    assert path == tmp_path / FILE
    assert read_extracts(tmp_path) == tuple(extracts)
    assert read_extracts(tmp_path, "key") == tuple(extracts)
    assert read_extracts(tmp_path, "another") is None
    path.write_bytes(path.read_bytes()[:-50])
    assert read_extracts(tmp_path) is None
    path.write_text('{"layout":0,"made_from":"key","runs":[]}', encoding="utf-8")
    assert read_extracts(tmp_path) is None
    assert read_extracts(tmp_path / "nowhere") is None


def test_an_extract_is_kept_beside_its_record_until_that_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(stacks=STACKS, scenarios=("json",), blocks=4, **QUIET)
    with create(tmp_path, run.plan) as writer:
        for trial in run.trials[: len(run.trials) // 2]:
            writer.append(trial)
    first = extract_folder(writer.folder)
    assert first == extract_run(read(writer.folder))
    with monkeypatch.context() as patched:
        patched.setattr(
            "report.analysis.history.extract_files.extract_run", lambda _run: pytest.fail("again")
        )
        assert extract_folder(writer.folder) == first
    key = key_of([writer.path])
    with writer.path.open("ab") as record:
        record.write(b"\n")
    assert key_of([writer.path]) != key
    assert extract_folder(writer.folder) == first
