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
from locust.runners import MasterRunner

from results.model import Arrivals
from runners.errors import LoadError
from runners.generator import shares
from runners.generator import worker_messages as messages
from runners.generator.locust_users import SPAWN_S, ConnectionUser
from runners.generator.members import Members
from runners.generator.messages import Failed, Measured, Order, Ready, from_line, write
from runners.generator.shares import ShareMeasured
from runners.generator.window.warm_up import longest_s
from runners.generator.worker_clocks import WorkerClocks
from runners.generator.worker_messages import Assignment, Clock, ShareResult, TrialSignal, from_data
from runners.http.address import Endpoint

WORKERS_POLL_S = 0.005
"""While workers are waited for, the master looks at them this often."""
PINGS = 3
"""Times that each worker is asked for its clock in a trial."""
CLOCK_S = 5.0
"""Within this a worker answers a question for its clock."""
LEAD_NS = 150_000_000
"""From GO to the begin of the windows: a pump listens every 25 ms only."""
SPARE_S = 30.0
"""A worker may take this much longer than its order asks for."""
AGAIN_SHARE = 0.1
"""Share of the usual patience for workers that did not come when they were last waited for."""


class Master:
    """Has all workers of a run measure together, one trial at a time."""

    def __init__(self, runner: MasterRunner, expected: int, *, patience_s: float) -> None:
        """``patience_s``: so late may workers come, at first and after one was lost."""
        self._runner = runner
        self._members = Members(runner, expected)
        self._patience_s = patience_s
        self._all_came = True
        """Whether all workers came when they were last waited for."""
        self._clocks = WorkerClocks()
        self._trial = 0
        self._settled: set[str] = set()
        """Workers whose load has settled in this trial."""
        self._results: dict[str, ShareResult] = {}
        """Results of this trial by worker."""
        for kind, listener in (
            (messages.CLOCK, self._take_clock),
            (messages.WARM, self._take_warm),
            (messages.RECORD, self._take_result),
        ):
            runner.register_message(kind, listener)

    def measure(self, order: Order) -> Measured | Failed:
        """Have all workers measure ``order`` together."""
        self._trial += 1
        self._settled.clear()
        self._results.clear()
        try:
            return self._measure(order)
        except LoadError as error:
            self._members.send(messages.CANCEL, asdict(TrialSignal(trial=self._trial)))
            return Failed(message=error.message, remedy=error.remedy)

    def end(self) -> None:
        """Let the workers go."""
        self._members.send(messages.END, {})
        self._runner.quit()

    def _measure(self, order: Order) -> Measured:
        workers = self._gather()
        self._spawn_users(order.connections, workers)
        self._compare_clocks(workers)
        users = [self._runner.clients[worker].user_count for worker in workers]
        local = [self._members.is_local(worker) for worker in workers]
        reader = local.index(True) if True in local else None
        warm_s = longest_s(order) + SPARE_S
        for worker, share in zip(workers, shares.split(order, users, reader), strict=True):
            assignment = Assignment(trial=self._trial, order=share, patience_s=warm_s)
            self._runner.send_message(messages.TRIAL, asdict(assignment), client_id=worker)
        self._wait(workers, lambda worker: worker in self._settled, warm_s, "its load settled")
        self._go(order, workers)
        window_s = order.window_s + order.deadline_s + SPARE_S
        self._wait(workers, lambda worker: worker in self._results, window_s, "its record came")
        merged = shares.merge([self._share_of(worker) for worker in workers])
        return merged if all(local) else shares.without_foreign(merged)

    def _gather(self) -> list[str]:
        """Wait for all workers of the run; raises LoadError where some do not come."""
        patience_s = self._patience_s * (1 if self._all_came else AGAIN_SHARE)
        deadline_s, expected = time.monotonic() + patience_s, self._members.expected
        while len(alive := self._members.alive()) < expected:
            if time.monotonic() > deadline_s:
                self._all_came = False
                refusal = self._members.last_refusal
                raise LoadError(
                    f"{len(alive)} of {expected} generators came within {patience_s:.0f} s"
                    + (f"; refused: {refusal}" if refusal else ""),
                    remedy="start `hotlap worker` on every further machine, and look at what it prints",
                )
            gevent.sleep(WORKERS_POLL_S)
        self._all_came = True
        return alive

    def _spawn_users(self, connections: int, workers: list[str]) -> None:
        """Have Locust give every worker its share of users, unless they have it from the last trial."""
        count = len(workers)
        if connections < count:
            raise LoadError(
                f"{connections} connections cannot be shared by {count} generators",
                remedy="ask for more connections or fewer generators",
            )
        clients = self._runner.clients
        self._members.drop_others()

        def spawned() -> bool:
            users = [clients[worker].user_count for worker in workers if worker in clients]
            return sum(users) == connections and min(users) >= connections // count

        if not spawned():
            # A dispatcher of its own each time: it shares among those who are here now, and a worker
            # that comes within the trial is given no user of theirs.
            self._runner._users_dispatcher = None  # noqa: SLF001
            self._runner.start(connections, spawn_rate=max(connections, self._runner.user_count))
            self._runner._users_dispatcher = None  # noqa: SLF001
        deadline_s = time.monotonic() + SPAWN_S
        while not spawned():
            self._members.require_alive(workers)
            if time.monotonic() > deadline_s:
                raise LoadError(
                    f"Locust did not bring {connections} users within {SPAWN_S:.0f} s",
                    remedy="ask for fewer connections",
                )
            gevent.sleep(WORKERS_POLL_S)

    def _compare_clocks(self, workers: list[str]) -> None:
        """Learn how far each worker's clock is ahead of ours."""
        clocks = self._clocks = WorkerClocks(workers)
        for ping in range(1, PINGS + 1):
            for worker in workers:
                question = Clock(asked_ns=time.monotonic_ns())
                self._runner.send_message(messages.CLOCK, asdict(question), client_id=worker)
            self._wait(workers, partial(clocks.has_answered, ping), CLOCK_S, "it told its time")

    def _go(self, order: Order, workers: list[str]) -> None:
        """Name the instant at which all windows begin; constant arrivals of one fall between the others'."""
        begin_ns = time.monotonic_ns() + LEAD_NS + 2 * self._clocks.longest_trip_ns()
        constant = order.rate_rps is not None and order.arrivals == Arrivals.CONSTANT
        stagger_ns = 1e9 / order.rate_rps if constant and order.rate_rps else 0.0
        for number, worker in enumerate(workers):
            own_begin_ns = begin_ns + self._clocks.ahead_ns(worker) + round(number * stagger_ns)
            signal = TrialSignal(trial=self._trial, begin_ns=own_begin_ns)
            self._runner.send_message(messages.GO, asdict(signal), client_id=worker)

    def _wait(self, workers: list[str], done: Callable[[str], bool], within_s: float, what: str) -> None:
        """Wait until all are ``done``; raises LoadError where one fails, is lost, or is late."""
        deadline_s = time.monotonic() + within_s
        while missing := [worker for worker in workers if not done(worker)]:
            self._members.require_alive(missing)
            self._require_no_failure()
            if time.monotonic() > deadline_s:
                raise LoadError(
                    f"invalid: {within_s:.0f} s passed before {what}: {self._members.names(missing)}",
                    remedy="look at that generator's machine and its output",
                )
            gevent.sleep(WORKERS_POLL_S)
        self._require_no_failure()

    def _require_no_failure(self) -> None:
        for worker, result in self._results.items():
            if result.message:
                raise LoadError(f"{self._members.name(worker)}: {result.message}", remedy=result.remedy)

    def _share_of(self, worker: str) -> ShareMeasured:
        result = self._results[worker]
        if result.measured is None:
            raise LoadError(f"{self._members.name(worker)} sent neither a measurement nor why there is none")
        return ShareMeasured(
            worker=self._members.name(worker),
            measured=result.measured,
            begun_ns=result.begun_ns - self._clocks.ahead_ns(worker),
        )

    def _take_clock(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        now_ns = time.monotonic_ns()
        self._clocks.take(str(msg.node_id), from_data(Clock, msg.data), now_ns)

    def _take_warm(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002
        if from_data(TrialSignal, msg.data).trial == self._trial:
            self._settled.add(str(msg.node_id))

    def _take_result(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002
        result = from_data(ShareResult, msg.data)
        if result.trial == self._trial:
            self._results[str(msg.node_id)] = result


def main() -> None:
    """Take orders until the channel is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True, help="descriptor of a socket")
    parser.add_argument("--listen", type=Endpoint.parse, required=True, metavar="HOST:PORT")
    parser.add_argument("--workers", type=int, required=True, help="how many make the load together")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for them")
    options = parser.parse_args()
    logging.getLogger("locust").setLevel(logging.ERROR)
    environment = Environment(user_classes=[ConnectionUser])
    runner = environment.create_master_runner(options.listen.host, options.listen.port)
    master = Master(runner, options.workers, patience_s=options.patience)
    with socket.socket(fileno=options.channel) as channel, channel.makefile("rwb") as lines:
        write(lines, Ready(pid=os.getpid()))
        for line in lines:
            order = from_line(line)
            if isinstance(order, Order):
                write(lines, master.measure(order))
    master.end()
    os._exit(0)


gevent.get_hub().loop.update_now()  # imports took long: timers set from here on count from now

if __name__ == "__main__":
    main()
