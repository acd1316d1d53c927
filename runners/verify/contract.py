"""Holds a running stack against the contract: what differs, and findings where the contract says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from runners.http.client import ANSWER_DEADLINE_S, HttpClient, MalformedAnswerError, ask, send
from runners.services.service import Evidence
from runners.verify import words
from runners.verify.checks import SILENT, Checks, judge
from runners.verify.lapses import begin, end
from runners.verify.tasks import check_tasks
from runners.verify.together import at_once, check_together
from runners.verify.waiting import check_overlap, check_threads
from runners.verify.work import check_work, lasting_of, lasting_problem
from scenarios.exchange import Answer, Exchange, Oddity, Scenario, parse_json

SAMPLE = 16
"""Entries of a ring that are verified, or as many as the fewest connections that a scenario is measured with,
which are few where answers are large; the first answers to all are checked under load anyway."""
PROBES_AFTER = 4
"""Probes that are asked once more after load."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a server that is verified."""

    event_loop: bool = False
    """Whether its handlers share an event loop, so that none may block it."""
    workers: int = 1
    shares_clock: bool = True
    """Whether its clock is ours."""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """What services say of its work, by what scenarios need them by; nothing is known of others."""
    pid: int | None = None
    """Root of its processes; None: hotlap did not start it."""
    tasks: Path | None = None
    """Folder in which it notes its tasks; None: they cannot be counted."""
    pool: int | None = None
    """Connections of a database that it declares to hold at most; None: it declares nothing."""

    @property
    def is_direct(self) -> bool:
        """Whether a connection leads to one of its processes: elsewhere something may stand between."""
        return self.shares_clock


UNKNOWN = Known()


def verify(
    host: str,
    port: int,
    scenario: Scenario,
    seed: int,
    *,
    known: Known = UNKNOWN,
    timeout_s: float = ANSWER_DEADLINE_S,
) -> Verified:
    """Verify one ``scenario``, as ``verify_all`` does."""
    return verify_all(host, port, [scenario], seed, known=known, timeout_s=timeout_s)[scenario.name]


def verify_all(
    host: str,
    port: int,
    scenarios: Sequence[Scenario],
    seed: int,
    *,
    known: Known = UNKNOWN,
    timeout_s: float = ANSWER_DEADLINE_S,
    is_aborted: Callable[[], bool] = lambda: False,
) -> dict[str, Verified]:
    """Verify ``scenarios``, by name; never raises for what a server does, and never hangs.

    The same seed sends the same exchanges, so that ``canonical`` can be compared. What lapses is asked first
    of all and once more at the end, so that nothing waits for it. Nothing more is asked once ``is_aborted``.
    """
    with HttpClient(host, port, timeout_s) as client:
        checks = {scenario.name: Checks(client, is_aborted) for scenario in scenarios}
        lapsing = [
            (checks[scenario.name], begun)
            for scenario in scenarios
            for lapse in scenario.lapses
            if lapse.by_use or known.shares_clock
            if (begun := begin(checks[scenario.name], lapse, Random(f"{seed}/lapses")))
        ]
        findings = {
            scenario.name: _verified(checks[scenario.name], scenario, seed, known) for scenario in scenarios
        }
        for own, begun in lapsing:
            end(own, begun)
    return {
        name: Verified(differences=tuple(own.differences), findings=findings[name], canonical=own.canonical)
        for name, own in checks.items()
    }


def _verified(checks: Checks, scenario: Scenario, seed: int, known: Known) -> tuple[tuple[str, str], ...]:
    """Check all but what lapses; the findings."""
    for index, exchange in enumerate(scenario.probes(Random(seed))):
        checks.check(f"probe {index}, {words.name(exchange)}", exchange)
    ring = scenario.ring(Random(seed))
    _check_ring(checks, scenario, ring, known)
    if scenario.varies and not checks.differences:
        checks.check_varying(ring[0], direct=known.is_direct)
    if scenario.turning and not checks.differences:
        checks.check_varying(scenario.turning, direct=known.is_direct)
    findings = []
    if scenario.overlapping and known.event_loop and not checks.differences:
        check_overlap(checks, scenario.overlapping, known.workers)
        if scenario.pooled and known.pid is not None and not checks.differences:
            findings.append(check_threads(checks, scenario.overlapping, known.workers, known.pid))
    if (evidence := known.evidence.get(scenario.needs)) and not checks.differences:
        findings += check_work(checks, scenario, evidence, seed, pool=known.pool)
    if scenario.following:
        checks.check_following(scenario.following)
    if scenario.deferred and known.tasks and not checks.gave_up:
        check_tasks(checks, scenario.deferred, known.tasks, Random(seed))
    if checks.gave_up:
        return ()
    client = checks.client
    findings += _findings(client.host, client.port, scenario.oddities(Random(seed)), client.timeout_s)
    return tuple(findings)


def probe(host: str, port: int, scenario: Scenario, *, timeout_s: float = ANSWER_DEADLINE_S) -> str | None:
    """Ask for one answer: None where it is right, else what is wrong with it.

    Raises ConnectionError where nobody answers (yet).
    """
    exchange = _easiest(scenario)
    try:
        answer = ask(host, port, exchange, timeout_s)
    except TimeoutError:
        return words.message(exchange, f"no answer within {timeout_s:g} s")
    except MalformedAnswerError as error:
        return words.message(exchange, str(error))
    problem = judge(exchange, answer)
    return words.message(exchange, problem) if problem else None


def verify_after(
    host: str, port: int, scenario: Scenario, *, known: Known = UNKNOWN, seed: int = 0, answered: int = 0
) -> str:
    """What is wrong after load with an answer, or with two of them to one request; empty: nothing.

    Some probes are asked again: whoever stopped to look at its input under load does not refuse it now. Where
    a service says what requests do to it, also with that, and with what is left there of at least
    ``answered`` right answers.
    """
    exchange, random = _easiest(scenario), Random(seed)
    with HttpClient(host, port) as client:
        checks = Checks(client)
        checks.check("after load", exchange)
        for varying in (exchange if scenario.varies else None, scenario.turning):
            if varying and not checks.differences:
                checks.check_varying(varying, direct=known.is_direct)
        probes = [probe for probe in scenario.probes(random) if not probe.watch and not probe.messages]
        for index, again in enumerate(random.sample(probes, min(PROBES_AFTER, len(probes)))):
            checks.check(f"probe {index} after load", again)
        evidence = known.evidence.get(scenario.needs)
        if evidence and not checks.differences:
            lasting = lasting_of(scenario, answered)
            problems = (lasting_problem(effects, evidence, least) for effects, least in lasting)
            checks.differences += filter(None, problems)
            for _noted in check_work(checks, scenario, evidence, seed, pool=known.pool):
                pass  # findings were told when it was verified
    return "; ".join(checks.differences)


def _check_ring(checks: Checks, scenario: Scenario, ring: Sequence[Exchange], known: Known) -> None:
    """Check a sample of the ring, asked at once."""
    if checks.gave_up:
        return
    connections = scenario.connections or (SAMPLE,)
    step = -(-len(ring) // min(SAMPLE, *connections))
    sample = [(f"entry {at}, {words.name(ring[at])}", ring[at]) for at in range(0, len(ring), step)]
    rotating = len(ring) == 1 and scenario.varies and known.is_direct and known.workers == 1
    asked = at_once(sample, event_loop=known.event_loop)
    check_together(checks, asked, connections=connections, rotating=rotating)


@lru_cache(maxsize=64)
def _easiest(scenario: Scenario) -> Exchange:
    return scenario.ring(Random(0))[0]


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
