"""What a move saves: the made costs, and what the target lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.answers.moves import Move, Moves, Seen
from report.analysis.conclusions import conclude
from report.analysis.lifecycles import Lifecycle
from results.model import Cell, Finding, NotApplicable, Run
from tests.support.made_answers import GRANIAN, UVICORN, anybody, changed, waiting_only
from tests.support.synthetic_lifecycles import cell as probe
from tests.support.synthetic_turns import make_relay

STACKS = (("asgi", UVICORN), ("starlette", UVICORN), ("fastapi", UVICORN), ("starlette", GRANIAN))
COSTS = {
    f"asgi--{UVICORN}": 50.0,
    f"starlette--{UVICORN}": 100.0,
    f"fastapi--{UVICORN}": 200.0,
    f"starlette--{GRANIAN}": 80.0,
}
RUN = make_relay(stacks=STACKS, cost_us=COSTS, control=False, scenarios=("json",))


def moves(run: Run) -> Moves:
    conclusions = conclude(run)
    return Moves(
        Seen(
            summaries=conclusions.summaries,
            stacks=conclusions.stacks,
            not_applicable=run.plan.not_applicable,
            findings=run.findings,
            lifecycles=(),
        )
    )


def cell(run: Run, framework: str, server: str = UVICORN) -> Cell:
    return next(c for c in run.plan.cells if (c.framework, c.server) == (framework, server))


def move(run: Run, source: Cell, target: Cell) -> Move:
    return next(entry for entry in moves(run).targets(source) if entry.target.stack == target.stack)


def test_a_move_to_half_the_cost_saves_half_of_a_request() -> None:
    (saving,) = move(RUN, cell(RUN, "fastapi"), cell(RUN, "starlette")).savings
    assert saving.saved is not None
    assert saving.saved_us is not None
    assert saving.ratio.value.value == pytest.approx(2, rel=0.03)
    assert saving.saved.value == pytest.approx(50, abs=2)
    assert (saving.saved.low or 0) < saving.saved.value < (saving.saved.high or 0)
    assert saving.saved_us.value == pytest.approx(100, rel=0.1)


def test_the_way_back_costs_what_it_saved() -> None:
    (saving,) = move(RUN, cell(RUN, "starlette"), cell(RUN, "fastapi")).savings
    assert saving.saved is not None
    assert saving.saved.value == pytest.approx(-100, abs=5)
    assert (saving.saved.high or 0) < 0


def test_what_is_a_frameworks_own_is_told_by_the_floor_of_its_server() -> None:
    (own,) = moves(RUN).own_shares(cell(RUN, "fastapi"))
    assert own.value.value == pytest.approx(75, abs=2)
    assert own.other is not None
    assert own.other.framework == "asgi"
    assert moves(RUN).own_shares(cell(RUN, "starlette", GRANIAN)) == ()


def test_a_floor_is_nothing_to_move_to() -> None:
    assert {source.framework for source in moves(RUN).sources} == {"starlette", "fastapi"}


def test_nothing_is_saved_of_waiting() -> None:
    run = waiting_only()
    (saving,) = move(run, cell(run, "fastapi"), cell(run, "starlette")).savings
    assert (saving.saved, saving.saved_us, saving.own) == (None, None, None)
    assert saving.kind is not None
    assert saving.kind.name == "waiting"


def test_what_is_given_up_is_what_the_target_lacks_and_answers_otherwise() -> None:
    absent = replace(cell(RUN, "starlette"), scenario="dependencies")
    findings = tuple(
        Finding(framework=name, server=UVICORN, scenario="params", probe="limit=2", answer=answer)
        for name, answer in (("fastapi", "200"), ("starlette", "422"))
    )
    run = replace(
        RUN,
        plan=replace(RUN.plan, not_applicable=(NotApplicable(cell=absent, reason="no injection"),)),
        findings=findings,
    )
    away = move(run, cell(run, "fastapi"), cell(run, "starlette"))
    assert away.lost == ("dependencies (no injection)",)
    assert [(before.answer, after.answer) for before, after in away.otherwise] == [("200", "422")]
    back = move(run, cell(run, "starlette"), cell(run, "fastapi"))
    assert (back.lost, back.won) == ((), ("dependencies",))


def test_of_many_stacks_the_best_of_each_framework_is_left() -> None:
    servers = [f"server-{number:02}" for number in range(13)]
    many = replace(
        RUN,
        plan=replace(
            RUN.plan, cells=tuple(replace(cell(RUN, "starlette"), server=server) for server in servers)
        ),
        trials=tuple(
            replace(trial, cell=replace(trial.cell, server=server), requests=trial.requests * (50 + number))
            for number, server in enumerate(servers)
            for trial in RUN.trials
            if (trial.cell.framework, trial.cell.server) == ("starlette", UVICORN)
        ),
    )
    windows = changed(many, anybody, lambda trial: replace(trial, turns=None))
    assert [source.server for source in moves(windows).sources] == [servers[-1]]


def test_what_tells_most_of_a_kind_of_work_stands_first() -> None:
    run = make_relay(stacks=STACKS[1:3], scenarios=("json", "params", "orders"), control=False)
    (away,) = moves(run).targets(cell(run, "starlette"))
    assert [saving.workload.scenario for saving in away.savings] == ["orders", "params", "json"]
    assert [saving.kind and saving.kind.name for saving in away.savings] == ["validated-api"] * 2 + [None]


def test_what_a_probe_saw_is_given_up_too() -> None:
    conclusions = conclude(RUN)
    answers = {
        "fastapi": {"websocket": "yes", "http/2": "no: closed", "streaming": "yes"},
        "starlette": {"websocket": "not applicable: by design", "http/2": "no: closed", "streaming": "yes"},
    }
    seen = Seen(
        summaries=conclusions.summaries,
        stacks=conclusions.stacks,
        not_applicable=(),
        findings=(),
        lifecycles=tuple(
            Lifecycle(cell=probe(name, "capabilities"), n=1, values={}, answers=own, absent={})
            for name, own in answers.items()
        ),
    )
    moved = Moves(seen).targets(cell(RUN, "fastapi"))
    away = next(entry for entry in moved if entry.target.stack == cell(RUN, "starlette").stack)
    assert away.lost == ("websocket (not applicable: by design)",)
