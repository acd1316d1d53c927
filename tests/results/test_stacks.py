"""Packed stacks: what comes back is what went in, and nothing else is taken for one."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from results import stacks
from results.model import CodeLayer
from results.stacks import Frame, Stack, decode, encode

SERVE = Frame("Server.serve", "uvicorn/server.py", CodeLayer.SERVER)
ROUTE = Frame("Router.__call__", "starlette/routing.py", CodeLayer.FRAMEWORK, "routing")
HANDLER = Frame("message", "apps/starlette_app.py", CodeLayer.APP)
COUNTS = {(SERVE, ROUTE, HANDLER): 7, (SERVE, ROUTE): 2, (SERVE, SERVE): 1, (): 3}


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


def test_what_is_unpacked_is_what_was_packed() -> None:
    assert decode(encode(COUNTS)) == COUNTS
    assert decode(encode({})) == {}


def test_the_same_counts_are_the_same_text_whatever_their_order() -> None:
    assert encode(dict(reversed(COUNTS.items()))) == encode(COUNTS)


def test_a_function_is_written_once_however_often_it_is_called() -> None:
    deep: dict[Stack, int] = {(SERVE, *(ROUTE,) * 400, HANDLER): 1}
    assert len(encode(deep)) < 500
    assert decode(encode(deep)) == deep


@pytest.mark.parametrize(
    "text",
    [
        "",
        "käse",
        "AAAA",
        packed("{"),
        packed("[]"),
        packed(json.dumps({"frames": [], "stacks": [[1, 0]]})),
        packed(json.dumps({"frames": [["f", "a.py", "app", ""]], "stacks": [[1, -1]]})),
        packed(json.dumps({"frames": [["f", "a.py", "app", ""]], "stacks": [[0, 0]]})),
        packed(json.dumps({"frames": [["f", "a.py", "app", ""]], "stacks": [[]]})),
        packed(json.dumps({"frames": [["f", "a.py", "nobody", ""]], "stacks": []})),
    ],
)
def test_what_is_no_stacks_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no sampled stacks"):
        decode(text)


def test_a_text_that_unpacks_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "MOST_BYTES", 20)
    with pytest.raises(ValueError, match="no sampled stacks"):
        decode(encode(COUNTS))
