"""One generator of several: a Locust worker that measures its share of every trial its master announces.

``python -m runners.generator.worker --master HOST:PORT`` takes part until the master ends. It is what
``hotlap worker`` starts, and what ``hotlap run --generators N`` starts N times.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NoReturn

import gevent
from gevent.queue import Empty, Queue
from locust.env import Environment
from locust.runners import WorkerRunner

from runners.errors import LoadError
from runners.generator import process, shares
from runners.generator.pump.pump import Pump
from runners.generator.shares import Assignment, Clock, Hello, Refused, ShareResult, TrialSignal, from_data
from runners.generator.window.trial import measure
from runners.http.address import Endpoint

STEP_NS = 5_000_000
"""A worker that waits for the others looks for their start this often, under load."""
JOIN_S = 10.0
"""A master that is there answers within this."""
LOST_S = 20.0
"""Locust's master sends a heartbeat every second."""


class _CancelledError(LoadError):
    """The trial was given up elsewhere: nobody waits for a record."""


class Worker:
    """A worker that has joined; ``work`` returns when the master ends."""

    def __init__(self, runner: WorkerRunner) -> None:
        self._runner = runner
        self._orders: Queue[Assignment] = Queue()
        self._greeted: Queue[Refused | None] = Queue()
        self._stages: dict[int, TrialSignal | None] = {}
        """By trial: the instant to begin at, or None: it is cancelled."""
        self._ended = False
        for kind, listener in (
            (shares.WELCOME, lambda _: self._greeted.put(None)),
            (shares.REFUSED, lambda data: self._greeted.put(from_data(Refused, data))),
            (shares.CLOCK, self._tell_time),
            (shares.TRIAL, lambda data: self._orders.put(from_data(Assignment, data))),
            (shares.GO, self._go),
            (shares.CANCEL, self._cancel),
            (shares.END, self._end),
        ):
            runner.register_message(kind, _hearing(listener))

    def join(self) -> None:
        """Introduce this worker; raises LoadError where the master refuses it or does not answer."""
        hello = Hello(identity=shares.identity(), pid=os.getpid(), machine=shares.this_machine())
        self._runner.send_message(shares.HELLO, asdict(hello))
        try:
            refused = self._greeted.get(timeout=JOIN_S)
        except Empty:
            raise LoadError(
                f"the master did not answer within {JOIN_S:.0f} s",
                remedy="is it `hotlap run --join`, of this version, and not Locust's own?",
            ) from None
        if refused is not None:
            raise LoadError(refused.message, remedy=refused.remedy)

    def work(self) -> None:
        """Measure what is ordered until the master ends; raises LoadError where it vanishes."""
        while not self._ended:
            try:
                assignment = self._orders.get(timeout=0.5)
            except Empty:
                self._must_have_a_master()
            else:
                record = self._measure(assignment)
                if record is not None:
                    self._runner.send_message(shares.RECORD, asdict(record))
                self._stages.pop(assignment.trial, None)

    def _measure(self, assignment: Assignment) -> ShareResult | None:
        trial, order = assignment.trial, assignment.order
        try:
            exchanges = process.exchanges_of(order.scenario, order.seed)
            process.wait_for_users(order.connections)
            outcome = measure(process.PUMP, order, exchanges, meet=lambda pump: self._meet(pump, assignment))
        except _CancelledError:
            return None
        except LoadError as error:
            return ShareResult(trial=trial, message=error.message, remedy=error.remedy)
        except OSError as error:
            return ShareResult(trial=trial, message=f"{order.host}:{order.port}: {error}")
        process.tell(self._runner.stats, exchanges, order.scenario, outcome.tally)
        return ShareResult(trial=trial, measured=outcome.measured, begun_ns=outcome.begun_ns)

    def _meet(self, pump: Pump, assignment: Assignment) -> None:
        """Keep the load up until the instant at which all windows begin."""
        trial = assignment.trial
        self._runner.send_message(shares.WARM, asdict(TrialSignal(trial=trial)))
        deadline_ns = time.monotonic_ns() + round(assignment.patience_s * 1e9)
        while trial not in self._stages:
            if time.monotonic_ns() > deadline_ns:
                raise LoadError(f"the other generators were not ready in {assignment.patience_s:.0f} s")
            pump.drive(time.monotonic_ns() + STEP_NS)
        stage = self._stages[trial]
        if stage is None:
            raise _CancelledError("another generator failed")
        pump.drive(stage.begin_ns)

    def _tell_time(self, data: object) -> None:
        asked_ns = from_data(Clock, data).asked_ns
        answer = Clock(asked_ns=asked_ns, at_ns=time.monotonic_ns())
        self._runner.send_message(shares.CLOCK, asdict(answer))

    def _go(self, data: object) -> None:
        stage = from_data(TrialSignal, data)
        self._stages.setdefault(stage.trial, stage)

    def _cancel(self, data: object) -> None:
        self._stages[from_data(TrialSignal, data).trial] = None

    def _end(self, _data: object) -> None:
        self._ended = True

    def _must_have_a_master(self) -> None:
        heard = self._runner.last_heartbeat_timestamp
        if heard is not None and time.time() - heard > LOST_S:
            raise LoadError(
                f"nothing heard from the master for {LOST_S:.0f} s",
                remedy="the run ended, or the network did: join the next one",
            )


def _hearing(listener: Callable[[object], None]) -> Callable[..., None]:
    """``listener`` of a message's data, as Locust calls it."""

    def hear(msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
        listener(msg.data)

    return hear


def main() -> NoReturn:
    """Join a master and work for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--master", required=True, type=Endpoint.parse, metavar="HOST:PORT")
    parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for the master")
    given = parser.parse_args()
    logging.getLogger("locust").setLevel(logging.ERROR)
    try:
        _take_part(given.master, given.wait)
    except LoadError as error:
        _leave(3, f"hotlap: {error.message}\n" + (f"  try: {error.remedy}\n" if error.remedy else ""))
    except KeyboardInterrupt:
        _leave(130, "")
    _leave(0, "")


def _leave(status: int, words: str) -> NoReturn:
    """End without what Locust does at the end of its own processes."""
    sys.stderr.write(words)
    sys.stderr.flush()
    os._exit(status)


def _take_part(master: Endpoint, wait_s: float) -> None:
    _must_listen(master, wait_s)
    environment = Environment(user_classes=[process.ConnectionUser])
    runner: Any = None
    with gevent.Timeout(JOIN_S, False):  # noqa: FBT003 - gevent's way to say: do not raise
        runner = environment.create_worker_runner(master.host, master.port)
    if runner is None:
        raise LoadError(
            f"what listens on {master} is no Locust master",
            remedy="name the address that `hotlap run --join` printed",
        )
    worker = Worker(runner)
    worker.join()
    sys.stderr.write(f"joined {master} as pid {os.getpid()}; Ctrl-C leaves\n")
    worker.work()


def _must_listen(master: Endpoint, wait_s: float) -> None:
    """Wait for somebody to listen; raises LoadError where nobody does."""
    deadline_s = time.monotonic() + wait_s
    while True:
        try:
            socket.create_connection((master.host, master.port), timeout=max(wait_s, 1)).close()
        except OSError as error:
            if time.monotonic() >= deadline_s:
                raise LoadError(
                    f"no master on {master} within {wait_s:g} s: {error}",
                    remedy="start `hotlap run --join N --listen HOST:PORT` there; is a firewall between?",
                ) from error
            gevent.sleep(0.2)
        else:
            return


gevent.get_hub().loop.update_now()  # imports took long: timers set from here on count from now

if __name__ == "__main__":
    main()
