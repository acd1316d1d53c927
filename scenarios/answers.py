"""Builders of checks: what a right answer is, said once for all scenarios."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from apps import contract
from scenarios.exchange import Answer, Check, Request, parse_json, same
from scenarios.rotation import greeting_in

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
REFUSED = (400, 422)
"""What bad input may be answered with."""
REFUSED_PATH = (400, 404, 422)
"""What a bad value in a path may be answered with."""
GREETING = contract.GREETING
GREETINGS = contract.GREETINGS

_TRACE = b"Traceback (most recent call last)"


def json_answer(want: object, status: int = 200) -> Check:
    """Right is: this status, exactly ``application/json``, and a value type-strictly equal to ``want``."""
    return json_made(lambda _: want, status)


def json_made(make: Callable[[Answer], object], status: int = 200) -> Check:
    """As ``json_answer``, with the wanted value made when it is compared: too large to keep, or rotating."""

    def check(answer: Answer) -> str | None:
        if problem := frame_problem(answer, (status,), JSON):
            return problem
        value, problem = parse_json(answer.body)
        return problem or same(make(answer), value)

    return check


def json_greeting(rest: Mapping[str, object]) -> Check:
    """Right is: ``rest`` and a ``message`` that is one of the greetings."""
    return json_made(lambda answer: {**rest, "message": greeting_in(answer.body)})


def text_answer(want: str) -> Check:
    """Right is: 200, ``text/plain; charset=utf-8`` and this text."""
    return _text(lambda _: want)


def text_greeting() -> Check:
    """Right is: 200, ``text/plain; charset=utf-8`` and one of the greetings."""
    return _text(lambda answer: greeting_in(answer.body))


def _text(make: Callable[[Answer], str]) -> Check:
    def check(answer: Answer) -> str | None:
        want, problem = make(answer), frame_problem(answer, (200,), TEXT)
        wrong = None if answer.body == want.encode() else f"wanted {want!r}, got {_start(answer)}"
        return problem or wrong

    return check


def refused(request: Request, field: str | None = None, sound: Collection[str] = ()) -> Check:
    """Right is: 400 or 422 in JSON, without a stack trace, with ``field`` named where there is one.

    None of the fields that are ``sound`` may be named: who names all has found nothing.
    A field counts as named where it stands as a word of its own in the body, outside a repetition of
    the request's target (Litestar's detail repeats the URL, which names every parameter).
    """
    named = _word(field) if field else None
    wrongly = [(name, _word(name)) for name in sound]

    def check(answer: Answer) -> str | None:
        if problem := answer_problem(answer, REFUSED):
            return problem
        if not media_type(answer).startswith((JSON, "application/problem+json")):
            return (
                f"wanted the refusal in JSON, got {media_type(answer) or 'no media type'}: {_start(answer)}"
            )
        if problem := _unexplained(answer):
            return problem
        body = answer.body.decode("utf-8", "replace").replace(request.target, "")
        if named and not named.search(body):
            return f"status {answer.status} without naming the field {field!r}: {_start(answer)}"
        return next(
            (
                f"names the field {name!r}, which is right: {_start(answer)}"
                for name, word in wrongly
                if word.search(body)
            ),
            None,
        )

    return check


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def either(*checks: Check) -> Check:
    """Right is what one of ``checks`` calls right."""

    def check(answer: Answer) -> str | None:
        problems = [check(answer) for check in checks]
        return None if None in problems else problems[0]

    return check


def refused_path() -> Check:
    """Right is: 400, 404 or 422, without a stack trace."""
    return lambda answer: answer_problem(answer, REFUSED_PATH)


def not_found() -> Check:
    """Right is: 404, without a stack trace."""
    return lambda answer: answer_problem(answer, (404,))


def not_allowed(allowed: str) -> Check:
    """Right is: 405 whose ``Allow`` names the method ``allowed``, without a stack trace."""

    def check(answer: Answer) -> str | None:
        allow = answer.header("allow")
        methods = {method.strip() for method in (allow or "").split(",")}
        missing = None if allowed in methods else f"wanted {allowed} in Allow, got {allow!r}"
        return answer_problem(answer, (405,)) or missing

    return check


def unauthorised() -> Check:
    """Right is: 401 with the challenge ``WWW-Authenticate: Bearer``, in JSON."""

    def check(answer: Answer) -> str | None:
        if problem := answer_problem(answer, (401,)):
            return problem
        challenge = answer.header("www-authenticate")
        if (challenge or "").split(" ")[0] != "Bearer":
            return f"wanted WWW-Authenticate: Bearer, got {challenge!r}"
        wrong = None if media_type(answer) == JSON else f"wanted {JSON}, got {media_type(answer)!r}"
        return wrong or _unexplained(answer)

    return check


def _unexplained(answer: Answer) -> str | None:
    """Say that a refusal in JSON is none, or does not say why; None: it does."""
    value, problem = parse_json(answer.body)
    if problem or (isinstance(value, dict) and value):
        return problem
    return f"wanted an object that says why, got {_start(answer)}"


def frame_problem(answer: Answer, statuses: Collection[int], media: str) -> str | None:
    """Say what is wrong with status, length or media type; None: nothing."""
    if problem := answer_problem(answer, statuses):
        return problem
    got = media_type(answer)
    return None if got == media else f"wanted Content-Type {media}, got {got or 'none'}"


def answer_problem(answer: Answer, statuses: Collection[int]) -> str | None:
    """Say what is wrong with status or length, or that a stack trace was given away; None: nothing."""
    if answer.status not in statuses:
        return f"wanted status {' or '.join(map(str, statuses))}, got {answer.status}: {_start(answer)}"
    if answer.header("content-length") is None:
        return "wanted a Content-Length, got none"
    if sum(name == "content-type" for name, _ in answer.headers) > 1:
        return "more than one Content-Type"
    return f"a stack trace in the answer: {_start(answer)}" if _TRACE in answer.body else None


def stream_problem(answer: Answer, media: str) -> str | None:
    """Say what is wrong with the frame of a streamed 200: a length, no chunks, another media type."""
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
        return f"wanted status 200, got {answer.status}: {_start(answer)}"
    if (length := answer.header("content-length")) is not None:
        return f"wanted a stream without a length, got Content-Length {length}"
    if (coding := answer.header("transfer-encoding")) != "chunked":
        return f"wanted Transfer-Encoding chunked, got {coding or 'none'}"
    got = media_type(answer)
    if got not in {media, f"{media}; charset=utf-8"}:
        return f"wanted Content-Type {media}, got {got or 'none'}"
    return None


def media_type(answer: Answer) -> str:
    """``Content-Type`` in lower case with one space behind each semicolon; empty where there is none."""
    parts = (answer.header("content-type") or "").lower().split(";")
    return "; ".join(part.strip() for part in parts)


def _start(answer: Answer) -> str:
    return repr(answer.body[:120])[1:]
