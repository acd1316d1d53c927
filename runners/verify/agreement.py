"""Do stacks agree: right answers in one form, and which stack's is not that of most others."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from runners.verify.words import capped
from scenarios import event_stream
from scenarios.answers import media_type
from scenarios.exchange import Answer, parse_json
from scenarios.rotation import unturned

CANONICAL_CHARACTERS = 2000
"""A longer body is compared by its hash."""


def canonical_form(answer: Answer) -> str:
    """Status and body, equal where two answers mean the same; of a refusal its status family.

    JSON has its keys sorted, of an event stream the data counts, what the contract rotates is as if it
    never did, what is compressed is as if it were not, a long body is its hash.
    """
    if answer.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
        return f"{answer.status // 100}xx"
    body = unturned(answer.content())
    text = body.decode("utf-8", "backslashreplace")
    value, problem = _value(replace(answer, body=body))
    if problem is None:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) > CANONICAL_CHARACTERS:
        text = f"{len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"
    return f"{answer.status} {text}"


def _value(answer: Answer) -> tuple[object, str | None]:
    """(what a right answer means, None), or (None, why its bytes are all there is)."""
    if answer.messages:
        return [f"{type(message).__name__} {message!r}" for message in answer.messages], None
    if not media_type(answer).startswith(event_stream.MEDIA):
        return _json(answer.body)
    return [parse_json(data.encode()) for data in event_stream.parse(answer.body)], None


def _json(body: bytes) -> tuple[object, str | None]:
    """(value, None), or (None, why it is none); an answer that was found right has no key twice."""
    try:
        return json.loads(body.decode()), None
    except (ValueError, RecursionError) as error:
        return None, str(error)


def disagreements(canonical: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """First difference of each stack (by its slug) whose right answers are not those of most others.

    Where no answer has a majority, nobody can say who is right, and all stacks that answered are named.
    """
    differences: dict[str, str] = {}
    for key in dict.fromkeys(key for answers in canonical.values() for key in answers):
        by_stack = {stack: answers[key] for stack, answers in canonical.items() if key in answers}
        common, count = Counter(by_stack.values()).most_common(1)[0]
        majority = count * 2 > len(by_stack)
        others = f"others answer {common:.120}" if majority else "and the stacks do not agree on another"
        for stack, answer in by_stack.items():
            if not majority or answer != common:
                differences.setdefault(stack, capped(f"{key}: {answer:.120} where {others}"))
    return differences
