"""Asking an app through ``dispatch.py``: commands over one pipe, answers over another."""

from __future__ import annotations

import json
import os
import select
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from runners.errors import CostError
from runners.experiments.counting.dispatch import FIRST_BATCH
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.lockstep import ANSWER_S, wrong_answer
from scenarios.exchange import Answer, Exchange, Request

PIPE_READ_BYTES = 1 << 16
INTERRUPT_POLL_S = 0.2
"""How often an interruption is looked for while an answer is awaited."""


@dataclass(slots=True)
class ScriptPipes:
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
        while not select.select([self.answers], [], [], INTERRUPT_POLL_S)[0]:
            if self.is_aborted():
                raise CostError("interrupted", remedy="count again")
            if time.monotonic() > until_s:
                raise CostError(
                    f"the app gave no answer within {deadline_s:g} s", remedy="read its log below"
                )
        data = os.read(self.answers, PIPE_READ_BYTES)
        if not data:
            raise _ended()
        return data


def _ended() -> CostError:
    return CostError("the interpreter that calls the app ended", remedy="read the end of its log below")


class ScriptAsker:
    """Asks an app through the script; its answers are checked when they were counted."""

    def __init__(self, pipes: ScriptPipes) -> None:
        self._pipes = pipes
        self._inputs = Inputs(warm=(), counted=())
        self._asked: tuple[Exchange, ...] = ()

    def first(self, exchange: Exchange) -> Answer:
        """Ask one request and check its answer."""
        self._hand_over([(exchange,)])
        self._pipes.byte(_name(0))
        (answer,) = self._checked((exchange,))
        return answer

    def take(self, inputs: Inputs) -> None:
        """Hand everything over before anything is counted."""
        self._inputs = inputs
        self._hand_over([inputs.warm, *inputs.counted])

    def warm(self) -> None:
        """Ask the requests that come before counting, and check their answers."""
        self._pipes.byte(_name(0))
        self._checked(self._inputs.warm)

    def ask(self, batch: int) -> None:
        """Ask; the answers are kept by the script."""
        self._pipes.byte(_name(batch + 1))
        self._asked += self._inputs.counted[batch]

    def check(self) -> None:
        """Fetch the answers and check them; the script collects its garbage, so all batches begin alike."""
        self._checked(self._asked)
        self._asked = ()

    def _hand_over(self, batches: list[tuple[Exchange, ...]]) -> None:
        encoded = [[_encoded(exchange.request) for exchange in batch] for batch in batches]
        self._pipes.line(json.dumps({"batches": encoded}).encode() + b"\n")

    def _checked(self, asked: tuple[Exchange, ...]) -> list[Answer]:
        answers = [_decoded(answer) for answer in json.loads(self._pipes.line(b"{}\n"))]
        for exchange, answer in zip(asked, answers, strict=True):
            if problem := exchange.check(answer):
                raise wrong_answer(exchange, problem)
        return answers


def _name(batch: int) -> bytes:
    return bytes([FIRST_BATCH + batch])


def _encoded(request: Request) -> dict[str, Any]:
    """A request as JSON carries it, with the headers that every request on the wire has."""
    headers = [["host", "127.0.0.1:8000"], *map(list, request.headers)]
    if request.body is not None:
        headers.append(["content-length", str(len(request.body))])
    body = b64encode(request.body).decode("ascii") if request.body is not None else None
    return {"method": request.method, "target": request.target, "headers": headers, "body": body}


def _decoded(answer: list[Any]) -> Answer:
    """An answer as it would have come from a server, which sends a body of unknown length in chunks."""
    status, headers, body, pieces = answer
    if not any(name == "content-length" for name, _ in headers):
        headers = [*headers, ("transfer-encoding", "chunked")]
    return Answer(
        status=status,
        headers=tuple((name, value) for name, value in headers),
        body=b64decode(body),
        pieces=pieces,
    )
