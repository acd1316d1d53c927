"""One leg of a relay: a server warmed up, asked in one turn after the other, and what its turns gave."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from results.model import Turns
from runners.generator.messages import Leg, Order, SteadyPart
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.arrivals import TurnSchedules
from runners.generator.window.edges import Edge
from runners.generator.window.measurement import measured_of, open_load_facts
from runners.generator.window.no_answer import no_right_answer
from runners.generator.window.pace import Pace
from runners.generator.window.relay_server import RelayServer, Rest, must_keep_processes
from runners.generator.window.warm_up import WarmUp, warm_up
from runners.http.address import Endpoint
from scenarios.exchange import Exchange

PACING_S = 0.01
"""Length of the turn of a server before those that count, where its first turn is not the shortest there is:
it tells how many requests fill one, as the warm-up was slowed by learning the ring."""
LEAST_CYCLES = 1.5
"""A turn has at least so many answers per connection, so that all of a wave is in it."""
PATIENCE, GRACE_S = 8.0, 1.0
"""A turn that takes so many times as long as it should, and so long besides, is dropped: all stood still."""
DROPPED_MOST = 3
"""A server whose turns are dropped so many times in a row leaves the relay."""
LEAST_TURNS = 3
"""A server whose turns are longer than they should be takes fewer of them, but at least so many."""
STARTING_S = 0.01
"""A turn is steady at the end of the cycle in which so much of it has passed: docs/adr/0013."""


class Runner:
    """One leg of a relay: what its server is asked, and what its turns gave until now."""

    def __init__(
        self, server: RelayServer, order: Order, exchanges: Sequence[Exchange], *, steady_parts: bool = False
    ) -> None:
        self._server, self._order, self._times_steady_parts = server, order, steady_parts
        self._pump = server.pump
        self._schedules = None if order.rate_rps is None else TurnSchedules(order, order.rate_rps)
        """Of the turns of an open load; None: closed load."""
        self._ring = Ring(exchanges, str(Endpoint(order.host, order.port)))
        self._tally = Tally()
        self._spans: list[tuple[Edge, Edge]] = []
        self._counts: list[int] = []
        self._steady_parts: list[SteadyPart | None] = []
        self._rest = Rest()
        self._warm_up: WarmUp | None = None
        self._pace = Pace(turn_s=0.0, least=0)
        self._expected_s = 0.0
        self._led_in = 0
        """Right answers before turns."""
        self._dropped = self._dropped_in_a_row = 0
        self.tally = self._tally
        """All that counts."""

    def warm(self, turn_s: float) -> None:
        """Warm the server up, let it rest, and find how many answers fill a turn of ``turn_s``."""
        pump, order = self._pump, self._order
        self._server.aim(order, self._ring)
        self._warm_up = warm_up(pump, order, self._ring, None, lambda _: None)
        self._server.must_rest(self._order)
        self._pace = Pace(turn_s=turn_s, least=math.ceil(LEAST_CYCLES * len(pump.connections)))
        if self._schedules is None:
            self._take_pacing_turn(self._warm_up.rate_rps)
        self._expected_s = self._pace.expected_s

    def _take_pacing_turn(self, warm_rps: float) -> None:
        """Find how many answers fill a turn; where the least do, the speed of the warm-up tells it."""
        pump, pace = self._pump, self._pace
        connections = len(pump.connections)
        # a wave that is not full takes as long as one that is
        least_s = math.ceil(pace.least / connections) * connections / warm_rps
        if least_s >= pace.turn_s:
            pace.begin(pace.least, least_s)
            return
        pace.begin(warm_rps, 1.0)
        pump.tally = Tally()
        answers = max(pace.least, pace.in_time(PACING_S))
        begun_ns = time.monotonic_ns()
        if not pump.turn(answers, begun_ns + round(self._limit_s() * 1e9)):
            self._server.must_rest(self._order)
        pace.begin(len(pump.tally.latencies_ns), (time.monotonic_ns() - begun_ns) / 1e9)

    def is_due(self, number: int, rounds: int, turn_s: float) -> bool:
        """Whether it takes its turn in round ``number``: seldom where they are longer than ``turn_s``."""
        longer = round(self._expected_s / turn_s)
        return number % max(1, min(longer, rounds // LEAST_TURNS)) == 0

    def turn(self) -> None:
        """Take one turn; raises LoadError where the server does not come to rest again.

        RestlessError where it never rests, or starts or loses a process.
        """
        pump = self._pump
        self._server.turn_to(self._order, self._ring)
        begin = self._server.end_rest()
        if self._schedules is None:
            self._lead_in()
            begin = self._server.meters.read(pump)
        begin = replace(begin, at_ns=time.monotonic_ns())  # nothing is under way while clocks are read
        pump.tally = tally = Tally()
        until_ns = begin.at_ns + round(self._limit_s() * 1e9)
        whole, steady = self._load(begin.at_ns, until_ns)
        end = self._server.meters.read(pump)
        must_keep_processes(begin, end)
        if whole and end.at_ns <= until_ns:  # the last answers may lie behind a standstill of everything
            self._tally.merge(tally)
            self._tally.fold_surplus()
            self._spans.append((begin, end))
            self._counts.append(len(tally.latencies_ns))
            if self._times_steady_parts:
                self._steady_parts.append(steady)
            self._dropped_in_a_row = 0
            self._server.begin_rest(end, self._rest)
            self._pace.note(self._counts[-1], (end.at_ns - begin.at_ns) / 1e9)
            return
        self._note_errors(tally)
        self._server.must_rest(self._order)
        self._server.begin_rest(self._server.meters.read(pump), self._rest)
        self._dropped += 1
        self._dropped_in_a_row += 1
        if self._dropped_in_a_row >= DROPPED_MOST:
            raise no_right_answer(
                self._order, self._tally, f"{DROPPED_MOST} turns in a row were not over in time"
            )

    def _load(self, begin_ns: int, until_ns: int) -> tuple[bool, SteadyPart | None]:
        """Whether all was answered by ``until_ns``, and the steady part where it is asked for."""
        if self._schedules is not None:
            schedule_ns = self._schedules.next(self._expected_s)
            return self._pump.open_turn(schedule_ns, until_ns - begin_ns), None
        answers = self._pace.answers
        noted = self._steady_answers(answers) if self._times_steady_parts else ()
        whole = self._pump.turn(answers, until_ns, noted)
        return whole, _steady_part(self._pump.passed) if noted and whole else None

    def _steady_answers(self, answers: int) -> tuple[int, ...]:
        """Right answers at which the steady part of a turn begins and ends; none where it has none.

        Whole cycles lie between them, as answers come in waves; the last answers, with none sent behind them,
        are no part of it.
        """
        cycle = len(self._pump.connections)
        starting = math.ceil(self._pace.in_time(STARTING_S) / cycle)
        steady = answers // cycle - 1 - starting
        return (starting * cycle, (starting + steady) * cycle) if steady > 0 else ()

    def leg(self, begun_ns: int) -> Leg:
        """All turns; offsets are from ``begun_ns``. Raises LoadError where no turn counts."""
        if self._warm_up is None or not self._tally.right:
            raise no_right_answer(self._order, self._tally, "no turn was over")
        cpu_us = _grown_us([(begin.server_cpu_ns, end.server_cpu_ns) for begin, end in self._spans])
        delay_us = _grown_us([(begin.own_delay_ns, end.own_delay_ns) for begin, end in self._spans])
        measured = measured_of(self._warm_up, self._tally, self._spans, self._server.meters)
        if self._schedules is not None:
            measured = replace(measured, **open_load_facts(self._tally))
            return Leg(measured=measured, windows=len(self._spans))
        turns = Turns(
            begun_us=tuple((begin.at_ns - begun_ns) // 1000 for begin, _ in self._spans),
            span_us=tuple((end.at_ns - begin.at_ns) // 1000 for begin, end in self._spans),
            requests=tuple(self._counts),
            cpu_us=cpu_us,
            generator_delay_us=delay_us,
            rest_us=self._rest.ns // 1000,
            rest_cpu_us=None if self._rest.cpu_ns is None else self._rest.cpu_ns // 1000,
            dropped=self._dropped,
            led_in=self._led_in,
        )
        return Leg(measured=measured, turns=turns, steady_parts=tuple(self._steady_parts))

    def _limit_s(self) -> float:
        return GRACE_S + PATIENCE * self._pace.expected_s

    def _lead_in(self) -> None:
        """Ask for a moment outside of what counts: all connections where the server closed some at rest.

        Not before a turn of an open load: an arrival opens what was closed, with its clock running.
        """
        pump = self._pump
        pump.tally = tally = Tally()
        closed = pump.closed_at_rest()
        connections = len(pump.connections)
        answers = max(self._pace.lead_in(connections), connections if closed else 0)
        if not pump.turn(answers, time.monotonic_ns() + round(self._limit_s() * 1e9)):
            self._server.must_rest(self._order)
        self._led_in += len(tally.latencies_ns)
        self._tally.stale += closed + tally.stale
        self._note_errors(tally)

    def _note_errors(self, tally: Tally) -> None:
        """Errors count wherever they come, though nothing else of ``tally`` does."""
        self._tally.errors.update(tally.errors)
        self._tally.example = self._tally.example or tally.example


def _grown_us(clocks_ns: Sequence[tuple[int | None, int | None]]) -> tuple[int, ...]:
    """What each clock grew by from one edge to the other; empty where one was not read."""
    known = [(begin, end) for begin, end in clocks_ns if begin is not None and end is not None]
    return tuple((end - begin) // 1000 for begin, end in known) if len(known) == len(clocks_ns) else ()


def _steady_part(passed: Sequence[tuple[int, int]]) -> SteadyPart:
    (first, begin_ns), (last, end_ns) = passed[:2]
    return SteadyPart(requests=last - first, span_us=(end_ns - begin_ns) // 1000)
