"""Raw data beside a page: the same rows in every form, and every column explained."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from report.analysis import frames
from report.page import data_files
from report.page.context import Context, make_context
from report.page.data_columns import columns_of
from report.page.data_tables import tables
from runners.environments import uv_tool
from tests.support import synthetic_lifecycles
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

NAMES = ("trials", "costs", "lifecycles")
KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (float, int, type(None)),
    "yes or no": (bool,),
}


@pytest.fixture(scope="module")
def context() -> Context:
    return make_context(make_run(blocks=2), [make_cost_run(), synthetic_lifecycles.run()])


@pytest.fixture(scope="module")
def texts(context: Context) -> dict[str, str]:
    return data_files.texts(context)


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_table_is_there_in_every_form(texts: dict[str, str]) -> None:
    ends = (".csv", ".columns.csv", ".jsonl", ".schema.json")
    assert list(texts) == [f"{name}{end}" for name in NAMES for end in ends]


@pytest.mark.parametrize("name", NAMES)
def test_csv_and_json_lines_have_the_same_rows(name: str, texts: dict[str, str]) -> None:
    of_csv = list(csv.DictReader(io.StringIO(texts[f"{name}.csv"])))
    of_json = rows_of(texts[f"{name}.jsonl"])
    assert len(of_csv) == len(of_json) > 0
    for csv_row, json_row in zip(of_csv, of_json, strict=True):
        assert csv_row == {key: "" if value is None else str(value) for key, value in json_row.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_as_its_schema_and_the_table_of_columns_say(name: str, texts: dict[str, str]) -> None:
    schema = json.loads(texts[f"{name}.schema.json"])
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    described = {row["column"]: row for row in csv.DictReader(io.StringIO(texts[f"{name}.columns.csv"]))}
    assert list(described) == list(schema["properties"])
    for row in rows_of(texts[f"{name}.jsonl"]):
        validator.validate(row)
        assert all(type(row[column]) in KINDS[described[column]["kind"]] for column in row)
    assert all(row["meaning"] for row in described.values())


def test_every_column_of_trials_is_explained_in_words_of_its_own() -> None:
    names = [column.name for column in columns_of("trials")]
    assert names == list(frames.columns())
    assert [
        column.name for column in columns_of("trials") if column.meaning == column.name.replace("_", " ")
    ] == []


def test_an_empty_run_has_tables_without_rows() -> None:
    empty = data_files.texts(make_context(make_run(blocks=0, planned_blocks=8)))
    assert empty["trials.jsonl"] == ""
    assert empty["trials.csv"].splitlines() == [",".join(frames.columns())]
    assert tables(make_context(make_run(blocks=0)))["trials"]["requests"].dtype == "int64"


def test_without_the_extra_no_parquet_is_written(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "find_spec", lambda _: None)
    assert data_files.parquet_files(context) == {}


READ_BACK = """
import io, sys
import pandas as pd
from report.page import data_files
from report.page.context import make_context
from report.page.data_tables import tables
from tests.support.synthetic import make_run

context = make_context(make_run(blocks=2))
files = data_files.parquet_files(context)
assert list(files) == ["trials.parquet"]
assert files == data_files.parquet_files(context)
frame = pd.read_parquet(io.BytesIO(files["trials.parquet"]))
pd.testing.assert_frame_equal(frame, tables(context)["trials"])
empty = data_files.parquet_files(make_context(make_run(blocks=0)))
assert pd.read_parquet(io.BytesIO(empty["trials.parquet"])).shape == (0, frame.shape[1])
print(len(frame))
"""


@pytest.mark.servers
def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    """In a folder of its own: pandas takes pyarrow for its texts wherever it finds it."""
    uv_tool.run(
        ("pip", "install", "--no-deps", "--python", sys.executable, "--target", tmp_path, "pyarrow>=18"),
        what="installing pyarrow",
        remedy="is a package index in reach?",
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    ran = subprocess.run(
        [sys.executable, "-c", READ_BACK],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 0
