from __future__ import annotations

from results.model import ErrorKind
from runners.generator.locust_stats import Span
from runners.generator.pump.tally import Tally


def test_right_answers_and_errors_are_summed_up() -> None:
    tally = Tally()
    tally.latencies_ns.extend([400_000, 1_600_000, 2_400_000, 150_000_000])
    tally.received = 77
    tally.error(ErrorKind.CLOSED, "GET /: closed", 5)
    tally.error(ErrorKind.TIMEOUT, "GET /: late", 5)
    tally.error(ErrorKind.TIMEOUT, "GET /: late", 5)

    span = Span.from_tally(tally)

    assert span.right == 4
    assert span.wrong == 3
    assert span.by_ms == {0: 1, 2: 2, 150: 1}
    assert (span.least_ms, span.most_ms, span.total_ms) == (0, 150, 154)
    assert span.received == 77
    assert span.errors == {"closed": 1, "timeout": 2}
    assert span.example == "closed: GET /: closed"


def test_a_stretch_without_answers() -> None:
    span = Span.from_tally(Tally())

    assert span.right == span.wrong == span.total_ms == span.most_ms == 0
    assert not span.by_ms
