"""Several generators as one: a Locust master that takes the harness's orders and has its workers share them.

``python -m runners.generator.master --channel FD --listen HOST:PORT --workers N`` answers as
``runners.generator.process`` does. Trials are driven by messages of our own over Locust's connections, since
Locust's states lag by seconds; a trial without a record of every worker is invalid.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerNode

from runners.errors import LoadError
from runners.generator import process, shares
from runners.generator.messages import Failed, Measured, Order, Ready, from_line
from runners.generator.shares import (
    Assignment,
    Clock,
    Hello,
    Refused,
    ShareMeasured,
    ShareResult,
    TrialSignal,
    from_data,
)
from runners.http.address import Endpoint

POLL_S = 0.005
PINGS = 3
CLOCK_S = 5.0
LEAD_NS = 150_000_000
"""From GO to the begin of the windows: a pump listens every 25 ms only."""
SPARE_S = 30.0
"""What an answer may take beyond what the order itself asks for."""
AGAIN_SHARE = 0.1
"""Of that patience, for workers that did not come when they were awaited the last time."""
LIVENESS = 3
"""Missing heartbeats that Locust forgives."""


class Master:
    """The workers of a run, and one trial at a time by all of them."""

    def __init__(self, runner: MasterRunner, expected: int, *, patience_s: float) -> None:
        """``patience_s``: so late may workers come, at first and after one was lost."""
        self._runner = runner
        self._expected = expected
        self._patience_s = patience_s
        self._identity = shares.identity()
        self._in_vain = False
        """Whether not all came the last time."""
        self._refused = ""
        """Why the last one was."""
        self._members: dict[str, Hello] = {}
        """Workers that were welcomed, by Locust's id."""
        self._names: dict[str, str] = {}
        self._clocks: dict[str, tuple[int, int]] = {}
        """(round trip, the worker's clock ahead of ours), ns, of the quickest answer."""
        self._answers: dict[str, int] = {}
        """Clock answers heard in this trial."""
        self._trial = 0
        self._warm: set[str] = set()
        self._records: dict[str, ShareResult] = {}
        for kind, listener in (
            (shares.HELLO, self._greet),
            (shares.CLOCK, self._hear_clock),
            (shares.WARM, self._hear_warm),
            (shares.RECORD, self._hear_record),
        ):
            runner.register_message(kind, listener)

    def obey(self, order: Order) -> Measured | Failed:
        """Have all workers measure ``order`` together."""
        self._trial += 1
        self._warm.clear()
        self._records.clear()
        try:
            return self._measure(order)
        except LoadError as error:
            self._tell_all(shares.CANCEL, asdict(TrialSignal(trial=self._trial)))
            return Failed(message=error.message, remedy=error.remedy)

    def end(self) -> None:
        """Let the workers go."""
        self._tell_all(shares.END, {})
        self._runner.quit()

    # A trial.

    def _measure(self, order: Order) -> Measured:
        workers = self._gathered()
        self._bring(order.connections, workers)
        self._compare_clocks(workers)
        users = [self._runner.clients[worker].user_count for worker in workers]
        local = [self._members[worker].machine == shares.this_machine() for worker in workers]
        reader = local.index(True) if True in local else None
        warm_s = order.warmup_s + 2 * order.deadline_s + SPARE_S
        for worker, share in zip(workers, shares.shares(order, users, reader), strict=True):
            assignment = Assignment(trial=self._trial, order=share, patience_s=warm_s)
            self._runner.send_message(shares.TRIAL, asdict(assignment), client_id=worker)
        self._await(workers, lambda worker: worker in self._warm, warm_s, "its load settled")
        self._go(order, workers)
        self._await(
            workers,
            lambda worker: worker in self._records,
            order.window_s + order.deadline_s + SPARE_S,
            "its record came",
        )
        merged = shares.merge([self._part(worker) for worker in workers])
        return merged if all(local) else shares.without_foreign(merged)

    def _gathered(self) -> list[str]:
        """All workers of the run; raises LoadError where some do not come."""
        patience_s = self._patience_s * (AGAIN_SHARE if self._in_vain else 1)
        deadline_s = time.monotonic() + patience_s
        while len(alive := self._alive()) < self._expected:
            if time.monotonic() > deadline_s:
                self._in_vain = True
                refused = f"; refused: {self._refused}" if self._refused else ""
                raise LoadError(
                    f"{len(alive)} of {self._expected} generators came within {patience_s:.0f} s{refused}",
                    remedy="start `hotlap worker` on every further machine, and look at what it prints",
                )
            gevent.sleep(POLL_S)
        self._in_vain = False
        return alive

    def _alive(self) -> list[str]:
        """Members that are there, in the order of their numbers; others are forgotten."""
        for worker in [worker for worker in self._members if self._is_gone(worker)]:
            del self._members[worker]
            if worker in self._runner.clients:
                del self._runner.clients[worker]
        return sorted(self._members, key=lambda worker: self._names[worker])

    def _is_gone(self, worker: str) -> bool:
        client = self._runner.clients.get(worker)
        return client is None or client.state == STATE_MISSING

    def _bring(self, connections: int, workers: list[str]) -> None:
        """Have Locust give every worker its share of users, unless they have it from the last trial."""
        count = len(workers)
        if connections < count:
            raise LoadError(
                f"{connections} connections cannot be shared by {count} generators",
                remedy="ask for more connections or fewer generators",
            )
        clients = self._runner.clients
        for stranger in [each for each in clients if each not in workers]:
            del clients[stranger]  # it said no hello: Locust would give it users

        def brought() -> bool:
            users = [clients[worker].user_count for worker in workers if worker in clients]
            return sum(users) == connections and min(users) >= connections // count

        if not brought():
            # A dispatcher of its own each time: it shares among those who are here now, and a worker
            # that comes within the trial is given no user of theirs.
            self._runner._users_dispatcher = None  # noqa: SLF001
            self._runner.start(connections, spawn_rate=max(connections, self._runner.user_count))
            self._runner._users_dispatcher = None  # noqa: SLF001
        deadline_s = time.monotonic() + process.SPAWN_S
        while not brought():
            self._must_all_live(workers)
            if time.monotonic() > deadline_s:
                raise LoadError(
                    f"Locust did not bring {connections} users within {process.SPAWN_S:.0f} s",
                    remedy="ask for fewer connections",
                )
            gevent.sleep(POLL_S)

    def _compare_clocks(self, workers: list[str]) -> None:
        """Learn how far each worker's clock is from ours, half a round trip at most wrong."""
        self._clocks.clear()
        self._answers = dict.fromkeys(workers, 0)
        for ping in range(1, PINGS + 1):
            for worker in workers:
                asked = Clock(asked_ns=time.monotonic_ns())
                self._runner.send_message(shares.CLOCK, asdict(asked), client_id=worker)
            self._await(
                workers,
                partial(self._has_told, ping),
                CLOCK_S,
                "it told its time",
            )

    def _has_told(self, times: int, worker: str) -> bool:
        return self._answers[worker] >= times

    def _go(self, order: Order, workers: list[str]) -> None:
        """Name the instant at which all windows begin; constant arrivals fall between each other."""
        begin_ns = time.monotonic_ns() + LEAD_NS + 2 * max(trip for trip, _ in self._clocks.values())
        constant = order.rate_rps is not None and order.arrivals == "constant"
        stagger_ns = 1e9 / order.rate_rps if constant and order.rate_rps else 0.0
        for number, worker in enumerate(workers):
            stage = TrialSignal(
                trial=self._trial, begin_ns=begin_ns + self._clocks[worker][1] + round(number * stagger_ns)
            )
            self._runner.send_message(shares.GO, asdict(stage), client_id=worker)

    def _await(self, workers: list[str], done: Callable[[str], bool], within_s: float, what: str) -> None:
        """Wait until all are ``done``; raises LoadError where one fails, is lost, or is late."""
        deadline_s = time.monotonic() + within_s
        while missing := [worker for worker in workers if not done(worker)]:
            self._must_all_live(missing)
            for worker, record in self._records.items():
                if record.message:
                    raise LoadError(f"{self._names[worker]}: {record.message}", remedy=record.remedy)
            if time.monotonic() > deadline_s:
                late = shares.names(self._names[worker] for worker in missing)
                raise LoadError(
                    f"invalid: {within_s:.0f} s passed before {what}: {late}",
                    remedy="look at that generator's machine and its output",
                )
            gevent.sleep(POLL_S)
        for worker, record in self._records.items():
            if record.message:
                raise LoadError(f"{self._names[worker]}: {record.message}", remedy=record.remedy)

    def _must_all_live(self, workers: list[str]) -> None:
        lost = [worker for worker in workers if self._is_gone(worker)]
        if lost:
            who = shares.names(self._names[worker] for worker in lost)
            raise LoadError(
                f"invalid: {who} disappeared within the trial, and the others' load alone is another one",
                remedy="look at that generator's machine; a new `hotlap worker` may take its place",
            )

    def _part(self, worker: str) -> ShareMeasured:
        record = self._records[worker]
        if record.measured is None:
            raise LoadError(f"{self._names[worker]} sent neither a measurement nor why there is none")
        return ShareMeasured(
            worker=self._names[worker],
            measured=record.measured,
            begun_ns=record.begun_ns - self._clocks[worker][1],
        )

    # What workers say.

    def _greet(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        worker, hello = str(msg.node_id), from_data(Hello, msg.data)
        refused = self._refusal(worker, hello)
        if refused is not None:
            self._refused = refused.message
            self._runner.send_message(shares.REFUSED, asdict(refused), client_id=worker)
            if worker in self._runner.clients:
                del self._runner.clients[worker]
            return
        if worker not in self._runner.clients:
            self._runner.clients[worker] = WorkerNode(worker, heartbeat_liveness=LIVENESS)
        taken = {self._names[member] for member in self._members}
        number = next(n for n in range(1, self._expected + 1) if not _is_number(n, taken))
        where = "this" if hello.machine == shares.this_machine() else "another"
        self._names[worker] = f"generator {number} of {self._expected} (pid {hello.pid}, {where} machine)"
        self._members[worker] = hello
        self._runner.send_message(shares.WELCOME, {}, client_id=worker)

    def _refusal(self, worker: str, hello: Hello) -> Refused | None:
        if hello.identity != self._identity:
            return Refused(
                message=f"this worker is hotlap {hello.identity}, and the run's is {self._identity}",
                remedy="install the same version, from the same sources, on all machines",
            )
        if worker not in self._members and len(self._alive()) >= self._expected:
            return Refused(
                message=f"the run has its {self._expected} generators",
                remedy="start the run with a larger --join",
            )
        return None

    def _hear_clock(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002
        now_ns, clock, worker = time.monotonic_ns(), from_data(Clock, msg.data), str(msg.node_id)
        heard = (now_ns - clock.asked_ns, clock.at_ns - (clock.asked_ns + now_ns) // 2)
        self._clocks[worker] = min(heard, self._clocks.get(worker, heard))
        self._answers[worker] = self._answers.get(worker, 0) + 1

    def _hear_warm(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002
        if from_data(TrialSignal, msg.data).trial == self._trial:
            self._warm.add(str(msg.node_id))

    def _hear_record(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002
        record = from_data(ShareResult, msg.data)
        if record.trial == self._trial:
            self._records[str(msg.node_id)] = record

    def _tell_all(self, kind: str, data: dict[str, Any]) -> None:
        for worker in self._members:
            self._runner.send_message(kind, data, client_id=worker)


def _is_number(number: int, names: set[str]) -> bool:
    return any(name.startswith(f"generator {number} of ") for name in names)


def main() -> None:
    """Take orders until the channel is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True, help="descriptor of a socket")
    parser.add_argument("--listen", type=Endpoint.parse, required=True, metavar="HOST:PORT")
    parser.add_argument("--workers", type=int, required=True, help="how many make the load together")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for them")
    given = parser.parse_args()
    logging.getLogger("locust").setLevel(logging.ERROR)
    environment = Environment(user_classes=[process.ConnectionUser])
    runner = environment.create_master_runner(given.listen.host, given.listen.port)
    master = Master(runner, given.workers, patience_s=given.patience)
    with socket.socket(fileno=given.channel) as channel, channel.makefile("rwb") as lines:
        process.say(lines, Ready(pid=os.getpid()))
        for line in lines:
            order = from_line(line)
            if isinstance(order, Order):
                process.say(lines, master.obey(order))
    master.end()
    os._exit(0)


gevent.get_hub().loop.update_now()  # imports took long: timers set from here on count from now

if __name__ == "__main__":
    main()
