"""Which of several right answers came: a server that gives one and the same under load has kept it."""

from __future__ import annotations

import time
from itertools import count, cycle

import pytest

from runners.generator.pump.connection import Address
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import FORMS_LEAST, Tally
from scenarios.answers import either, json_answer
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import Peer, ScriptedServer, answer

BODIES = (b'{"n": 1}', b'{"n": 2}')
ROTATING = Exchange(
    request=Request(target="/n"),
    check=either(json_answer({"n": 1}), json_answer({"n": 2})),
    turned=lambda _body: BODIES,
)


@pytest.mark.parametrize("rotates", [True, False])
@pytest.mark.parametrize("answers", [8, 9])
def test_turns_tell_whether_answers_rotate(answers: int, *, rotates: bool) -> None:
    bodies = cycle(BODIES if rotates else BODIES[:1])

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(next(bodies)))

    with ScriptedServer(script) as server:
        pump = Pump()
        pump.join()
        ring = Ring([ROTATING], f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=5)
        try:
            assert pump.ask_all_once(_soon())
            pump.pause(_soon())
            pump.tally = tally = Tally()
            for _ in count():
                assert pump.turn(answers, _soon())
                if tally.forms.total() > 2 * FORMS_LEAST:
                    break
        finally:
            pump.release()
    assert len(tally.forms) == (2 if rotates else 1)
    tally.refuse_kept()
    assert bool(tally.errors) is not rotates
    assert rotates or "always the same of what the contract rotates" in tally.example


def test_few_looks_say_nothing_and_looks_of_several_tallies_are_added_up() -> None:
    tally, other = Tally(), Tally()
    tally.forms[0] = FORMS_LEAST - 1
    tally.refuse_kept()
    assert not tally.errors
    other.forms[0] = 1
    tally.merge(other)
    tally.refuse_kept()
    assert tally.errors == {"wrong-answer": 1}


def _soon() -> int:
    return time.monotonic_ns() + 10_000_000_000
