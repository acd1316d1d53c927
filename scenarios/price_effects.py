"""How an entry of the price list is asked, and how it is seen that its addition does its work."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from apps.contract_additions import (
    CLIENT_HEADER,
    LONG,
    ORIGIN,
    addition_path,
    broken_path,
    effects_path,
)
from apps.contract_targets import layer_header
from scenarios import answers
from scenarios.exchange import Answer, Check, Exchange, Following, parse_json
from scenarios.inputs import get

SAMPLED, UNSAMPLED = "01", "00"
"""Flags of a trace: what the service before has decided."""
BROKEN = 500
REFUSED = (403, 429)
"""What a client is told that asks too often: by Django's way, and by all others."""
Effect = Callable[[Answer], int]
"""Reads from an answer how often an addition has done its work; -1 where it does not say."""
_COUNTER = re.compile(r"^(?!process_|python_)\w*requests?\w*_(?:total|count)(?:\{.*\})? (\S+)$", re.MULTILINE)
"""A counter of requests in Prometheus' text form, with its value."""
_RANDOM = Random("price list")
"""For traces of what is not timed."""


def asked(exchange: Exchange, *, random: Random = _RANDOM, client: int = 0, flags: str = SAMPLED) -> Exchange:
    """``exchange`` with the headers that additions look at, the same for all of them."""
    trace = f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-{flags}"
    headers = (
        ("Origin", ORIGIN),
        ("Accept-Encoding", "gzip"),
        (CLIENT_HEADER, f"client-{client:03d}"),
        ("traceparent", trace),
    )
    return _with_headers(exchange, *headers)


def _with_headers(exchange: Exchange, *headers: tuple[str, str]) -> Exchange:
    request = replace(exchange.request, headers=(*exchange.request.headers, *headers))
    return replace(exchange, request=request)


def layers(number: int) -> Check:
    """Right is: the header of each of so many middlewares once."""
    wanted = sorted(layer_header(layer) for layer in range(1, number + 1))

    def check(answer: Answer) -> str | None:
        added = sorted(header for header in answer.headers if header[0].startswith("x-layer-"))
        return None if added == wanted else f"wanted headers {wanted}, got {added}"

    return check


def allowed(answer: Answer) -> str | None:
    """Right is: the origin is let in."""
    origin = answer.header("access-control-allow-origin")
    return (
        None if origin == ORIGIN else f"wanted Access-Control-Allow-Origin {ORIGIN}, got {origin or 'none'}"
    )


def begun(answer: Answer) -> str | None:
    """Right is: a session that the client is to keep."""
    return None if _cookie(answer)[1] else "wanted a session in Set-Cookie, got none"


def _cookie(answer: Answer) -> tuple[str, str]:
    """Name and value of the session's cookie; empty where there is none."""
    name, _, value = (answer.header("set-cookie") or "").partition(";")[0].partition("=")
    return (name, value) if name.startswith("session") else ("", "")


def uncoded(answer: Answer) -> str | None:
    """Right is: too short to be compressed."""
    coding = answer.header("content-encoding")
    return f"an answer of {len(answer.body)} bytes is coded ({coding})" if coding else None


def compressed(answer: Answer) -> str | None:
    """Right is: a long answer, compressed."""
    if problem := answers.frame_problem(answer, (200,), answers.JSON):
        return problem
    if (coding := answer.header("content-encoding")) != "gzip":
        return f"wanted Content-Encoding gzip, got {coding or 'none'}"
    value, problem = parse_json(answer.content())
    messages = value.get("messages") if isinstance(value, dict) else None
    is_right = isinstance(messages, list) and len(messages) == LONG
    return problem or (None if is_right else f"wanted {LONG} messages, got {str(value)[:80]}")


def refused(answer: Answer) -> str | None:
    """Right is: a client that may ask nothing gets nothing."""
    return answers.answer_problem(answer, REFUSED)


def both(first: Check, second: Check) -> Check:
    """Right is what both call right."""
    return lambda answer: first(answer) or second(answer)


def session_kept() -> Following:
    """A session is known again when it is brought, and is not when it was changed."""
    first = get(addition_path("sessions"), both(answers.json_greeting({}), begun), "a new session")
    return Following(first=asked(first), then=_with_session)


def _with_session(answer: Answer) -> tuple[Exchange, ...]:
    name, value = _cookie(answer)
    changed = value[:4] + ("B" if value[4:5] == "A" else "A") + value[5:]
    return (
        _brought(f"{name}={value}", 1, "its own session"),
        _brought(f"{name}={changed}", 0, "a session that was changed"),
    )


def _brought(cookie: str, visits: int, about: str) -> Exchange:
    exchange = get(effects_path("sessions"), answers.json_answer({"visits": visits}), about)
    return _with_headers(asked(exchange), ("Cookie", cookie))


def count_told(answer: Answer) -> int:
    """How often, as ``contract_additions.effects`` says it."""
    value, _ = parse_json(answer.body)
    count = value.get("count") if isinstance(value, dict) else None
    return count if isinstance(count, int) else -1


def requests_metered(answer: Answer) -> int:
    """Requests by all counters of Prometheus' text form."""
    values = _COUNTER.findall(answer.content().decode("utf-8", "replace"))
    return int(sum(map(float, values))) if values else -1


def working(
    addition: str,
    effect: Effect,
    *,
    flags: str = SAMPLED,
    is_broken: bool = False,
    grows: bool = True,
) -> Following:
    """What ``addition`` did grows by a request (``is_broken``: one that fails), or stays (not ``grows``).

    Where another process answers in the end it cannot be said, and is let through.
    """
    if is_broken:
        between = get(broken_path(addition), _failed, "an exception")
    else:
        between = get(addition_path(addition), answers.json_greeting({}), "a request to be counted")

    def read(check: Check, about: str) -> Exchange:
        return replace(asked(get(effects_path(addition), check, about), flags=flags), alike=False)

    def told(answer: Answer) -> str | None:
        problem = answers.answer_problem(answer, (200,))
        return problem or (None if effect(answer) >= 0 else f"counts nothing: {answer.body[:80]!r}")

    def then(before: Answer) -> tuple[Exchange, ...]:
        def worked(after: Answer) -> str | None:
            did = effect(after) - effect(before)
            is_right = (did > 0) is grows or not _same_process(before, after)
            wanted = "more" if grows else "nothing"
            return told(after) or (None if is_right else f"a request added {did}, wanted {wanted}")

        return asked(between, flags=flags), read(worked, f"what {addition} did")

    return Following(first=read(told, f"what {addition} did before"), then=then)


def _failed(answer: Answer) -> str | None:
    return None if answer.status == BROKEN else f"wanted status {BROKEN}, got {answer.status}"


def _same_process(before: Answer, after: Answer) -> bool:
    """Whether one process gave both; so it is taken where none is told."""
    values = [parse_json(answer.body)[0] for answer in (before, after)]
    return len({value.get("process") for value in values if isinstance(value, dict)}) <= 1
