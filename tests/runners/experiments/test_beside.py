from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from results.histogram import Latency
from runners.experiments import beside
from runners.experiments.beside import Beside, asking_beside
from runners.http.client import HttpClient
from scenarios.compress_scenario import SMALL
from scenarios.exchange import Answer, Request
from tests.support.fake_run import FakeServer
from tests.support.reference_app import respond, typed
from tests.support.reference_server import Respond, serving


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "EVERY_S", 0.002)


def asked(respond_with: Respond, done: Callable[[Beside], object]) -> Beside:
    """What came of asking a server until ``done``."""
    with serving(respond_with) as port, asking_beside(FakeServer("a", port=port), SMALL) as small:
        deadline_s = time.monotonic() + 20
        while not done(small) and time.monotonic() < deadline_s:
            time.sleep(0.001)
    return small


def test_small_answers_are_timed_until_the_load_ends() -> None:
    begin = time.time()
    small = asked(respond, lambda small: len(small.took) >= 5)
    assert len(small.took) >= 5
    assert not small.problem
    due = [at for at, _ in small.took]
    assert due == sorted(due)
    assert min(ns for _, ns in small.took) > 0
    assert Latency.decode(small.within(begin, time.time()) or "").count == len(small.took)
    assert small.within(0, begin - 60) is None


def test_a_stall_is_felt_by_all_that_were_due_in_it() -> None:
    stalls = [0.1]

    def stalling(request: Request) -> Answer:
        if stalls:
            time.sleep(stalls.pop())
        return respond(request)

    begin = time.time()
    small = asked(stalling, lambda small: len(small.took) >= 60)
    due = [at for at, _ in small.took]
    assert due == sorted(due)
    stalled = [ns for _, ns in small.took if ns >= 0.05e9]
    assert len(stalled) >= 25  # due within the first half of the stall
    assert small.took[0][1] >= 0.1e9
    assert due[-1] - begin >= 0.1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (typed(b"Hello", "text/plain; charset=utf-8"), "(a small answer): wanted"),
        (replace(typed(b"", "text/plain"), status=0), "no answer"),
    ],
)
def test_a_small_answer_that_is_wrong_is_told(
    answer: Answer, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.experiments.beside.HttpClient", partial(HttpClient, timeout_s=0.05))
    small = asked(lambda _request: answer, lambda small: small.problem)
    assert not small.took
    assert small.problem.startswith("beside the load: GET /plaintext")
    assert words in small.problem


def test_nothing_is_asked_where_a_scenario_has_nothing_beside_it() -> None:
    with asking_beside(FakeServer("a", port=1), None) as small:
        pass
    assert small.within(0, 2e9) is None
    assert not small.problem
