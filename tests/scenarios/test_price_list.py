"""The price list is asked alike, and whoever does not add what it should is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from apps import contract_additions as additions
from runners.verify.contract import verify
from scenarios.exchange import Answer, Request, Scenario
from scenarios.price_list_scenario import SCENARIOS
from tests.support.reference_app import answer, respond
from tests.support.reference_server import serving

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
ADDING = [scenario for scenario in SCENARIOS if scenario.name != "price-none"]
named = pytest.mark.parametrize("scenario", ADDING, ids=lambda scenario: scenario.name)


def differences(scenario: Scenario, respond_with: Callable[[Request], Answer]) -> tuple[str, ...]:
    with serving(respond_with) as port:
        return verify("127.0.0.1", port, scenario, 1).differences


def test_all_are_asked_the_same_but_for_two_digits_of_the_path() -> None:
    requests = {
        scenario.name: [exchange.request for exchange in scenario.ring(Random(5))] for scenario in SCENARIOS
    }
    unsampled = requests.pop("price-opentelemetry-unsampled")
    plain = [replace(request, target="/json/00") for request in requests["price-none"]]
    for asked in requests.values():
        assert [replace(request, target="/json/00") for request in asked] == plain
        assert {len(request.target) for request in asked} == {len("/json/00")}
    assert {len(request.encode("host")) for request in unsampled} == {len(plain[0].encode("host"))}
    assert all(dict(request.headers)["traceparent"].endswith("-00") for request in unsampled)


def test_every_client_asks_once_in_a_ring() -> None:
    ring = BY_NAME["price-rate-limit"].ring(Random(1))
    assert len({dict(exchange.request.headers)[additions.CLIENT_HEADER] for exchange in ring}) == len(ring)
    assert len(ring) == additions.CLIENTS


def bare(request: Request) -> Answer:
    """An app that answers as ``json`` wherever it is asked, and adds nothing."""
    return respond(replace(request, target=additions.addition_path(additions.NONE)))


@named
def test_an_app_that_adds_nothing_is_refused(scenario: Scenario) -> None:
    found = differences(scenario, bare)
    if scenario.name == "price-opentelemetry-unsampled":
        assert "counts nothing" in found[0]
    else:
        assert found


def idle(request: Request) -> Answer:
    """An app whose addition is there and does nothing: what it counts stays."""
    path = request.target
    if path.endswith("/effects") and path not in STATES:
        STATES[path] = respond(request)
    return STATES.get(path) or respond(request)


STATES: dict[str, Answer] = {}


@pytest.mark.parametrize(
    "name",
    ["price-access-log", "price-opentelemetry", "price-sentry", "price-sentry-traces", "price-prometheus"],
)
def test_an_addition_that_does_not_work_is_refused(name: str) -> None:
    STATES.clear()
    (difference,) = differences(BY_NAME[name], idle)
    assert "a request added 0, wanted more" in difference


def test_spans_of_requests_that_were_not_sampled_are_refused() -> None:
    def sampling(request: Request) -> Answer:
        headers = tuple(
            (name, value[:-2] + "01" if name == "traceparent" else value) for name, value in request.headers
        )
        return respond(replace(request, headers=headers))

    (difference,) = differences(BY_NAME["price-opentelemetry-unsampled"], sampling)
    assert "wanted nothing" in difference


def test_what_another_process_counts_is_let_through() -> None:
    processes = iter(range(100))

    def other(request: Request) -> Answer:
        if not request.target.endswith("/effects"):
            return respond(request)
        return answer({"process": next(processes), "count": 0})

    assert differences(BY_NAME["price-access-log"], other) == ()


def test_a_session_that_cannot_be_told_from_a_changed_one_is_refused() -> None:
    def trusting(request: Request) -> Answer:
        if request.target.endswith("/effects"):
            body = b'{"visits": 1}'
            return replace(respond(request), body=body)
        return respond(request)

    (difference,) = differences(BY_NAME["price-sessions"], trusting)
    assert "a session that was changed" in difference
