import json
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from random import Random
from typing import Any

import pytest

import scenarios
from apps import contract
from scenarios import (
    answers,
    catalogue,
    json_scenario,
    order_inputs,
    plaintext_scenario,
    price_list_scenario,
)
from scenarios.auth_scenario import BAD_TOKENS, token
from scenarios.exchange import Answer, Exchange, Request, Scenario
from scenarios.rotation import unturned
from tests.support.reference_app import answer, echoed, respond, typed

FOLDER = Path(scenarios.__file__).parent
ALL = catalogue.discover()
EACH = pytest.mark.parametrize("scenario", list(ALL.values()), ids=list(ALL))
LARGE = {"items-large", "upload", "compress-large"}
"""Scenarios of a megabyte there or back."""
MEGABYTE = 1_000_000


@cache
def ring_of(scenario: Scenario, seed: int) -> tuple[Exchange, ...]:
    """The timed exchanges, made once for all tests: some take most of a second."""
    return scenario.ring(Random(seed))


@cache
def libraries() -> frozenset[str]:
    """What can be imported here and is not ours."""
    return frozenset(name for name, owners in packages_distributions().items() if owners != ["hotlap"])


def served(exchange: Exchange) -> Answer:
    if exchange.messages:
        return echoed(exchange.messages)
    return respond(exchange.request)


def is_right(exchange: Exchange) -> bool:
    return exchange.check(served(exchange)) is None


def test_the_catalogue_is_in_the_order_of_the_contract() -> None:
    assert list(ALL) == [
        *("plaintext", "json", "params", "routing-first", "routing-middle", "routing-last"),
        *("routing-dynamic", "orders", "orders-raw", "orders-invalid", "items", "items-large"),
        *("dependencies", "middleware", "middleware-none", "auth", "form", "upload", "static", "static-304"),
        *("stream", "sse", "websocket", "delay", "delay-threadpool", "upstream"),
        *("db-read", "db-many", "db-write", "cpu", "cpu-inline", "background"),
        *("errors", "json-sync", "include-first", "include-middle", "include-last"),
        *("compress", "compress-large"),
        *(scenario.name for scenario in price_list_scenario.SCENARIOS),
    ]


def test_what_is_discovered_may_be_changed_by_who_asked() -> None:
    catalogue.discover().clear()
    assert catalogue.discover()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_file_shadows_a_library(path: Path) -> None:
    ours = {"scenarios"}
    assert path.stem not in (sys.stdlib_module_names | libraries()) - ours


@EACH
def test_groups_and_targets_are_those_of_the_contract(scenario: Scenario) -> None:
    assert scenario.group in contract.GROUPS or (scenario.group is None and scenario.target != "default")


@EACH
def test_the_same_seed_gives_the_same_requests_and_another_seed_others(scenario: Scenario) -> None:
    def requests(ring: tuple[Exchange, ...]) -> list[tuple[Request, object]]:
        return [(one.request, one.messages) for one in ring]

    first = requests(ring_of(scenario, 1))
    assert requests(scenario.ring(Random(1))) == first
    probes = [scenario.probes(Random(3)) for _ in range(2)]
    assert [one.request for one in probes[0]] == [one.request for one in probes[1]]
    assert (len(first) == 1) == (requests(ring_of(scenario, 2)) == first)


@EACH
def test_a_ring_is_large_enough_and_its_answers_fit(scenario: Scenario) -> None:
    ring = ring_of(scenario, 1)
    total = sum(len(served(one).body) for one in ring)
    assert total <= 16 * MEGABYTE
    assert len(ring) == 1 or scenario.name in LARGE or len(ring) >= 60


@EACH
def test_what_the_contract_rotates_is_known_in_all_its_forms(scenario: Scenario) -> None:
    for one in ring_of(scenario, 1)[:20]:
        coded = served(one).header("content-encoding") is not None
        assert (one.turned is not None) is (scenario.varies and not coded)
        if one.turned is None:
            continue
        bodies = {served(one).body for _ in contract.GREETINGS}
        forms = one.turned(served(one).body)
        assert 1 < len(bodies) == len(set(forms))
        assert set(forms) == bodies
        assert len({len(form) for form in forms}) == 1
        assert all(one.check(replace(served(one), body=form)) is None for form in forms)


