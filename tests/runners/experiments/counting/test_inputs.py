from __future__ import annotations

from random import Random

import pytest

from runners.experiments.counting.inputs import SETTLING, WARM, inputs, ring_of, work_bytes
from scenarios import catalogue
from scenarios.exchange import Exchange, Request
from tests.support.reference_app import respond

SCENARIOS = catalogue.discover()


def exchange(length: int) -> Exchange:
    return Exchange(request=Request(target="/" + "x" * length), check=lambda _: None)


def ring(n: int) -> tuple[Exchange, ...]:
    random = Random(1)
    return tuple(exchange(random.randrange(100)) for _ in range(n))


def test_a_scenario_without_inputs_is_asked_the_same_in_every_hand() -> None:
    one = ring_of(SCENARIOS["json"])
    chosen = inputs(one, 27)
    assert len(chosen.warm) == WARM
    assert [len(part) for part in chosen.counted] == [SETTLING, 120, 120, 120]
    assert {each.request.target for part in chosen.counted for each in part} == {"/json"}


def test_a_narrow_ring_is_asked_in_whole_rounds() -> None:
    orders = ring_of(SCENARIOS["orders"])
    _, *intervals = inputs(orders, 1_100).counted
    assert {len(interval) % len(orders) for interval in intervals} == {0}
    assert len({tuple(map(id, interval)) for interval in intervals}) == 1


@pytest.mark.parametrize("name", ["params", "form", "items"])
def test_of_a_wide_ring_nothing_counted_is_asked_twice(name: str) -> None:
    entries = ring_of(SCENARIOS[name])
    chosen = inputs(entries, 10_000 if name == "items" else 500)
    counted = [id(each) for part in chosen.counted for each in part]
    assert len(set(counted)) == len(counted)
    assert not set(counted) & {id(each) for each in chosen.warm}
    assert id(entries[-1]) not in counted  # what the length of answers is seen by


def test_long_answers_are_asked_for_less_often() -> None:
    entries = ring(1200)
    sizes = [len(inputs(entries, length).counted[1]) for length in (100, 10_000, 100_000, 1_000_000)]
    warm = [len(inputs(entries, length).warm) for length in (100, 10_000, 100_000, 1_000_000)]
    assert sizes == [120, 12, 3, 1]
    assert warm == [900, 300, 30, 3]


def test_a_few_very_long_answers_are_a_hand_of_one() -> None:
    _, *intervals = inputs(ring(8), 1_000_000).counted
    assert [len(interval) for interval in intervals] == [1, 1, 1]


def test_the_same_scenario_asks_the_same_again() -> None:
    first, second = (inputs(ring_of(SCENARIOS["params"]), 60) for _ in range(2))
    assert [e.request for part in first.counted for e in part] == [
        e.request for part in second.counted for e in part
    ]


def test_kinds_of_input_that_take_turns_are_alike_in_every_hand() -> None:
    entries = ring_of(SCENARIOS["params"])
    _, *intervals = inputs(entries, 60).counted
    without_limit = [sum("limit" not in each.request.target for each in interval) for interval in intervals]
    assert without_limit == [30, 30, 30]  # every fourth entry has none


def test_counting_may_begin_later_and_asks_the_same() -> None:
    entries = ring_of(SCENARIOS["params"])
    first, second = inputs(entries, 60), inputs(entries, 60, attempt=1, later=240)
    assert len(second.warm) == len(first.warm) + 240
    assert second.counted[1:] == first.counted[1:]


def test_short_hands_of_a_further_attempt_are_longer() -> None:
    entries = ring(1200)
    for length, requests in ((10_000, 36), (100_000, 16), (1_000_000, 16)):
        assert [len(interval) for interval in inputs(entries, length, attempt=1).counted[1:]] == [
            requests
        ] * 3


@pytest.mark.parametrize(
    ("name", "least"), [("upload", 1_000_000), ("compress-large", 900_000), ("json", 20)]
)
def test_the_longer_body_says_how_much_there_is_to_do(name: str, least: int) -> None:
    one = SCENARIOS[name].ring(Random(1))[-1]
    assert least <= work_bytes(one, respond(one.request)) <= 1.5 * least
