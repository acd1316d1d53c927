"""Holds a running stack against the contract: what differs, and findings where the contract says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from runners.http.client import ANSWER_DEADLINE_S, HttpClient, MalformedAnswerError, ask, send
from runners.verify import words
from runners.verify.agreement import canonical_form
from scenarios.exchange import Answer, Exchange, Oddity, Request, Scenario, parse_json

SAMPLE = 16
"""Entries of a ring that are verified; the first answers to all of them are checked under load anyway."""
CALLS = 3
"""Answers that must differ from each other where an answer varies."""
SILENT = 3
"""After this many exchanges in a row without an answer no more are tried."""
FINDING_CHARACTERS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of verifying one scenario on one stack."""

    differences: tuple[str, ...]
    """Requests, and how their answers differ from the contract; empty: the stack is right."""
    findings: tuple[tuple[str, str], ...]
    """(what was sent, what came back) of oddities."""
    canonical: dict[str, str]
    """Right answers in a form to compare across stacks, by exchange; of refusals only the status family."""


def verify(
    host: str,
    port: int,
    scenario: Scenario,
    seed: int,
    *,
    verifying: bool = True,
    timeout_s: float = ANSWER_DEADLINE_S,
) -> Verified:
    """Verify ``scenario``; never raises for what a server does, and never hangs.

    ``verifying`` says that the launch verifies, so that its greeting varies: else only its ring is asked.

    The same seed sends the same exchanges, so that ``canonical`` can be compared.
    """
    with HttpClient(host, port, timeout_s) as client:
        checks = _Checks(client)
        for key, exchange in _exchanges(scenario, seed, verifying=verifying):
            checks.check(key, exchange)
        if scenario.varies and verifying and not checks.differences:
            checks.check_varying(scenario.ring(Random(seed))[0].request)
    findings = () if checks.gave_up else _findings(host, port, scenario.oddities(Random(seed)), timeout_s)
    return Verified(
        differences=tuple(checks.differences), findings=tuple(findings), canonical=checks.canonical
    )


def probe(
    host: str, port: int, scenario: Scenario, *, verifying: bool = False, timeout_s: float = ANSWER_DEADLINE_S
) -> str | None:
    """Ask for one answer: None where it is right, else what is wrong with it.

    ``verifying`` says that the launch verifies, so that its greeting varies. Raises ConnectionError where
    nobody answers (yet).
    """
    exchange = _easiest(scenario, verifying)
    try:
        answer = ask(host, port, exchange, timeout_s)
    except TimeoutError:
        return words.message(exchange, f"no answer within {timeout_s:g} s")
    except MalformedAnswerError as error:
        return words.message(exchange, str(error))
    problem = judge(exchange, answer)
    return words.message(exchange, problem) if problem else None


def judge(exchange: Exchange, answer: Answer) -> str | None:
    """Say what is wrong with ``answer``, its time included; None: it is right."""
    if problem := exchange.check(answer):
        return problem
    least_s = exchange.min_elapsed_s
    if answer.elapsed_s < least_s:
        return f"answered after {answer.elapsed_s * 1000:.2f} ms, wanted {least_s * 1000:g} at least"
    return None


@dataclass(slots=True)
class _Checks:
    """Asks one exchange after the other, and notes what is wrong with the answers."""

    client: HttpClient
    differences: list[str] = field(default_factory=list)
    canonical: dict[str, str] = field(default_factory=dict)
    silent: int = 0

    @property
    def gave_up(self) -> bool:
        return self.silent >= SILENT

    def check(self, key: str, exchange: Exchange) -> None:
        """Ask, and check the answer."""
        answer = self._ask(exchange)
        if answer is None:
            return
        if problem := judge(exchange, answer):
            self.differences.append(words.message(exchange, problem))
        else:
            self.canonical[key] = canonical_form(answer)

    def check_varying(self, request: Request) -> None:
        """Demand that answers to the same request differ from each other."""
        exchange = Exchange(request=request, check=lambda _: None, about=f"{CALLS} times in a row")
        bodies = [answer.body for _ in range(CALLS) if (answer := self._ask(exchange))]
        if len(set(bodies)) < len(bodies):
            self.differences.append(
                words.message(exchange, f"the answer is not made on every call: {words.capped(repr(bodies))}")
            )

    def _ask(self, exchange: Exchange) -> Answer | None:
        if self.gave_up:
            return None
        try:
            answer = self.client.ask(exchange)
        except OSError as error:
            self.silent += 1
            self.differences.append(
                words.message(exchange, f"no answer: {words.no_answer(error, self.client.timeout_s)}")
            )
            if self.gave_up:
                self.differences.append(f"gave up after {SILENT} exchanges in a row without an answer")
            return None
        self.silent = 0
        return answer


def _exchanges(scenario: Scenario, seed: int, *, verifying: bool) -> Iterator[tuple[str, Exchange]]:
    """Every probe, and a sample of the ring where the launch's answers can be those of the ring."""
    if verifying or not scenario.varies:
        for index, exchange in enumerate(scenario.probes(Random(seed))):
            yield f"probe {index}, {words.name(exchange)}", exchange
    if verifying and scenario.varies:
        return
    ring = scenario.ring(Random(seed))
    step = -(-len(ring) // SAMPLE)
    for index in range(0, len(ring), step):
        yield f"entry {index}, {words.name(ring[index])}", ring[index]


@lru_cache(maxsize=64)
def _easiest(scenario: Scenario, verifying: bool) -> Exchange:  # noqa: FBT001 - a key of the cache
    choose = scenario.probes if verifying and scenario.varies else scenario.ring
    return choose(Random(0))[0]


def _findings(
    host: str, port: int, oddities: Iterable[Oddity], timeout_s: float
) -> Iterator[tuple[str, str]]:
    """Send each oddity over a connection of its own, until ``SILENT`` in a row are not answered."""
    silent = 0
    for oddity in oddities:
        try:
            answer = send(host, port, oddity.request, timeout_s)
        except OSError as error:
            silent += 1
            yield oddity.about, f"no answer: {words.no_answer(error, timeout_s)}"
            if silent == SILENT:
                return
        else:
            silent = 0
            yield oddity.about, _shown(oddity, answer)


def _shown(oddity: Oddity, answer: Answer) -> str:
    """Status, and what became of the input where the answer shows it, else the body's beginning."""
    text = answer.body.decode("utf-8", "replace")
    value, problem = parse_json(answer.body)
    if problem is None and answer.status < 400:  # noqa: PLR2004 - where HTTP's errors begin
        try:
            for step in oddity.place:
                value = value[step]  # type: ignore[index]  # JSON as it came; TypeError is caught
            text = json.dumps(value, ensure_ascii=True)
        except (LookupError, TypeError):
            pass
    return " ".join(f"{answer.status} {text}".split())[:FINDING_CHARACTERS]
