"""One server of a relay: warmed up, loaded for one turn after the other, and what its turns gave."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from results.model import Turns
from runners.errors import RestlessError
from runners.generator.messages import Leg, Order, SteadyPart
from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.arrivals import TurnSchedules
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.measurement import measured_of, open_load_facts
from runners.generator.window.no_answer import no_right_answer, silent
from runners.generator.window.pace import Pace
from runners.generator.window.trial import DRAIN_S
from runners.generator.window.warm_up import WarmUp, warm_up
from runners.http.address import Endpoint
from scenarios.exchange import Exchange

PACING_ROUNDS = 2
"""Turns of each server before those that count: they tell how many requests fill its first turn."""
LEAST_CYCLES = 1.5
"""A turn has at least so many answers per connection, so that all of a wave is in it."""
PATIENCE, GRACE_S = 8.0, 1.0
"""A turn that takes so many times as long as it should, and so long besides, is dropped: all stood still."""
DROPPED_MOST = 3
"""A server whose turns are dropped so many times in a row leaves the relay."""
LEAST_TURNS = 3
"""A server whose turns are longer than they should be takes fewer of them, but at least so many."""
BUSY_AT_REST = 0.25
"""A server that keeps this share of a CPU busy between its turns leaves the relay: it slows the others."""
BUSY_LOOK_S = 1.0
"""Rest that a server has had, in all, before it is judged by that."""
STARTING_CYCLES = 3
"""A turn is steady once all connections were answered so many times."""


class Runner:
    """One server of a relay: the pump that loads it, and what its turns gave until now."""

    def __init__(
        self, pump: OpenPump, order: Order, exchanges: Sequence[Exchange], *, steady_parts: bool = False
    ) -> None:
        self._pump, self._order, self._times_steady_parts = pump, order, steady_parts
        self._meters = Meters.for_order(order)
        self._schedules = None if order.rate_rps is None else TurnSchedules(order, order.rate_rps)
        """Of the turns of an open load; None: closed load."""
        self._ring = Ring(exchanges, str(Endpoint(order.host, order.port)))
        self._tally = Tally()
        self._spans: list[tuple[Edge, Edge]] = []
        self._counts: list[int] = []
        self._steady_parts: list[SteadyPart | None] = []
        self._rest_cpu_ns: int | None = 0
        self._rest_ns = 0
        self._at_rest: Edge | None = None
        """Since when nothing was asked of it; None before its first turn."""
        self._warm_up: WarmUp | None = None
        self._pace = Pace(turn_s=0.0, least=0)
        self._expected_s = 0.0
        self._dropped = self._dropped_in_a_row = 0
        self.tally = self._tally
        """All that counts."""

    def warm(self, turn_s: float) -> None:
        """Warm the server up, let it rest, and find how many answers fill a turn of ``turn_s``."""
        pump, order = self._pump, self._order
        address = Address.resolve(order.host, order.port)
        pump.aim(address, self._ring, timeout_s=order.deadline_s, reuse=order.reuse)
        self._warm_up = warm_up(pump, order, self._ring, None, lambda _: None)
        self._must_rest()
        self._pace = Pace(turn_s=turn_s, least=math.ceil(LEAST_CYCLES * len(pump.connections)))
        if self._schedules is None:
            self._take_first_turns()
        self._expected_s = self._pace.expected_s

    def _take_first_turns(self) -> None:
        """Find how many answers fill a turn."""
        pump = self._pump
        for _ in range(PACING_ROUNDS):
            begun_ns = time.monotonic_ns()
            pump.tally = Tally()
            if not pump.turn(self._pace.answers, begun_ns + round(self._limit_s() * 1e9)):
                self._must_rest()
            self._pace.begin(len(pump.tally.latencies_ns), (time.monotonic_ns() - begun_ns) / 1e9)

    def is_due(self, number: int, rounds: int, turn_s: float) -> bool:
        """Whether it takes its turn in round ``number``: seldom where they are longer than ``turn_s``."""
        longer = round(self._expected_s / turn_s)
        return number % max(1, min(longer, rounds // LEAST_TURNS)) == 0

    def turn(self) -> None:
        """Take one turn; raises LoadError where the server does not come to rest again.

        RestlessError where it never rests, or starts or loses a process.
        """
        pump = self._pump
        begin = self._meters.read(pump)
        self._note_rest(begin)
        if self._reopen():
            begin = self._meters.read(pump)
        begin = replace(begin, at_ns=time.monotonic_ns())  # nothing is under way while clocks are read
        pump.tally = tally = Tally()
        until_ns = begin.at_ns + round(self._limit_s() * 1e9)
        whole, steady = self._load(begin.at_ns, until_ns)
        end = self._meters.read(pump)
        self._must_keep_processes(begin, end)
        if whole and end.at_ns <= until_ns:  # the last answers may lie behind a standstill of everything
            self._tally.merge(tally)
            self._tally.fold_surplus()
            self._spans.append((begin, end))
            self._counts.append(len(tally.latencies_ns))
            if self._times_steady_parts:
                self._steady_parts.append(steady)
            self._dropped_in_a_row, self._at_rest = 0, end
            self._pace.note(self._counts[-1], (end.at_ns - begin.at_ns) / 1e9)
            return
        self._tally.errors.update(tally.errors)
        self._tally.example = self._tally.example or tally.example
        self._must_rest()
        self._at_rest = self._meters.read(pump)
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
        noted = _steady_answers(answers, len(self._pump.connections)) if self._times_steady_parts else ()
        whole = self._pump.turn(answers, until_ns, noted)
        return whole, _steady_part(self._pump.passed) if noted and whole else None

    def release(self) -> None:
        """Close all connections, once what is under way is answered."""
        self._pump.tally = Tally()
        self._pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))
        self._pump.release()

    def leg(self, begun_ns: int) -> Leg:
        """All turns; offsets are from ``begun_ns``. Raises LoadError where no turn counts."""
        if self._warm_up is None or not self._tally.right:
            raise no_right_answer(self._order, self._tally, "no turn was over")
        cpu_us = _grown_us([(begin.server_cpu_ns, end.server_cpu_ns) for begin, end in self._spans])
        delay_us = _grown_us([(begin.own_delay_ns, end.own_delay_ns) for begin, end in self._spans])
        measured = measured_of(self._warm_up, self._tally, self._spans, self._meters)
        if self._schedules is not None:
            measured = replace(measured, **open_load_facts(self._tally))
            return Leg(measured=measured, windows=len(self._spans))
        turns = Turns(
            begun_us=tuple((begin.at_ns - begun_ns) // 1000 for begin, _ in self._spans),
            span_us=tuple((end.at_ns - begin.at_ns) // 1000 for begin, end in self._spans),
            requests=tuple(self._counts),
            cpu_us=cpu_us,
            generator_delay_us=delay_us,
            rest_cpu_us=None if self._rest_cpu_ns is None else self._rest_cpu_ns // 1000,
            dropped=self._dropped,
        )
        return Leg(measured=measured, turns=turns, steady_parts=tuple(self._steady_parts))

    def _limit_s(self) -> float:
        return GRACE_S + PATIENCE * self._pace.expected_s

    def _reopen(self) -> bool:
        """Open connections again that the server closed while they rested, outside of what counts.

        Whether there were any.
        """
        pump = self._pump
        if self._schedules is not None:
            return False  # an arrival opens a connection that was closed, with its clock running
        if closed := pump.closed_at_rest():
            pump.tally = Tally()
            if not pump.turn(len(pump.connections), time.monotonic_ns() + round(self._limit_s() * 1e9)):
                self._must_rest()
            self._tally.stale += closed
        return closed > 0

    def _note_rest(self, begin: Edge) -> None:
        """Add the CPU that the server used since its turn before; raises RestlessError where too much."""
        end = self._at_rest
        if end is None:
            return
        self._must_keep_processes(end, begin)
        self._rest_ns += begin.at_ns - end.at_ns
        if begin.server_cpu_ns is None or end.server_cpu_ns is None or self._rest_cpu_ns is None:
            self._rest_cpu_ns = None
            return
        self._rest_cpu_ns += begin.server_cpu_ns - end.server_cpu_ns
        busy = self._rest_cpu_ns / max(self._rest_ns, 1)
        if self._rest_ns > BUSY_LOOK_S * 1e9 and busy > BUSY_AT_REST:
            raise RestlessError(
                f"the server kept {busy:.0%} of a CPU busy while it was asked nothing",
                remedy="look for a thread or a timer of its own that never rests",
            )

    @staticmethod
    def _must_keep_processes(before: Edge, after: Edge) -> None:
        """Raise RestlessError where the server started or lost a process: what it used is not known then."""
        started, lost = len(after.pids - before.pids), len(before.pids - after.pids)
        if started or lost:
            raise RestlessError(
                f"the server started {started} and lost {lost} processes while it took turns",
                remedy="look in its log for workers that were restarted; --heat 1 measures it on its own",
            )

    def _must_rest(self) -> None:
        """Wait until all is answered; raises LoadError where it is not."""
        self._pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))
        waiting, _ = self._pump.in_flight(time.monotonic_ns())
        if waiting:
            raise silent(
                self._order, self._pump.tally, f"{waiting} requests had no answer {DRAIN_S:g} s after a turn"
            )


def _grown_us(clocks_ns: Sequence[tuple[int | None, int | None]]) -> tuple[int, ...]:
    """What each clock grew by from one edge to the other; empty where one was not read."""
    known = [(begin, end) for begin, end in clocks_ns if begin is not None and end is not None]
    return tuple((end - begin) // 1000 for begin, end in known) if len(known) == len(clocks_ns) else ()


def _steady_answers(answers: int, connections: int) -> tuple[int, ...]:
    """Right answers at which the steady part of a turn begins and ends; none where it has none.

    Whole cycles lie between them, as answers come in waves; the last answers, with none sent behind them,
    are no part of it.
    """
    cycles = answers // connections - 1 - STARTING_CYCLES
    begin = STARTING_CYCLES * connections
    return (begin, begin + cycles * connections) if cycles > 0 else ()


def _steady_part(passed: Sequence[tuple[int, int]]) -> SteadyPart:
    (first, begin_ns), (last, end_ns) = passed[:2]
    return SteadyPart(requests=last - first, span_us=(end_ns - begin_ns) // 1000)
