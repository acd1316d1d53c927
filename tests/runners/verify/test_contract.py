import json
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from runners.verify.checks import judge
from runners.verify.contract import probe, verify, verify_after
from scenarios import catalogue
from scenarios.exchange import Answer, Exchange, Oddity, Request, Scenario
from tests.support.reference_app import answer, respond
from tests.support.reference_server import Respond, serving

ALL = catalogue.discover()
HERE = "127.0.0.1"
HANG = Answer(status=0, headers=(), body=b"")
GARBAGE = Answer(status=0, headers=(), body=b"what?\r\n\r\n")


def spoiling(change: Callable[[Request, Answer], Answer]) -> Respond:
    return lambda request: change(request, respond(request))


@pytest.mark.parametrize("name", list(ALL))
def test_the_contract_verifies(name: str) -> None:
    with serving() as port:
        verified = verify(HERE, port, ALL[name], 1)
    assert verified.differences == ()
    assert verified.canonical
    assert len(verified.findings) == len(ALL[name].oddities(Random(1)))


def test_what_the_contract_leaves_to_each_stack_is_not_compared() -> None:
    scenario = catalogue.named("static")
    with serving() as port:
        verified = verify("127.0.0.1", port, scenario, 1)
    left_open = [exchange for exchange in scenario.probes(Random(1)) if not exchange.alike]
    assert not verified.differences
    assert len(verified.canonical) == 1 + len(scenario.probes(Random(1))) - len(left_open)


def test_the_same_seed_gives_the_same_canonical_answers() -> None:
    with serving() as port:
        for name in ("json", "params", "orders-invalid", "auth"):
            one, other = (verify(HERE, port, ALL[name], 7) for _ in range(2))
            assert one.canonical == other.canonical


def test_a_difference_names_request_wanted_and_got() -> None:
    def float_limit(_: Request, right: Answer) -> Answer:
        value = json.loads(right.body)
        return answer({**value, "limit": 10.0}) if "limit" in value else right

    with serving(spoiling(float_limit)) as port:
        verified = verify(HERE, port, ALL["params"], 1)
    first = verified.differences[0]
    assert first.startswith("GET /users/1/items (smallest user_id, no query): ")
    assert "$.limit: wanted int 10, got float 10.0" in first
    assert len(verified.differences) > 10
    assert all(len(one) <= 400 for one in verified.differences)


@pytest.mark.parametrize("name", [name for name, scenario in ALL.items() if scenario.varies])
def test_answers_made_once_are_a_difference_before_and_after_load(name: str) -> None:
    with serving(lambda request: respond(request, made_once=True)) as port:
        (difference,) = verify(HERE, port, ALL[name], 1).differences
        assert "not made on every call" in difference
        assert "not made on every call" in verify_after(HERE, port, ALL[name])
        assert probe(HERE, port, ALL[name]) is None


def test_a_hang_is_a_difference_and_three_end_it() -> None:
    with serving(lambda _: HANG) as port:
        verified = verify(HERE, port, ALL["params"], 1, timeout_s=0.05)
    assert len(verified.differences) == 4
    assert "no answer: none within 0.05 s" in verified.differences[0]
    assert "gave up" in verified.differences[-1]
    assert verified.findings == ()


def test_one_hang_is_one_difference() -> None:
    def shy(request: Request, right: Answer) -> Answer:
        return HANG if "limit=abc" in request.target else right

    with serving(spoiling(shy)) as port:
        verified = verify(HERE, port, ALL["params"], 1, timeout_s=1.0)
    assert len(verified.differences) == 1
    assert "limit=abc" in verified.differences[0]


def test_garbage_and_a_dead_server_are_differences() -> None:
    with serving(lambda _: GARBAGE) as port:
        assert "not HTTP/1.1" in verify(HERE, port, ALL["json"], 1).differences[0]
    assert "refused" in verify(HERE, port, ALL["json"], 1).differences[0]


def test_findings_show_what_became_of_the_input() -> None:
    request = ALL["orders"].ring(Random(1))[0].request
    scenario = replace(
        ALL["json"],
        oddities=lambda _: (
            Oddity(request=request, about="its quantity", place=("lines", 0, "quantity")),
            Oddity(request=request, about="not there", place=("nowhere", 1)),
            Oddity(request=Request(target="/none"), about="refused", place=("lines",)),
        ),
    )
    with serving() as port:
        findings = dict(verify(HERE, port, scenario, 1).findings)
    assert findings["its quantity"] == f"201 {json.loads(request.body or b'')['lines'][0]['quantity']}"
    assert findings["not there"].startswith("201 {")
    assert findings["refused"] == '404 {"detail": "wrong: Not Found"}'


def test_oddities_that_hang_are_findings_and_three_end_them() -> None:
    def odd_hangs(request: Request, right: Answer) -> Answer:
        return HANG if request.target == "/odd" else right

    odd = Oddity(request=Request(target="/odd"), about="odd")
    scenario = replace(ALL["json"], oddities=lambda _: (odd,) * 9)
    with serving(spoiling(odd_hangs)) as port:
        verified = verify(HERE, port, scenario, 1, timeout_s=0.5)
    assert verified.differences == ()
    assert verified.findings == (("odd", "no answer: none within 0.5 s"),) * 3


@pytest.mark.parametrize("scenario", list(ALL.values()), ids=list(ALL))
def test_a_probe_of_the_contract_is_right(scenario: Scenario) -> None:
    with serving() as port:
        assert probe(HERE, port, scenario) is None
        assert verify_after(HERE, port, scenario) == ""


def test_a_probe_says_what_is_wrong() -> None:
    with serving(lambda _: answer({}, 503)) as port:
        assert "got 503" in (probe(HERE, port, ALL["json"]) or "")
    with serving(lambda _: HANG) as port:
        assert "no answer within 0.1 s" in (probe(HERE, port, ALL["json"], timeout_s=0.1) or "")
    with serving(lambda _: GARBAGE) as port:
        assert "not HTTP/1.1" in (probe(HERE, port, ALL["json"]) or "")
    with pytest.raises(ConnectionRefusedError):
        probe(HERE, port, ALL["json"])


def test_an_answer_faster_than_its_delay_is_wrong() -> None:
    one = Exchange(request=Request(target="/"), check=lambda _: None, min_elapsed_s=0.01)
    right = answer({})
    assert judge(one, replace(right, elapsed_s=0.01)) is None
    assert "answered after 5.00 ms" in (judge(one, replace(right, elapsed_s=0.005)) or "")
