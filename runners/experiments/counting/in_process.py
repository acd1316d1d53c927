"""Counting a cell without a server: the app's own interpreter calls it, asked through two pipes."""

from __future__ import annotations

import json
import os
import select
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results.model import IN_PROCESS
from runners.errors import CostError, HotlapError
from runners.experiments.counting import dispatch
from runners.experiments.counting.cost_cell import HASH_SEED, Launched, Subject, T
from runners.experiments.counting.counter import Counter
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.launch_counts import Measure
from runners.experiments.counting.lockstep import wrong
from runners.launching.server import environment_of, start_tree
from runners.launching.server_log import log_of
from runners.processes import accounting
from runners.processes.tree import ProcessTree
from runners.selection.schedule import groups_of
from runners.servers.recipe import Variant
from scenarios.exchange import Answer, Exchange, Request, Scenario

SCRIPT = Path(dispatch.__file__)
READY = b"ready"
READ_BYTES = 1 << 16
ANSWER_S = 120.0
"""A part of long answers takes seconds to make while it is counted."""
POLL_S = 0.2
"""How often an interruption is looked for while an answer is awaited."""


@dataclass(slots=True)
class Dialogue:
    """Commands to the script and what comes back; one at a time."""

    commands: int
    answers: int
    is_aborted: Callable[[], bool]
    _rest: bytes = field(default=b"", init=False)

    def line(self, command: bytes, deadline_s: float = ANSWER_S) -> bytes:
        """Send ``command`` and give the line that answers it; raises CostError where none comes."""
        self._send(command)
        while b"\n" not in self._rest:
            self._rest += self._more(deadline_s)
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def byte(self, command: bytes) -> None:
        """Send ``command`` and wait for the byte that says it is done; raises CostError."""
        self._send(command)
        if self._more(ANSWER_S) != b".":
            raise CostError("the script that calls the app answered out of turn", remedy="please report this")

    def _send(self, command: bytes) -> None:
        try:
            while command:
                command = command[os.write(self.commands, command) :]
        except OSError as error:
            raise _ended() from error

    def _more(self, deadline_s: float) -> bytes:
        until_s = time.monotonic() + deadline_s
        while not select.select([self.answers], [], [], POLL_S)[0]:
            if self.is_aborted():
                raise CostError("interrupted", remedy="count again")
            if time.monotonic() > until_s:
                raise CostError(
                    f"the app gave no answer within {deadline_s:g} s", remedy="read its log below"
                )
        data = os.read(self.answers, READ_BYTES)
        if not data:
            raise _ended()
        return data


def _ended() -> CostError:
    return CostError("the interpreter that calls the app ended", remedy="read the end of its log below")


