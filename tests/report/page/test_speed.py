"""The speed of the machine over the run."""

from __future__ import annotations

from report.page.context import Context, make_context
from report.page.sections import trust
from tests.support.figures import anchors, part_of, texts
from tests.support.synthetic_turns import make_relay

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def test_the_speed_of_the_machine_is_drawn_over_the_run(quick_context: Context) -> None:
    relay = make_context(make_relay(stacks=TWO, scenarios=("json",), blocks=6))
    part = part_of(trust.section(relay), "speed")
    assert "minutes since the first turn" in texts(part)
    assert "100%" in texts(part)
    assert "speed" not in anchors(trust.section(quick_context))  # it had whole windows alone
