from __future__ import annotations

from io import StringIO

import pytest

from results.model import Cell, Failure
from runners.plan import Visit
from runners.progress import Amount, Lines, failure_text, span

CELL = Cell(framework="fastapi", server="uvicorn-standard", interface="asgi", scenario="json")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (40, "40 s"), (89.4, "89 s"), (400, "7 min"), (7500, "2 h 05 min")],
)
def test_spans_read_as_a_person_says_them(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_lines_say_how_much_there_is_and_how_far_it_is() -> None:
    stream = StringIO()
    lines = Lines(stream)
    lines.begin(Amount(blocks=2, launches=1, trials=3, trial_s=1.0))
    for block in range(2):
        lines.block(block)
        lines.launched(Visit(stack="a", target="default", cells=()))
    text = stream.getvalue().splitlines()
    assert text[0] == "measuring 2 blocks of 1 launches and 3 trials, about 8 s"
    assert text[1] == "block 1/2, 8 s left"
    assert text[2].startswith("block 2/2, ")


def test_a_failure_names_the_cell_the_remedy_and_the_log() -> None:
    failure = Failure(
        stack=CELL.stack,
        cell=CELL,
        block=0,
        stage="load",
        message="no answer",
        remedy="look",
        log_tail="one\ntwo",
    )
    assert failure_text(failure).splitlines() == [
        f"FAILED {CELL.slug} (load): no answer",
        "  try: look",
        "  | one",
        "  | two",
    ]
