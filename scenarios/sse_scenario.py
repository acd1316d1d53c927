"""Twenty server-sent events, ten milliseconds apart: when they arrive, and how evenly."""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub
from random import Random

from apps import contract
from apps.contract import EVENT_INTERVAL_MAX_MS, EVENT_INTERVAL_MS, EVENTS, EVENTS_MAX
from scenarios import answers, event_stream
from scenarios.exchange import Answer, Check, Exchange, Request, Scenario, Watch, parse_json, same
from scenarios.inputs import TIMER_TICK_MS, get
from scenarios.rotation import greeting_in, with_turned_greetings

NUMBER = 16
"""Place in the catalogue."""

BUNCHED = 4
"""Events within this part of the time that was asked for were not sent as they came, of all or of half."""
SLOW_S = 0.04
"""Pauses of so long and longer are looked at one by one: a busy machine swallows shorter ones."""


def _right(n: int, interval_ms: int, *, spread: bool) -> Check:
    """Right is: these events, each with the greeting behind the last; ``spread``: and sent as it came."""

    def check(answer: Answer) -> str | None:
        problem = answers.stream_problem(answer, event_stream.MEDIA)
        problem = problem or _wrong_events(answer.body, n)
        if problem is None and spread:
            problem = _bunched(answer.arrivals_s, interval_ms / 1000)
        return problem

    return check


def _wrong_events(body: bytes, n: int) -> str | None:
    try:
        events = event_stream.parse(body)
    except ValueError as error:
        return f"no event stream ({error}): {body[-80:]!r}"
    if len(events) != n:
        return f"wanted {n} events, got {len(events)}: {body[:80]!r}"
    wanted = contract.events(n, contract.GREETINGS.index(greeting_in(body)))
    for index, (data, want) in enumerate(zip(events, wanted, strict=True)):
        value, problem = parse_json(data.encode())
        if problem := problem or same(want, value, f"event {index}"):
            return problem
    return None


def _bunched(arrivals_s: Sequence[float], interval_s: float) -> str | None:
    """Say that events came together though time was to pass between them; None: they did not."""
    if len(arrivals_s) < 2 or not interval_s:  # noqa: PLR2004 - there is no time between fewer
        return None
    passed_s, asked_s = arrivals_s[-1] - arrivals_s[0], interval_s * (len(arrivals_s) - 1)
    if passed_s * BUNCHED < asked_s:
        return f"all events within {passed_s * 1000:.1f} ms, wanted {asked_s * 1000:g} ms from first to last"
    together = sum(gap_s * BUNCHED < interval_s for gap_s in map(sub, arrivals_s[1:], arrivals_s))
    if interval_s < SLOW_S or together * 2 < len(arrivals_s) - 1:
        return None
    return f"{together} events came together with the one before, {interval_s * 1000:g} ms were asked for"


def _events(
    n: int, interval_ms: int, about: str = "", *, query: bool = True, spread: bool = True
) -> Exchange:
    return get(
        f"/events?n={n}&interval_ms={interval_ms}" if query else "/events",
        _right(n, interval_ms, spread=spread),
        about,
        min_elapsed_s=(n - 1) * max(interval_ms - TIMER_TICK_MS, 0) / 1000,
        watch=Watch(ends=event_stream.ends, interval_s=interval_ms / 1000),
        turned=with_turned_greetings,
    )


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: what varies is what an event says."""
    return (_events(EVENTS, EVENT_INTERVAL_MS, spread=False),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Other numbers and intervals, the defaults, bad values."""
    return (
        _events(EVENTS, EVENT_INTERVAL_MS, "events sent as they come"),
        _events(EVENTS, EVENT_INTERVAL_MS, "no parameters: 20 events, 10 ms apart", query=False),
        _events(1, EVENT_INTERVAL_MAX_MS, "one event, without waiting"),
        _events(5, 40, "slow events"),
        _events(200, 0, "many events, no interval"),
        *(_bad("n", value) for value in ("0", "-1", str(EVENTS_MAX + 1), "abc", "2.5")),
        *(_bad("interval_ms", value) for value in ("-1", str(EVENT_INTERVAL_MAX_MS + 1), "abc", "2.5")),
        get("/events/none", answers.not_found(), "unknown path"),
    )


def _bad(field: str, value: str) -> Exchange:
    request, sound = Request(target=f"/events?{field}={value}"), {"interval_ms"} - {field}
    return Exchange(request=request, check=answers.refused(request, field, sound), about=f"{field}={value}")


SCENARIOS = (
    Scenario(
        name="sse",
        title="20 server-sent events, 10 ms apart",
        group="sse",
        ring=ring,
        turns=False,
        probes=probes,
        varies=True,
    ),
)
