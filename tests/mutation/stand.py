"""Where mutants are tried: an app's text is changed, served in its environment, held to the contract."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from results.model import Interface
from runners.environments.provision import Provisioned, provision
from runners.errors import LoadError
from runners.generator.messages import Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window.trial import measure
from runners.http.client import ANSWER_DEADLINE_S, HttpClient
from runners.selection.frameworks import APPS, discover
from runners.verify.contract import Known, verify, verify_after
from runners.verify.under_load import wrong_under_load
from scenarios import catalogue
from scenarios.exchange import no_inputs
from tests.mutation.mutant import Change, Mutant, Stage
from tests.support.good_trial import GOOD
from tests.support.paths import ROOT

MODELS = "apps.pydantic_models"
HOST = "127.0.0.1"
SEED = 1
SHORT_S = 1.0
"""For one answer, where a mutant is to hang."""
MANY = 320
"""Requests after which some mutants are wrong."""
CONNECTIONS = 16
WINDOW_S = 0.8
WINDOWS = 20
"""On a busy machine the requests after which some mutants are wrong take several windows."""


def app_module(framework: str) -> str:
    """Its dotted name."""
    return f"apps.{framework}_app"


def source(module: str) -> str:
    """Text of a module of ``apps``."""
    return (APPS / f"{module.rpartition('.')[2]}.py").read_text(encoding="utf-8")


def changed(text: str, changes: tuple[Change, ...], first: str = "") -> str:
    """``text`` with the changes, and ``first`` in front of its first function.

    Raises ValueError where a change does not fit any more.
    """
    for name in dict.fromkeys(name for name, *_ in changes):
        begin, end = _place(text, name)
        part = text[begin:end]
        for _, old, new in (change for change in changes if change[0] == name):
            if part.count(old) != 1:
                raise ValueError(f"{name} holds {part.count(old)} times, and not once: {old}")
            part = part.replace(old, new)
        text = text[:begin] + part + text[end:]
    if first:
        begin = min(_span(text, node)[0] for node in ast.parse(text).body if isinstance(node, _BLOCKS))
        text = f"{text[:begin]}{first}\n\n\n{text[begin:]}"
    return text


_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _place(text: str, name: str) -> tuple[int, int]:
    """Begin and end of what is called ``name``."""
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = [target.id for target in targets if isinstance(target, ast.Name)]
        if getattr(node, "name", None) == name or name in named:
            return _span(text, node)
    raise ValueError(f"the app has no {name}")


def _span(text: str, node: ast.stmt) -> tuple[int, int]:
    """Begin and end of ``node`` in ``text``, its decorators included."""
    lines = text.splitlines(keepends=True)
    decorators = node.decorator_list if isinstance(node, _BLOCKS) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[: node.end_lineno]))


def after(port: int, scenario: str) -> str:
    """What is said after many requests."""
    ring = catalogue.exchanges_of(scenario, SEED)
    with HttpClient(HOST, port) as client:
        for exchange in islice(cycle(ring), MANY):
            client.ask(exchange)
    return verify_after(HOST, port, catalogue.named(scenario), seed=SEED)


def under_load(port: int, scenario: str, windows: int = 1) -> str:
    """What is said of the answers of a window, the first of so many of which something is said."""
    said = (_window(port, scenario) for _ in range(windows))
    return next(filter(None, said), "")


def _window(port: int, scenario: str) -> str:
    pump = OpenPump()
    for _ in range(CONNECTIONS):
        pump.join()
    order = Order(
        host=HOST,
        port=port,
        scenario=scenario,
        seed=SEED,
        connections=CONNECTIONS,
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
        self._host = subprocess.Popen(
            [environment.python, Path(__file__).with_name("host.py"), framework],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(environment.stage), "PYTHONSAFEPATH": "1", "LANG": "C.UTF-8"},
            cwd=ROOT,
            text=True,
        )

    @contextmanager
    def serving(self, texts: Mapping[str, str], scenario: str) -> Iterator[int]:
        """Serve what ``scenario`` asks for, with these texts in place of its modules'; gives the port."""
        own = app_module(self.framework)
        modules = {**texts, own: texts.get(own) or source(own)}
        modules[own] = modules.pop(own)  # it imports the others
        (targets,) = discover()[self.framework].targets.values()
        wanted = catalogue.named(scenario)
        port = self._ask(json.dumps([modules, targets[wanted.target], wanted.group or ""]))
        try:
            yield port
        finally:
            self._ask("")

    def said_of(self, mutant: Mutant) -> str:
        """What is said of a mutant at its stage; empty: it got through."""
        change = mutant.broken(self.framework)
        assert change is not None
        module = f"apps.{change.companion}" if change.companion else app_module(self.framework)
        with self.serving(
            {module: changed(source(module), change.changes, change.first)}, mutant.scenario
        ) as port:
            match mutant.stage:
                case Stage.VERIFY:
                    timeout_s = SHORT_S if mutant.hangs else ANSWER_DEADLINE_S
                    return "; ".join(self.differences(port, mutant.scenario, timeout_s))
                case Stage.AFTER:
                    return after(port, mutant.scenario)
                case Stage.LOAD:
                    return under_load(port, mutant.scenario, WINDOWS)

    def survives(self, module: str, text: str, scenarios: Iterable[str]) -> bool:
        """Whether ``hotlap verify`` says nothing of the app with this text of one module."""
        for scenario in scenarios:
            with self.serving({module: text}, scenario) as port:
                if self.differences(port, scenario, SHORT_S):
                    return False
        return True

    def differences(self, port: int, scenario: str, timeout_s: float = ANSWER_DEADLINE_S) -> tuple[str, ...]:
        """What ``hotlap verify`` says of what is served."""
        known = Known(event_loop=Interface.ASGI in discover()[self.framework].targets)
        wanted = replace(catalogue.named(scenario), oddities=no_inputs)
        return verify(HOST, port, wanted, SEED, known=known, timeout_s=timeout_s).differences

    def _ask(self, line: str) -> int:
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.write(f"{line}\n")
        self._host.stdin.flush()
        said: int = json.loads(self._host.stdout.readline())
        return said

    def close(self) -> None:
        """End the process, and what it serves."""
        if self._host.stdin is not None:
            self._host.stdin.close()
        self._host.wait(10)
        if self._host.stdout is not None:
            self._host.stdout.close()


@contextmanager
def stand(framework: str) -> Iterator[Stand]:
    """A stand for mutants of ``framework``."""
    made = Stand(framework, provision(discover()[framework], echo=lambda _line: None))
    try:
        yield made
    finally:
        made.close()
