from __future__ import annotations

import threading
from dataclasses import replace

from runners.http.client import HttpClient
from runners.verify.checks import Checks
from runners.verify.contract import verify
from runners.verify.together import AT_ONCE, at_once, check_together
from scenarios import catalogue
from scenarios.exchange import Answer, Request
from tests.support.reference_app import answer, respond
from tests.support.reference_server import serving

HERE = "127.0.0.1"
JSON = catalogue.named("json")
PARAMS = catalogue.named("params")


def test_what_is_wrong_only_together_says_so_and_what_is_always_wrong_does_not() -> None:
    meeting = threading.Barrier(AT_ONCE)
    wrong = answer({"user_id": 1, "q": "of another", "limit": 1})

    def mixed_up(_request: Request) -> Answer:
        try:
            meeting.wait(1)
        except threading.BrokenBarrierError:
            return respond(_request)
        return wrong

    ring = catalogue.exchanges_of("params", 1)[:AT_ONCE]
    asked = [(f"entry {index}", exchange) for index, exchange in enumerate(ring)]
    for respond_with, alone in ((mixed_up, True), (lambda _: wrong, False)):
        with serving(respond_with) as port, HttpClient(HERE, port) as client:
            checks = Checks(client)
            check_together(checks, asked, connections=(64,), rotating=False)
        assert len(checks.differences) == AT_ONCE
        assert all(("right alone" in said) is alone for said in checks.differences)


def test_no_form_of_an_answer_comes_more_often_than_its_share() -> None:
    calls: list[Answer] = []
    lock = threading.Lock()

    def twice(request: Request) -> Answer:
        """Each greeting is given to two that follow each other."""
        if request.target != "/json":
            return respond(request)
        with lock:
            calls.append(respond(request) if len(calls) % 3 == 0 else calls[-1])
            return calls[-1]

    with serving(twice) as port:
        (difference,) = verify(HERE, port, JSON, 1).differences
    assert "of 8 asked at once got the same" in difference


def test_a_single_entry_is_asked_several_times_unless_each_has_to_wait() -> None:
    entry = ("entry 0", JSON.ring(None)[0])  # type: ignore[arg-type] # it needs no chance
    waiting = ("entry 0", replace(entry[1], min_elapsed_s=0.2))
    assert len(at_once([entry], event_loop=False)) == AT_ONCE
    assert len(at_once([waiting], event_loop=True)) == AT_ONCE
    assert len(at_once([waiting], event_loop=False)) == 1
    assert at_once([entry, waiting], event_loop=False) == [entry, waiting]


def test_an_input_that_turns_shows_answers_that_were_kept() -> None:
    kept: dict[str, Answer] = {}

    def remembering(request: Request) -> Answer:
        return kept.setdefault(request.target, respond(request))

    with serving(remembering) as port:
        (difference,) = verify(HERE, port, PARAMS, 1).differences
    assert (
        "the user whose q turns, several times in a row): the answer is not made on every call" in difference
    )
