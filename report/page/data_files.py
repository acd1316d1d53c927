"""Files of raw data: each table as CSV, as JSON lines and as Parquet, with what its columns are."""

from __future__ import annotations

import csv
import io
import json
import math
from importlib.util import find_spec
from typing import Any

import pandas as pd

from report.page.context import Context
from report.page.data_columns import DataColumn, DataTable, table_of
from report.page.data_tables import table_names, tables

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JSON_TYPES = {"text": "string", "integer": "integer", "number": ["number", "null"], "yes or no": "boolean"}
"""Of JSON, by the kind of a column; a number that is not known is null."""
FORMS = (".csv", ".columns.csv", ".jsonl", ".schema.json")
"""How the names of the files of one table end."""
ROWS_AT_ONCE = 1_000
"""Made into JSON together: as objects of Python they take much more memory than as a table."""


def names(context: Context) -> tuple[str, ...]:
    """Names of the files beside a page."""
    return tuple(f"{name}{form}" for name in table_names(context) for form in FORMS)


def texts(context: Context) -> dict[str, str]:
    """Name and text of each file beside a page: of each table CSV, JSON lines, and what describes both."""
    files: dict[str, str] = {}
    for name, frame in tables(context).items():
        described = table_of(name)
        files |= {
            f"{name}.csv": frame.to_csv(index=False, lineterminator="\n"),
            f"{name}.columns.csv": _columns_text(described),
            f"{name}.jsonl": _json_lines(frame),
            f"{name}.schema.json": _schema_text(name, described),
        }
    return files


def has_parquet() -> bool:
    """Whether Parquet can be written: it takes the extra ``hotlap[parquet]``."""
    return find_spec("pyarrow") is not None


def parquet_files(context: Context) -> dict[str, bytes]:
    """Name and content of each table as Parquet; none where that cannot be written."""
    if not has_parquet():
        return {}
    return {f"{name}.parquet": _parquet(frame) for name, frame in tables(context).items()}


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def _json_lines(frame: pd.DataFrame) -> str:
    parts = (frame[start : start + ROWS_AT_ONCE] for start in range(0, len(frame), ROWS_AT_ONCE))
    rows = (
        {str(name): _plain(value) for name, value in row.items()}
        for part in parts
        for row in part.to_dict("records")
    )
    return "".join(f"{json.dumps(row, allow_nan=False)}\n" for row in rows)


def _plain(value: object) -> object:
    """A value as JSON has it: what is not known, or without end, is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _columns_text(described: DataTable) -> str:
    """The table of columns, for CSV and Parquet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("column", "kind", "unit", "meaning"))
    writer.writerows((column.name, column.kind, column.unit, column.meaning) for column in described.columns)
    return buffer.getvalue()


def _schema_text(name: str, described: DataTable) -> str:
    """JSON Schema of a line."""
    schema = {
        "$schema": DIALECT,
        "title": f"A line of {name}.jsonl",
        "description": f"A line is {described.row}.",
        "type": "object",
        "properties": {column.name: _property(column) for column in described.columns},
        "required": [column.name for column in described.columns],
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2) + "\n"


def _property(column: DataColumn) -> dict[str, Any]:
    unit = f", in {column.unit}" if column.unit else ""
    return {"type": JSON_TYPES[column.kind], "description": f"{column.meaning}{unit}"}
