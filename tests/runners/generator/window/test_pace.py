from __future__ import annotations

import pytest

from runners.generator.window.pace import Pace


def test_the_first_turn_is_sized_by_the_fastest_of_what_was_asked_before_it() -> None:
    pace = Pace(turn_s=0.035, least=96)
    assert (pace.answers, pace.expected_s) == (96, 0.035)
    pace.begin(96, 0.96)  # all stood still
    pace.begin(96, 0.0096)
    assert pace.answers == 350


def test_a_later_turn_is_sized_by_all_before_it() -> None:
    pace = Pace(turn_s=0.035, least=96)
    pace.begin(190, 0.01)
    for _ in range(20):
        pace.note(pace.answers, pace.answers / 10_000)
    assert pace.answers == pytest.approx(350, rel=0.05)
    assert pace.expected_s == 0.035


def test_a_turn_holds_a_whole_wave_however_slow_the_server() -> None:
    pace = Pace(turn_s=0.035, least=96)
    pace.begin(96, 1.0)
    pace.note(96, 1.0)
    assert pace.answers == 96
    assert pace.expected_s == pytest.approx(1.0)


def test_what_gave_no_right_answer_says_nothing() -> None:
    pace = Pace(turn_s=0.035, least=96)
    pace.begin(0, 1.0)
    assert (pace.answers, pace.expected_s) == (96, 0.035)


@pytest.mark.parametrize(
    ("rate_rps", "connections", "answers"),
    [(30_000, 64, 150), (8_000, 64, 64), (4_000, 64, 40), (8_000, 1, 40), (50, 64, 1)],
)
def test_a_turn_is_led_in_until_each_connection_had_an_answer_for_5_ms_at_least_and_10_at_most(
    rate_rps: int, connections: int, answers: int
) -> None:
    pace = Pace(turn_s=0.035, least=96)
    pace.begin(rate_rps, 1.0)
    assert pace.lead_in(connections) == answers
