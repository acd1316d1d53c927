"""Where mutants are tried: an app's text is changed, served in its environment, held to the contract."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from results.model import Interface
from runners.environments.provision import Provisioned, provision
from runners.errors import LoadError
from runners.experiments.lifecycle.hooks import Hooks
from runners.experiments.lifecycle.lifespan import answers_of, has_own_state
from runners.generator.messages import Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window.trial import measure
from runners.http.client import ANSWER_DEADLINE_S, HttpClient
from runners.launching.local import CONNECTIONS
from runners.selection.frameworks import discover
from runners.services.postgres.embedded import EmbeddedPostgres, Placed
from runners.services.service import Service
from runners.services.services import Services
from runners.services.upstream.upstream import Upstream
from runners.verify.contract import Known, verify, verify_after
from runners.verify.tasks import difference_after
from runners.verify.under_load import wrong_under_load
from scenarios import catalogue
from scenarios.database import SCHEMA
from scenarios.exchange import SERVICES, Scenario, no_inputs
from tests.mutation.mutant import Mutant, Stage
from tests.mutation.texts import app_module, changed, source
from tests.support.good_trial import GOOD
from tests.support.paths import ROOT

HOST = "127.0.0.1"
SEED = 1
SHORT_S = 1.0
"""For one answer, where a mutant is to hang."""
MANY = 320
"""Requests after which some mutants are wrong."""
LOADED = 16
"""Connections of a window."""
MOST_CONNECTIONS = 100
"""Of the database: one server after the other, and those that it is still closing."""
STATES = 40
"""How often it is asked for the state that a start hook left."""
WINDOW_S = 0.8
WINDOWS = 20
"""On a busy machine the requests after which some mutants are wrong take several windows."""


class Served(NamedTuple):
    """An app that is served, and what is known of it."""

    port: int
    known: Known


def after(served: Served, scenario: str) -> str:
    """What is said after many requests."""
    ring = catalogue.exchanges_of(scenario, SEED)
    with HttpClient(HOST, served.port) as client:
        for exchange in islice(cycle(ring), MANY):
            client.ask(exchange)
    wanted = catalogue.named(scenario)
    said = verify_after(HOST, served.port, wanted, known=served.known, seed=SEED, answered=MANY)
    lost = difference_after(served.known.tasks, least=MANY) if served.known.tasks else ""
    return said or lost


def under_load(port: int, scenario: str, windows: int = 1) -> str:
    """What is said of the answers of a window, the first of so many of which something is said."""
    said = (_window(port, scenario) for _ in range(windows))
    return next(filter(None, said), "")


def _window(port: int, scenario: str) -> str:
    pump = OpenPump()
    for _ in range(LOADED):
        pump.join()
    order = Order(
        host=HOST,
        port=port,
        scenario=scenario,
        seed=SEED,
        connections=LOADED,
        warmup_s=0.0,
        window_s=WINDOW_S,
    )
    try:
        measured = measure(pump, order, catalogue.exchanges_of(scenario, SEED)).measured
    except LoadError as error:  # it gave nothing but wrong answers
        return error.message
    example = measured.error_example
    return wrong_under_load(
        replace(GOOD, requests=measured.requests, errors=measured.errors, error_example=example)
    )


class Stand:
    """A process in the environment of ``framework`` that serves one app after the other."""

    def __init__(self, framework: str, environment: Provisioned) -> None:
        self.framework = framework
        self._services = services()
        self._host = subprocess.Popen(
            [environment.python, Path(__file__).with_name("host.py"), framework],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(environment.stage), "PYTHONSAFEPATH": "1", "LANG": "C.UTF-8"},
            cwd=ROOT,
            text=True,
        )

    @contextmanager
    def serving(self, texts: Mapping[str, str], scenario: str) -> Iterator[Served]:
        """Serve what ``scenario`` asks for, with these texts in place of its modules'."""
        declared, wanted = discover()[self.framework], catalogue.named(scenario)
        with (
            self._services.leased({wanted.needs} & SERVICES, scenario, CONNECTIONS) as leases,
            _tasks(wanted) as tasks,
        ):
            known = Known(
                event_loop=Interface.ASGI in declared.targets,
                evidence=leases.evidence,
                pool=CONNECTIONS if declared.pool else None,
                tasks=tasks,
            )
            variables = {**leases.environment, **({"HOTLAP_TASKS": str(tasks)} if tasks else {})}
            with self._served(texts, wanted.target, wanted.groups, variables) as port:
                yield Served(port, known)

    @contextmanager
    def _served(
        self,
        texts: Mapping[str, str],
        target: str,
        groups: Iterable[str],
        variables: Mapping[str, str],
    ) -> Iterator[int]:
        own = app_module(self.framework)
        modules = {**texts, own: texts.get(own) or source(own)}
        modules[own] = modules.pop(own)  # it imports the others
        (targets,) = discover()[self.framework].targets.values()
        variables = {**variables, "HOTLAP_GROUPS": ",".join(groups)}
        port = self._ask(json.dumps([modules, targets[target], variables]))
        try:
            yield port
        finally:
            self._ask("")

    def said_of(self, mutant: Mutant) -> str:
        """What is said of a mutant at its stage; empty: it got through."""
        change = mutant.broken(self.framework)
        assert change is not None
        module = f"apps.{change.companion}" if change.companion else app_module(self.framework)
        texts = {module: changed(source(module), change.changes, change.first)}
        if mutant.stage == Stage.LIFECYCLE:
            return "; ".join(f"{name}: {answer}" for name, answer in self.hooks_of(texts).items())
        with self.serving(texts, mutant.scenario) as served:
            match mutant.stage:
                case Stage.VERIFY:
                    timeout_s = SHORT_S if mutant.hangs else ANSWER_DEADLINE_S
                    return "; ".join(self.differences(served, mutant.scenario, timeout_s))
                case Stage.AFTER:
                    return after(served, mutant.scenario)
                case Stage.LOAD:
                    return under_load(served.port, mutant.scenario, WINDOWS)

    def hooks_of(self, texts: Mapping[str, str]) -> dict[str, str]:
        """What ``hotlap lifecycle --probe lifespan`` says of hooks, of one worker."""
        with TemporaryDirectory(prefix="hotlap-") as folder:
            hooks, first_s = Hooks.beside(Path(folder)), dict[int, float]()
            with self._served(texts, "default", ("json", "lifespan"), hooks.variables) as port:
                try:
                    states = [has_own_state(HOST, port, first_s) for _ in range(STATES)]
                except (ValueError, OSError) as error:
                    return {"answer": str(error)}
                self._ask(json.dumps("stop"))
                return answers_of(hooks, first_s.keys(), first_s, states)

    def survives(self, module: str, text: str, scenarios: Iterable[str]) -> bool:
        """Whether ``hotlap verify`` says nothing of the app with this text of one module."""
        for scenario in scenarios:
            with self.serving({module: text}, scenario) as served:
                if self.differences(served, scenario, SHORT_S):
                    return False
        return True

    def differences(
        self, served: Served, scenario: str, timeout_s: float = ANSWER_DEADLINE_S
    ) -> tuple[str, ...]:
        """What ``hotlap verify`` says of what is served."""
        wanted = replace(catalogue.named(scenario), oddities=no_inputs)
        return verify(HOST, served.port, wanted, SEED, known=served.known, timeout_s=timeout_s).differences

    def _ask(self, line: str) -> int:
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.write(f"{line}\n")
        self._host.stdin.flush()
        said: int = json.loads(self._host.stdout.readline())
        return said

    def close(self) -> None:
        """End the process, what it serves, and what that talks to."""
        if self._host.stdin is not None:
            self._host.stdin.close()
        self._host.wait(10)
        if self._host.stdout is not None:
            self._host.stdout.close()
        self._services.close()


def services() -> Services:
    """What apps may talk to; each is started when a scenario first needs it."""
    cpus = tuple(sorted(os.sched_getaffinity(0)))

    def database() -> Service:
        placed = Placed(schema=SCHEMA, max_connections=MOST_CONNECTIONS, cpus=cpus, own_cpus=False)
        return EmbeddedPostgres.start(placed)

    return Services({"database": database, "upstream": lambda: Upstream.start(cpus, own_cpus=False)})


@contextmanager
def _tasks(scenario: Scenario) -> Iterator[Path | None]:
    """A folder for notes of tasks, where ``scenario`` has some."""
    if scenario.deferred is None:
        yield None
        return
    with TemporaryDirectory(prefix="hotlap-") as folder:
        yield Path(folder)


@contextmanager
def stand(framework: str) -> Iterator[Stand]:
    """A stand for mutants of ``framework``."""
    made = Stand(framework, provision(discover()[framework], echo=lambda _line: None))
    try:
        yield made
    finally:
        made.close()
