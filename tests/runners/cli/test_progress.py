from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from results.model import Cell, Failure, FailureStage, Interface, Trial
from runners.cli.progress import PlainLines, TerminalBar, failure_text, span
from runners.experiments.progress import Amount

CELL = Cell(framework="fastapi", server="uvicorn-standard", interface=Interface.ASGI, scenario="json")

TRIAL = Trial(
    cell=CELL,
    block=1,
    launch=0,
    position=0,
    started_unix_s=1e9,
    warmup_s=0.1,
    window_s=0.5,
    requests=1000,
    latency="",
    in_flight_mean=64.0,
    generator_cpu_ns=1,
    generator_idle_s=0.4,
    generator_wait_us=1.0,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (40, "40 s"), (89.4, "89 s"), (400, "7 min"), (7500, "2 h 05 min")],
)
def test_spans_read_as_a_person_says_them(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_lines_say_how_much_there_is_and_how_far_it_is() -> None:
    stream = StringIO()
    lines = PlainLines(stream)
    lines.begin(Amount(blocks=2, launches=1, trials=3, trials_s=3.0))
    for block in range(2):
        lines.block(block)
        lines.trial(TRIAL)
    text = stream.getvalue().splitlines()
    assert text[0] == "measuring 2 blocks of 1 launches and 3 trials, about 8 s"
    assert text[1] == "block 1/2, 8 s left"
    assert text[2].startswith("block 2/2, ")


def test_a_run_that_goes_on_counts_the_blocks_that_are_over() -> None:
    stream = StringIO()
    lines = PlainLines(stream)
    lines.begin(Amount(blocks=2, before=6, launches=1, trials=3, trials_s=3.0))
    lines.block(6)
    assert stream.getvalue().splitlines()[1] == "block 7/8, 8 s left"


def test_a_failure_names_the_cell_the_remedy_and_the_log() -> None:
    failure = Failure(
        stack=CELL.stack,
        cell=CELL,
        block=0,
        stage=FailureStage.LOAD,
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


def test_lines_come_every_half_minute_within_a_block() -> None:
    stream = StringIO()
    lines = PlainLines(stream, quiet_s=0.0)
    lines.begin(Amount(blocks=1, launches=3, trials=3, trials_s=3.0))
    lines.block(0)
    lines.trial(TRIAL)
    lines.trial(TRIAL)
    lines.trial(TRIAL)
    lines.trial(TRIAL)
    text = stream.getvalue().splitlines()
    assert text[1] == "block 1/1, 5 s left"
    assert text[2].startswith("block 1/1, 1 of 3 trials, ")
    assert text[3].startswith("block 1/1, 2 of 3 trials, ")
    assert text[5] == "block 1/1, 3 of 3 trials, 0 s left"


def test_the_precision_reached_until_now_is_said_at_each_block() -> None:
    stream = StringIO()
    lines = PlainLines(stream)
    lines.begin(Amount(blocks=3, launches=1, trials=1, trials_s=3.0))
    for block, percent in enumerate((None, 3.14159)):
        lines.block(block)
        lines.trial(TRIAL)
        lines.reached(percent)
    lines.block(2)
    text = stream.getvalue().splitlines()
    assert text[2].startswith("block 2/3, ")
    assert "ratios" not in text[2]
    assert text[3].startswith("block 3/3, ratios within ±3.1%, ")


def test_trials_that_failed_do_not_make_the_time_left_longer() -> None:
    stream = StringIO()
    lines = PlainLines(stream)
    lines.begin(Amount(blocks=3, launches=1, trials=10, trials_s=3.0))
    for block in range(2):
        lines.block(block)
        lines.trial(TRIAL)
    lines.block(2)
    assert lines._clock.done == 20


def test_the_verify_stage_is_counted() -> None:
    stream = StringIO()
    for done in range(1, 13):
        PlainLines(stream).verified(done, 12)
    assert stream.getvalue().splitlines() == ["verified 10/12 launches", "verified 12/12 launches"]


def test_a_terminal_shows_place_cell_and_time_left() -> None:
    stream = StringIO()
    terminal = TerminalBar(Console(file=stream, force_terminal=True, width=150))
    terminal.say("verifying")
    terminal.verified(1, 2)
    terminal.begin(Amount(blocks=2, launches=1, trials=1, trials_s=3.0))
    terminal.block(1)
    terminal.trial(TRIAL)
    terminal.reached(2.5)
    terminal.failure(Failure(stack="a", cell=None, block=None, stage=FailureStage.LAUNCH, message="it died"))
    terminal.end()
    text = stream.getvalue()
    assert "1 launches left" in text
    assert "block 2/2" in text
    assert "fastapi--uvicorn-standard json 2,000/s" in text
    assert "FAILED a (launch): it died" in text


def test_lines_say_how_many_launches_are_counted_and_how_long_the_rest_takes() -> None:
    stream = StringIO()
    lines = PlainLines(stream, quiet_s=0.0)
    lines.counting(4, 20.0)
    lines.counted(1, "starlette--granian-asgi json")
    text = stream.getvalue().splitlines()
    assert text[0] == "counting instructions in 4 launches, about 20 s"
    assert text[1].startswith("1/4 launches, ")


def test_a_terminal_shows_what_was_counted_last() -> None:
    stream = StringIO()
    terminal = TerminalBar(Console(file=stream, force_terminal=True, width=100))
    terminal.counting(4, 20.0)
    terminal.counted(1, "starlette--granian-asgi json")
    terminal.end()
    assert "1/4  starlette--granian-asgi json" in stream.getvalue()
