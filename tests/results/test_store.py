from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import SCHEMA, BlockEnd, BlockStart, Plan, Record, Trial
from results.store import FILE, LABEL, RecordError, Writer, create, create_new, read, reopen, to_line
from tests.support.paths import FIXTURES
from tests.support.synthetic import make_run
from tests.support.synthetic_plan import Recipe, make_plan

RUN = make_run(blocks=1, scenarios=("json",), troubles=False)
TRIALS = RUN.trials
START = BlockStart(block=0, started_unix_s=1.0)


def append(writer: Writer, *records: Record) -> None:
    for record in records:
        writer.append(record)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of its plan, one block begun and two trials."""
    with create(tmp_path, RUN.plan) as writer:
        append(writer, START, *TRIALS[:2])
    return tmp_path / RUN.plan.name


def lines(folder: Path) -> list[bytes]:
    return (folder / FILE).read_bytes().splitlines(keepends=True)


def test_everything_appended_is_read_back(tmp_path: Path) -> None:
    run = make_run(blocks=2, scenarios=("json", "params"))
    with create(tmp_path, run.plan) as writer:
        append(writer, *run.launches, *run.findings, *run.partial, *run.trials, *run.failures, *run.blocks)
        assert writer.folder == tmp_path / run.plan.name
    assert read(tmp_path / run.plan.name) == run
    assert read(tmp_path / run.plan.name / FILE) == run


def test_each_line_is_on_disk_before_append_returns(tmp_path: Path) -> None:
    with create(tmp_path, RUN.plan) as writer:
        writer.append(TRIALS[0])
        assert read(writer.folder).trials == TRIALS[:1]


def test_a_second_run_of_the_same_name_is_refused(folder: Path) -> None:
    before = lines(folder)
    with pytest.raises(RecordError, match="holds a run already") as caught:
        create(folder.parent, RUN.plan)
    assert "--resume" in caught.value.remedy
    assert lines(folder) == before


@pytest.mark.faults("two-runs-in-a-second")
def test_two_runs_of_one_second_have_two_names(folder: Path) -> None:
    for number in (2, 3):
        with create_new(folder.parent, RUN.plan) as writer:
            assert writer.folder.name == f"{RUN.plan.name}-{number}"
        assert read(writer.folder).plan.name == writer.folder.name


@pytest.mark.faults("two-runs-at-once")
def test_a_second_writer_is_refused_until_the_first_closes(folder: Path) -> None:
    first = reopen(folder)
    with pytest.raises(RecordError, match="being written by another"):
        reopen(folder)
    first.close()
    first.close()
    reopen(folder).close()


@pytest.mark.faults("results-torn")
def test_a_torn_last_line_is_moved_aside_and_noted(folder: Path) -> None:
    torn = to_line(TRIALS[2])[:100]
    for number in (1, 2):
        with (folder / FILE).open("ab") as file:
            file.write(torn)
        with reopen(folder) as writer:
            writer.append(TRIALS[2])
        assert (folder / f"{FILE}.torn-{number}").read_bytes() == torn
    run = read(folder)
    assert run.trials[:2] == TRIALS[:2]
    assert run.trials[2:] == TRIALS[2:3]
    assert [problem.split(":")[0] for problem in run.problems] == [f"{FILE}.torn-1", f"{FILE}.torn-2"]


def test_a_whole_last_line_without_its_end_is_kept(folder: Path) -> None:
    with (folder / FILE).open("ab") as file:
        file.write(to_line(TRIALS[2])[:-1])
    with reopen(folder) as writer:
        writer.append(TRIALS[3])
    run = read(folder)
    assert run.trials == TRIALS[:4]
    assert not run.problems


def test_reading_while_a_line_is_being_written_names_it(folder: Path) -> None:
    with (folder / FILE).open("ab") as file:
        file.write(b'{"type":"tri')
    (problem,) = read(folder).problems
    assert problem.startswith("line 5: not JSON")
    assert "torn" in problem


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"rubbish\n", "line 3: not JSON"),
        (b"\x00\xff\x00\n", "line 3: not JSON"),
        (b"[" * 100_000 + b"\n", "line 3: Expected `object`, got `array`"),
        (b'{"type":' + b"[" * 100_000 + b"\n", "line 3: not JSON"),
        (b"[]\n", "line 3: Expected `object`, got `array`"),
        (b"{}\n", "line 3: unknown type of record: None"),
        (b'{"type": ["trial"]}\n', "line 3: unknown type of record"),
        (b'{"type": "gadget", "cell": 1}\n', "line 3: unknown type of record: 'gadget'"),
        (b'{"type": "trial"}\n', "line 3: trial: Object missing required field `cell`"),
        (b'{"type": "block-end", "block": "1"}\n', "line 3: block-end.block: Expected `int`, got `str`"),
        (
            b'{"type": "block-end", "block": 0, "seconds_measuring": NaN, "seconds_total": 1}\n',
            "line 3: block-end.seconds_measuring: Expected `float`, got NaN or an infinity",
        ),
        (b'{"type": "block-start", "block": 0, "started_unix_s": 1e999}\n', "line 3: block-start.started"),
    ],
)
def test_an_unreadable_line_is_a_problem_with_its_number(folder: Path, line: bytes, message: str) -> None:
    first, second, *rest = lines(folder)
    (folder / FILE).write_bytes(b"".join([first, second, line, *rest]))
    run = read(folder)
    assert run.trials == TRIALS[:2]
    (problem,) = run.problems
    assert problem.startswith(message)


def test_empty_lines_mean_nothing(folder: Path) -> None:
    (folder / FILE).write_bytes(b"\n".join(lines(folder)))
    assert read(folder).trials == TRIALS[:2]
    assert not read(folder).problems


@pytest.mark.parametrize(
    "content", [b"", b"\n", b'{"type":"plan","sch', b"[]\n", to_line(START), b'{"type":"plan"}\n']
)
def test_a_file_without_a_plan_is_no_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    for reader in (read, reopen):
        with pytest.raises(RecordError, match="line 1 is no plan") as caught:
            reader(tmp_path)
        assert caught.value.remedy
    assert (tmp_path / FILE).read_bytes() == content


def test_no_run_at_all_is_said(tmp_path: Path) -> None:
    for reader in (read, reopen):
        with pytest.raises(RecordError, match="cannot be read"):
            reader(tmp_path / "nothing")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError, match="cannot be written"):
        create(tmp_path, RUN.plan)


def test_a_results_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(RecordError, match="cannot be written"):
        create(tmp_path / "results", RUN.plan)


def test_appending_after_close_is_said(folder: Path) -> None:
    writer = reopen(folder)
    writer.close()
    with pytest.raises(RecordError, match="cannot be written"):
        writer.append(START)


@pytest.mark.faults("disk-full")
def test_a_full_disk_leaves_only_whole_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = lines(folder), os.write
    with reopen(folder) as writer:
        monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:50]))
        with pytest.raises(RecordError, match="disk is full"):
            writer.append(TRIALS[2])
        monkeypatch.undo()
        assert lines(folder) == before
        writer.append(TRIALS[2])
    assert read(folder).trials == TRIALS[:3]


def test_nan_is_never_recorded(folder: Path) -> None:
    before = lines(folder)
    with reopen(folder) as writer, pytest.raises(RecordError, match=TRIALS[0].cell.slug):
        writer.append(replace(TRIALS[0], warmup_slope=math.nan))
    assert lines(folder) == before


def test_what_json_cannot_hold_is_never_recorded() -> None:
    with pytest.raises(RecordError, match="block-end cannot be recorded"):
        to_line(BlockEnd(block=0, seconds_measuring=math.inf, seconds_total=1.0))


def test_any_text_survives(tmp_path: Path) -> None:
    trial = replace(TRIALS[0], log_tail="\x1b[31mé\n\r\u2028\ud800 \x00")
    with create(tmp_path, RUN.plan) as writer:
        writer.append(trial)
    assert read(tmp_path / RUN.plan.name).trials == (trial,)


def with_schema(schema: object, **more: object) -> bytes:
    value = json.loads(to_line(RUN.plan)) | {"schema": schema} | more
    return json.dumps(value).encode() + b"\n"


@pytest.mark.faults("newer-schema")
def test_a_newer_major_schema_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(with_schema([SCHEMA[0] + 1, 0], setup="of another shape"))
    for reader in (read, reopen):
        with pytest.raises(RecordError, match="newer hotlap") as caught:
            reader(tmp_path)
        assert caught.value.remedy == "update hotlap"


def test_an_older_major_schema_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(with_schema([SCHEMA[0] - 1, 9]))
    for reader in (read, reopen):
        with pytest.raises(RecordError, match="older hotlap") as caught:
            reader(tmp_path)
        assert "measure again" in caught.value.remedy


def test_a_newer_minor_schema_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(with_schema([SCHEMA[0], SCHEMA[1] + 1], weather="rain"))
    assert read(tmp_path).plan == replace(RUN.plan, schema=(SCHEMA[0], SCHEMA[1] + 1))


def test_the_plan_survives(tmp_path: Path) -> None:
    plan: Plan = make_plan(Recipe())
    create(tmp_path, plan).close()
    assert read(tmp_path / plan.name).plan == plan


def test_yesterdays_file_still_loads() -> None:
    """Recorded with schema 1.0 and never to be written again: what was recorded must stay readable."""
    run = read(FIXTURES / "schema-1.0")
    assert not run.problems
    assert run.plan.schema == (1, 0)
    assert [len(each) for each in (run.launches, run.trials, run.blocks, run.findings)] == [8, 8, 2, 2]
    assert [failure.stage for failure in run.failures] == ["verify", "launch"]
    assert run.plan.environment.machine.cpu_model == "AMD EPYC 7B13"
    trial: Trial = run.trials[0]
    assert trial.cell.slug == "fastapi--uvicorn-standard--control--json--closed-8--w1"
    assert (trial.requests, trial.launch, trial.server_cpu_source) == (488, 0, "process-clock")


def test_what_its_maker_says_of_a_run_is_read_with_it(folder: Path) -> None:
    assert read(folder).label == ""
    (folder / LABEL).write_text("two cores:\n ratios travel\n" + "x" * 1000, encoding="utf-8")
    label = read(folder).label
    assert label.startswith("two cores: ratios travel xxx")
    assert len(label) == 200
    assert read(folder / FILE).label == label
