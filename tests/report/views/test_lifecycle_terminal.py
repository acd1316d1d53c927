"""What a run of lifecycles prints, and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

from report.analysis.lifecycles import summarise_lifecycles
from report.views import lifecycle_terminal, lifecycle_words
from tests.support.json_outputs import must_conform
from tests.support.synthetic_lifecycles import run

FOLDER = Path("records")


def test_tables_gaps_failures_and_the_folder() -> None:
    text = lifecycle_terminal.as_text(run(), FOLDER)
    assert "cold-start: From launch to the first right answer" in text
    row = next(line for line in text.splitlines() if line.startswith("fastapi--uvicorn-standard"))
    assert "–" in row
    assert "not applicable: lifespan, flask--gunicorn-gthread: no hooks <in> WSGI" in text
    assert "FAILED fastapi--uvicorn-standard--soak--probe-1--w1 (lifecycle): soak: the server ended" in text
    assert "OpenAPI of starlette and fastapi: 1 difference" in text
    assert "  GET /json: not in the document of starlette" in text
    assert text.endswith("25 records in records")


def test_json_keeps_to_its_schema_and_has_no_zero_for_a_gap() -> None:
    text = lifecycle_terminal.as_json(run(), FOLDER)
    must_conform("lifecycle", text)
    data = json.loads(text)
    start = data["cells"][0]
    assert start["repeats"] == 10
    assert set(start["values"]) == {"first_answer_s", "processes"}
    assert start["absent"] == {"pss_bytes": "the kernel does not show it"}
    assert data["openapi_differences"] == ["GET /json: not in the document of starlette"]


def test_a_count_is_said_in_full_and_what_never_varies_has_no_interval() -> None:
    text = lifecycle_terminal.as_text(run(), FOLDER)
    row = next(line for line in text.splitlines() if line.startswith("starlette--uvicorn-standard"))
    assert row.split()[-1] == "1"


def test_the_sentence_names_the_quickest_and_the_slowest() -> None:
    said = lifecycle_words.sentence(summarise_lifecycles(run()), {"fastapi": "FastAPI"})
    assert said.startswith("The first right answer comes after 0.4")
    assert "starlette on uvicorn-standard" in said
    assert said.endswith("(FastAPI on uvicorn-standard).")
    assert lifecycle_words.sentence((), {}) == "0 stacks looked at; the tables say what was seen."
