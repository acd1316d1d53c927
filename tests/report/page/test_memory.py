"""Memory as lifecycles saw it, beside that after load or alone."""

from __future__ import annotations

from report.page.context import make_context
from report.page.sections import consume, live
from tests.support.figures import anchors, part_of, texts
from tests.support.synthetic_lifecycles import idle_and_ends
from tests.support.synthetic_turns import make_relay

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def test_memory_of_lifecycles_stands_beside_that_after_load() -> None:
    timed = make_relay(stacks=TWO, scenarios=("json",), control=False)
    context = make_context(timed, [idle_and_ends()])
    part = part_of(consume.section(context), "memory")
    written = texts(part)
    assert {"after json, MiB", "idle, MiB", "one worker, MiB", "idle connection, KiB"} <= set(written)
    assert {"40", "8"} <= set(written)
    assert any(text.startswith("only 40") for text in written)
    assert "not asked" in written
    assert "idle WebSocket, KiB" not in written
    assert "memory" not in anchors(live.section(context))


def test_memory_is_told_with_lifecycles_where_nothing_was_timed() -> None:
    context = make_context(idle_and_ends())
    part = part_of(live.section(context), "memory")
    assert "after" not in " ".join(texts(part))