@pytest.mark.parametrize("name", ["params", "routing-dynamic", "dependencies", "form", "items"])
def test_a_framework_cannot_remember_the_inputs_that_it_parses(name: str) -> None:
    ring = ring_of(ALL[name], 1)
    assert len({(one.request.target, one.request.body) for one in ring}) > 1024


@EACH
def test_the_contract_answers_every_ring_rightly(scenario: Scenario) -> None:
    for seed in range(1 if scenario.name in LARGE else 3):
        for one in ring_of(scenario, seed)[:100]:
            assert one.check(served(one)) is None


@EACH
def test_the_contract_answers_every_probe_rightly(scenario: Scenario) -> None:
    for seed in range(3):
        for one in scenario.probes(Random(seed)):
            assert one.check(served(one)) is None


@EACH
def test_every_request_can_be_sent(scenario: Scenario) -> None:
    exchanges = (*ring_of(scenario, 1), *scenario.probes(Random(1)))
    requests = [one.request for one in exchanges]
    for request in (*requests, *(odd.request for odd in scenario.oddities(Random(1)))):
        assert request.target.isascii()
        assert " " not in request.target
        assert b"\r\n\r\n" in request.encode("127.0.0.1:1")


@EACH
def test_probes_say_what_they_are_about(scenario: Scenario) -> None:
    assert all(one.about for one in scenario.probes(Random(1)))


@EACH
@pytest.mark.parametrize("spoil", ["status", "500", "media", "length", "body", "empty"])
def test_a_spoiled_answer_is_wrong(scenario: Scenario, spoil: str) -> None:
    one = ring_of(scenario, 5)[0]
    right = served(one)
    if not right.body:
        pytest.skip("a message has no head and no body, and 304 no body")
    headers = dict(right.headers)
    spoiled = {
        "status": replace(right, status=203),
        "500": replace(right, status=500),
        "media": replace(right, headers=tuple({**headers, "content-type": "text/html"}.items())),
        "length": replace(right, headers=(("content-type", headers["content-type"]),)),
        "body": replace(right, body=right.body.replace(b":", b":\x00") + b"x"),
        "empty": replace(right, body=b""),
    }
    assert one.check(right) is None
    assert one.check(spoiled[spoil])


@EACH
def test_every_refusal_must_be_one(scenario: Scenario) -> None:
    for one in (*scenario.probes(Random(2)), *ring_of(scenario, 2)):
        if served(one).status >= 400:
            assert one.check(answer({"detail": "fine"}, 200))
            assert one.check(answer({"detail": "broken"}, 500))
            assert one.check(typed(b"", "application/json", 500))


@pytest.mark.parametrize("name", ["params", "orders", "items", "form", "dependencies"])
def test_a_refusal_that_hides_its_field_is_wrong(name: str) -> None:
    named = 0
    for one in ALL[name].probes(Random(2)):
        if served(one).status == 422:
            hidden = one.check(answer({"detail": f"no: {one.request.target}"}, 422))
            named += hidden is not None
    assert named >= 3


def test_a_number_of_another_type_is_wrong() -> None:
    one = ring_of(ALL["params"], 1)[0]
    value = json.loads(served(one).body)
    assert one.check(answer(value)) is None
    assert "limit" in (one.check(answer({**value, "limit": float(value["limit"])})) or "")


