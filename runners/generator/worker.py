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
from runners.generator import worker_messages as messages
from runners.generator.identity import identity, this_machine
from runners.generator.locust_users import PUMP, ConnectionUser, add_to_statistics, wait_for_users
from runners.generator.pump.pump import Pump
from runners.generator.window.trial import measure
from runners.generator.window.warm_up import STEP_NS
from runners.generator.worker_messages import (
    Assignment,
    Clock,
    Hello,
    Refused,
    ShareResult,
    TrialSignal,
    from_data,
)
from runners.http.address import Endpoint
from scenarios.catalogue import exchanges_of

GREETING_S = 10.0
"""A master that is there answers the first message within this."""
LOST_S = 20.0
"""A master that was not heard from for so long is gone; it sends a heartbeat every second."""


class _CancelledError(LoadError):
    """The trial was given up elsewhere: nobody waits for its result."""


class Worker:
    """A worker that has joined; ``work`` returns when the master ends."""

    def __init__(self, runner: WorkerRunner) -> None:
        self._runner = runner
        self._orders: Queue[Assignment] = Queue()
        self._greeted: Queue[Refused | None] = Queue()
        self._signals: dict[int, TrialSignal | None] = {}
        """By trial: when its window begins; None: the trial is cancelled."""
        self._ended = False
        for kind, listener in (
            (messages.WELCOME, lambda _: self._greeted.put(None)),
            (messages.REFUSED, lambda data: self._greeted.put(from_data(Refused, data))),
            (messages.CLOCK, self._answer_clock),
            (messages.TRIAL, lambda data: self._orders.put(from_data(Assignment, data))),
            (messages.GO, self._go),
            (messages.CANCEL, self._cancel),
            (messages.END, self._end),
        ):
            runner.register_message(kind, _for_locust(listener))

    def join(self) -> None:
        """Introduce this worker; raises LoadError where the master refuses it or does not answer."""
        hello = Hello(identity=identity(), pid=os.getpid(), machine=this_machine())
        self._runner.send_message(messages.HELLO, asdict(hello))
        try:
            refused = self._greeted.get(timeout=GREETING_S)
        except Empty:
            raise LoadError(
                f"the master did not answer within {GREETING_S:.0f} s",
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
                self._require_master()
            else:
                result = self._measure(assignment)
                if result is not None:
                    self._runner.send_message(messages.RECORD, asdict(result))
                self._signals.pop(assignment.trial, None)

    def _measure(self, assignment: Assignment) -> ShareResult | None:
        trial, order = assignment.trial, assignment.order
        try:
            exchanges = exchanges_of(order.scenario, order.seed)
            wait_for_users(order.connections)
            outcome = measure(PUMP, order, exchanges, meet=lambda pump: self._meet(pump, assignment))
        except _CancelledError:
            return None
        except LoadError as error:
            return ShareResult(trial=trial, message=error.message, remedy=error.remedy)
        except OSError as error:
            return ShareResult(trial=trial, message=f"{Endpoint(order.host, order.port)}: {error}")
        add_to_statistics(self._runner.stats, exchanges, order.scenario, outcome.tally)
        return ShareResult(trial=trial, measured=outcome.measured, begun_ns=outcome.begun_ns)

    def _meet(self, pump: Pump, assignment: Assignment) -> None:
        """Keep the load up until the instant at which all windows begin."""
        trial = assignment.trial
        self._runner.send_message(messages.WARM, asdict(TrialSignal(trial=trial)))
        deadline_ns = time.monotonic_ns() + round(assignment.patience_s * 1e9)
        while trial not in self._signals:
            if time.monotonic_ns() > deadline_ns:
                raise LoadError(f"the other generators were not ready in {assignment.patience_s:.0f} s")
            pump.drive(time.monotonic_ns() + STEP_NS)
        signal = self._signals[trial]
        if signal is None:
            raise _CancelledError("another generator failed")
        pump.drive(signal.begin_ns)

    def _answer_clock(self, data: object) -> None:
        asked_ns = from_data(Clock, data).asked_ns
        answer = Clock(asked_ns=asked_ns, at_ns=time.monotonic_ns())
        self._runner.send_message(messages.CLOCK, asdict(answer))

    def _go(self, data: object) -> None:
        signal = from_data(TrialSignal, data)
        self._signals.setdefault(signal.trial, signal)

    def _cancel(self, data: object) -> None:
        self._signals[from_data(TrialSignal, data).trial] = None

    def _end(self, _data: object) -> None:
        self._ended = True

    def _require_master(self) -> None:
        heartbeat_s = self._runner.last_heartbeat_timestamp
        if heartbeat_s is not None and time.time() - heartbeat_s > LOST_S:
            raise LoadError(
                f"nothing heard from the master for {LOST_S:.0f} s",
                remedy="the run ended, or the network did: join the next one",
            )


def _for_locust(listener: Callable[[object], None]) -> Callable[..., None]:
    """Wrap ``listener``, which takes a message's data, in what Locust calls."""

    def listen(msg: Any, **_: object) -> None:  # noqa: ANN401 - Locust's
        listener(msg.data)

    return listen


def main() -> NoReturn:
    """Join a master and work for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--master", required=True, type=Endpoint.parse, metavar="HOST:PORT")
    parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for the master")
    options = parser.parse_args()
    logging.getLogger("locust").setLevel(logging.ERROR)
    try:
        _take_part(options.master, options.wait)
    except LoadError as error:
        _leave(3, f"hotlap: {error.message}\n" + (f"  try: {error.remedy}\n" if error.remedy else ""))
    except KeyboardInterrupt:
        _leave(130, "")
    _leave(0, "")


def _leave(status: int, message: str) -> NoReturn:
    """End without what Locust does at the end of its own processes."""
    sys.stderr.write(message)
    sys.stderr.flush()
    os._exit(status)


def _take_part(master: Endpoint, wait_s: float) -> None:
    _wait_for_listener(master, wait_s)
    environment = Environment(user_classes=[ConnectionUser])
    runner: Any = None
    with gevent.Timeout(GREETING_S, False):  # noqa: FBT003 - gevent's way to say: do not raise
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


def _wait_for_listener(master: Endpoint, wait_s: float) -> None:
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
