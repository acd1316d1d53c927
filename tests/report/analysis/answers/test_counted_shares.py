"""Shares of instructions: the made counts of a stack over those of its floor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.answers.counted_shares import counted_shares
from report.analysis.costs import summarise_costs
from results.model import Cell, Interface
from tests.support.synthetic_costs import FRAMEWORK, SERVER, WORK, make_cost_run

UVICORN = "uvicorn-standard"
STACKS = (("asgi", UVICORN), ("starlette", UVICORN), ("fastapi", UVICORN))
FASTAPI = Cell(framework="fastapi", server=UVICORN, interface=Interface.ASGI, scenario="json")


def test_a_share_is_what_the_framework_adds_to_its_floor() -> None:
    costs = summarise_costs(make_cost_run(stacks=STACKS))
    shares = {share.cell.scenario: share for share in counted_shares([costs], FASTAPI)}
    assert "json" in shares
    share = shares["json"].value
    whole = SERVER[UVICORN] + FRAMEWORK["fastapi"] + WORK["json"]
    assert share.value == pytest.approx(100 * FRAMEWORK["fastapi"] / whole, abs=8)
    assert share.low is not None
    assert share.high is not None
    assert share.low <= share.value <= share.high


def test_another_server_has_none() -> None:
    costs = summarise_costs(make_cost_run(stacks=STACKS))
    assert counted_shares([costs], replace(FASTAPI, server="granian-asgi")) == ()