def test_a_fifth_of_invalid_orders_is_invalid_and_the_first_is_not() -> None:
    for seed in range(5):
        ring = ring_of(ALL["orders-invalid"], seed)
        statuses = [served(one).status for one in ring]
        assert Counter(statuses) == {201: len(ring) * 4 // 5, 422: len(ring) // 5}
        assert statuses[0] == 201


def test_one_token_in_twenty_is_bad_and_each_by_another_fault() -> None:
    for seed in range(5):
        ring = ring_of(ALL["auth"], seed)
        bad = [one.about for one in ring if served(one).status == 401]
        assert len(bad) * 20 == len(ring)
        assert len(set(bad)) == BAD_TOKENS


def test_every_timed_kind_is_refused_and_all_are_in_a_ring() -> None:
    assert len(order_inputs.TIMED_KINDS) <= len(ring_of(ALL["orders-invalid"], 1)) // 5
    for kind in order_inputs.TIMED_KINDS:
        for seed in range(20):
            one = kind(Random(seed))
            assert served(one).status == 422, one.about
            assert is_right(one)


def test_orders_have_about_a_kilobyte_and_forms_too() -> None:
    for name in ("orders", "orders-raw", "form"):
        sizes = [len(one.request.body or b"") for one in ring_of(ALL[name], 1)]
        assert 800 <= min(sizes) <= sum(sizes) / len(sizes) <= 1200


def test_items_have_ten_kilobytes_and_large_ones_a_megabyte() -> None:
    small = [len(served(one).body) for one in ring_of(ALL["items"], 1)]
    large = [len(served(one).body) for one in ring_of(ALL["items-large"], 1)]
    assert all(9_000 <= size <= 13_500 for size in small)
    assert all(900_000 <= size <= 1_350_000 for size in large)


def test_unknown_fields_are_sent_and_must_be_dropped() -> None:
    ring = ring_of(ALL["orders"], 1)
    odd = [one for one in ring if b'"colour"' in (one.request.body or b"")]
    assert len(odd) == len(ring) // 8
    kept = json.loads(odd[0].request.body or b"")
    assert "extra fields" in (odd[0].check(answer(kept, 201)) or "")


def test_a_delay_takes_as_long_as_asked_less_a_tick_of_the_timer() -> None:
    for one in ring_of(ALL["delay"], 1):
        ms = int(one.request.target.rpartition("/")[2])
        assert one.min_elapsed_s == (ms - 1) / 1000
    assert {int(one.request.target[7:]) for one in ring_of(ALL["delay"], 1)} == set(range(10, 31))


def test_a_token_is_signed_as_the_standard_says() -> None:
    # What PyJWT 2 makes of the same claims and secret.
    made = token({"sub": "user-1"}, secret="k" * 32)
    assert made == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEifQ.izrkRqaCUCXy2SvlVW9HKZQft4Z86GDxeZbCHk8s58w"
    )


def test_a_stack_trace_is_wrong_in_a_refusal() -> None:
    check = answers.not_found()
    assert "stack trace" in (check(typed(b"Traceback (most recent call last): ...", "text/html", 404)) or "")


@pytest.mark.parametrize("challenge", [None, "Basic", "bearerx", ""])
def test_a_401_without_its_challenge_is_wrong(challenge: str | None) -> None:
    headers = () if challenge is None else (("www-authenticate", challenge),)
    assert "WWW-Authenticate" in (answers.unauthorised()(answer({}, 401, headers)) or "")


@pytest.mark.parametrize(
    ("media", "right"),
    [
        ("text/plain; charset=utf-8", True),
        ("text/plain;charset=UTF-8", True),
        ("text/plain", False),
        ("text/html; charset=utf-8", False),
    ],
)
def test_the_media_type_is_exact_but_for_case_and_spaces(media: str, right: bool) -> None:  # noqa: FBT001
    assert (answers.text_answer("a")(typed(b"a", media)) is None) is right


def test_two_scenarios_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scenario, "SCENARIOS", plaintext_scenario.SCENARIOS)
    catalogue._scenarios.cache_clear()
    with pytest.raises(
        catalogue.DuplicateError,
        match=r"^plaintext_scenario\.py and json_scenario\.py both declare a scenario 'plaintext'",
    ):
        catalogue.discover()
    monkeypatch.undo()
    catalogue._scenarios.cache_clear()


@pytest.mark.parametrize("name", ["stream", "sse"])
def test_a_stream_with_a_length_or_in_one_piece_is_wrong(name: str) -> None:
    for one in ALL[name].probes(Random(1))[:2]:
        right = served(one)
        length = ("content-length", str(len(right.body)))
        assert "without a length" in (one.check(replace(right, headers=(*right.headers, length))) or "")
        assert one.watch
        assert len(one.watch.ends(right.body)) == right.pieces


def test_chunks_that_were_collected_are_wrong() -> None:
    one = ALL["stream"].probes(Random(1))[0]
    assert "1 pieces" in (one.check(replace(served(one), pieces=1)) or "")


def test_events_that_came_together_are_wrong() -> None:
    one = ALL["sse"].probes(Random(1))[0]
    right = served(one)
    together = tuple(0.2 for _ in right.arrivals_s)
    assert "all events within 0.0 ms, wanted 190 ms" in (one.check(replace(right, arrivals_s=together)) or "")
    assert ring_of(ALL["sse"], 1)[0].min_elapsed_s == pytest.approx(19 * 0.009)