class Called:
    """Asks an app through the script; its answers are checked when they were counted."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._chosen = Inputs(warm=(), counted=())
        self._asked: tuple[Exchange, ...] = ()

    def first(self, one: Exchange) -> Answer:
        """Ask one thing and check its answer."""
        self._hand_over([(one,)])
        self._dialogue.byte(_name(0))
        (answer,) = self._checked((one,))
        return answer

    def take(self, chosen: Inputs) -> None:
        """Hand everything over before anything is counted."""
        self._chosen = chosen
        self._hand_over([chosen.warm, *chosen.counted])

    def warm(self) -> None:
        """Ask what is not counted, and check it."""
        self._dialogue.byte(_name(0))
        self._checked(self._chosen.warm)

    def ask(self, part: int) -> None:
        """Ask; the answers are kept by the script."""
        self._dialogue.byte(_name(part + 1))
        self._asked += self._chosen.counted[part]

    def check(self) -> None:
        """Fetch the answers and check them; the script collects its garbage, so all parts begin alike."""
        self._checked(self._asked)
        self._asked = ()

    def _hand_over(self, parts: list[tuple[Exchange, ...]]) -> None:
        plain = [[_plain(one.request) for one in part] for part in parts]
        self._dialogue.line(json.dumps({"parts": plain}).encode() + b"\n")

    def _checked(self, asked: tuple[Exchange, ...]) -> list[Answer]:
        answers = [_answer(given) for given in json.loads(self._dialogue.line(b"{}\n"))]
        for one, answer in zip(asked, answers, strict=True):
            if problem := one.check(answer):
                raise wrong(one, problem)
        return answers


def count_in_process(
    subject: Subject,
    *,
    scenario: Scenario,
    counter: Counter,
    cpu: int,
    folder: Path,
    is_aborted: Callable[[], bool],
    measure: Measure[T],
    variables: Mapping[str, str] | None = None,
) -> Launched[T]:
    """Start the interpreter of ``subject`` once, on ``cpu``, and ``measure``; errors carry the log's tail.

    ``variables`` are added to the interpreter's environment.
    """
    framework, environment = subject.framework, subject.environment
    target = f"{framework.module}:{framework.targets[subject.cell.interface][scenario.target]}"
    log = log_of(environment.python, environment.stage, folder)
    reading = counter.reading(folder)
    try:
        with _script(
            subject,
            target=target,
            groups=groups_of([subject.cell], {scenario.name: scenario}),
            under=counter.under(folder),
            cpu=cpu,
            folder=folder,
            is_aborted=is_aborted,
            variables=variables,
        ) as (dialogue, tree):
            ready = dialogue.line(b"", counter.ready_s)
            if ready != READY:
                raise CostError("the script that calls the app did not start", remedy="please report this")
            made = measure(
                Called(dialogue), reading, scenario, lambda: accounting.tree_pids(tree.pid), idles=False
            )
    except HotlapError as error:
        error.log_tail = error.log_tail or log.tail()
        raise
    finally:
        reading.close()
    argv = ("python", SCRIPT.name, subject.cell.interface, target)
    return Launched(made=made, target=target, argv=argv)


@contextmanager
def _script(
    subject: Subject,
    *,
    target: str,
    groups: tuple[str, ...],
    under: tuple[str, ...],
    cpu: int,
    folder: Path,
    is_aborted: Callable[[], bool],
    variables: Mapping[str, str] | None,
) -> Iterator[tuple[Dialogue, ProcessTree]]:
    """The script under the counter, and the dialogue with it; killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = environment_of(
        _variant(subject.cell.interface, variables),
        stage=subject.environment.stage,
        groups=groups,
        verifying=False,
        hash_seed=HASH_SEED,
        folder=folder,
    )
    commands, to_script = os.pipe()
    from_script, answers = os.pipe()
    argv = (str(SCRIPT), subject.cell.interface, target, str(commands), str(answers))
    try:
        tree = start_tree(
            [*under, str(subject.environment.python), *argv],
            environment,
            folder,
            (cpu,),
            pass_fds=(commands, answers),
        )
    finally:
        os.close(commands)
        os.close(answers)
    with tree, os.fdopen(to_script, "wb", buffering=0), os.fdopen(from_script, "rb", buffering=0):
        yield Dialogue(to_script, from_script, is_aborted), tree


def _variant(interface: str, variables: Mapping[str, str] | None) -> Variant:
    return Variant(
        name=IN_PROCESS,
        interface=interface,
        title="no server",
        command=lambda _serve: (),
        environment=variables or {},
    )


def _name(part: int) -> bytes:
    return bytes([dispatch.FIRST_PART + part])


def _plain(request: Request) -> dict[str, Any]:
    """A request as JSON carries it, with the headers that every request on the wire has."""
    headers = [["host", "127.0.0.1:8000"], *map(list, request.headers)]
    if request.body is not None:
        headers.append(["content-length", str(len(request.body))])
    body = b64encode(request.body).decode("ascii") if request.body is not None else None
    return {"method": request.method, "target": request.target, "headers": headers, "body": body}


def _answer(given: list[Any]) -> Answer:
    """An answer as it would have come from a server, which sends a body of unknown length in chunks."""
    status, headers, body, pieces = given
    if not any(name == "content-length" for name, _ in headers):
        headers = [*headers, ("transfer-encoding", "chunked")]
    return Answer(
        status=status,
        headers=tuple((name, value) for name, value in headers),
        body=b64decode(body),
        pieces=pieces,
    )