@pytest.mark.parametrize("spoil", ["missing", "other", "cut", "constant"])
def test_wrong_events_are_wrong(spoil: str) -> None:
    one = ALL["sse"].probes(Random(1))[0]
    right = served(one)
    bodies = {
        "missing": right.body.partition(b"\n\n")[2],
        "other": right.body.replace(b'"index": 7', b'"index": 7.0'),
        "cut": right.body[:-1],
        "constant": unturned(right.body),
    }
    assert one.check(replace(right, body=bodies[spoil]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": ()},
        {"messages": (b"hello",)},
        {"messages": ("hello", "hello")},
        {"close_code": 1006},
        {"status": 403},
    ],
)
def test_an_echo_is_the_same_in_kind_order_and_number(wrong: dict[str, Any]) -> None:
    one = ALL["websocket"].probes(Random(1))[0]
    right = echoed(("hello",))
    assert one.check(right) is None
    assert one.check(replace(right, close_code=None)) is None
    assert one.check(replace(right, **wrong))


def test_messages_are_text_and_binary_in_turn_and_none_is_twice() -> None:
    messages = [one.messages[0] for one in ring_of(ALL["websocket"], 1)]
    assert {type(message) for message in messages[::2]} == {str}
    assert {type(message) for message in messages[1::2]} == {bytes}
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize("status", [200, 101, 301, 500])
def test_a_plain_request_for_a_websocket_must_be_refused(status: int) -> None:
    one = ALL["websocket"].probes(Random(1))[-1]
    assert one.check(typed(b"", "text/plain", status))


LAYERS = tuple((f"x-layer-{layer}", str(layer)) for layer in range(1, 6))


@pytest.mark.parametrize("added", [LAYERS[1:], (*LAYERS, LAYERS[0]), (*LAYERS[:4], ("x-layer-5", "4")), ()])
def test_a_layer_that_is_missing_or_there_twice_is_wrong(added: tuple[tuple[str, str], ...]) -> None:
    (one,) = ring_of(ALL["middleware"], 1)
    assert one.check(answer({"message": contract.GREETING}, headers=LAYERS[::-1])) is None
    assert "wanted headers" in (one.check(answer({"message": contract.GREETING}, headers=added)) or "")


def test_layers_where_none_is_wanted_are_wrong() -> None:
    (one,) = ring_of(ALL["middleware-none"], 1)
    assert one.check(answer({"message": contract.GREETING})) is None
    assert "wanted headers []" in (one.check(answer({"message": contract.GREETING}, headers=LAYERS)) or "")


@pytest.mark.parametrize(
    "wrong",
    [
        answer({"detail": "Internal Server Error"}, 200),
        answer({"detail": "division by zero"}, 500),
        typed(b"Internal Server Error", "text/plain; charset=utf-8", 500),
        typed(b'{"detail": "Traceback (most recent call last):"}', "application/json", 500),
    ],
)
def test_an_exception_is_answered_by_500_in_json_and_says_no_more(wrong: Answer) -> None:
    failing = [one for one in ring_of(ALL["errors"], 1) if served(one).status == 500]
    assert len(failing) == 30
    assert failing[0].check(answer({"detail": "Internal Server Error"}, 500)) is None
    assert failing[0].check(wrong)


@pytest.mark.parametrize("allow", [(), (("allow", ""),), (("allow", "POST, PUT"),), (("allow", "GETS"),)])
def test_a_405_that_does_not_say_what_is_allowed_is_wrong(allow: tuple[tuple[str, str], ...]) -> None:
    refused = [one for one in ring_of(ALL["errors"], 1) if served(one).status == 405]
    assert len(refused) == 30
    assert refused[0].check(answer({}, 405, (("allow", "HEAD, GET"),))) is None
    assert "in Allow" in (refused[0].check(answer({}, 405, allow)) or "")


def test_a_third_of_errors_is_of_each_kind_and_the_first_is_none() -> None:
    for seed in range(3):
        statuses = [served(one).status for one in ring_of(ALL["errors"], seed)]
        assert statuses[0] == 200
        assert Counter(statuses[1:]) == {404: 30, 405: 30, 500: 30}
