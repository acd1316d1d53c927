from __future__ import annotations

from dataclasses import replace

from report.analysis.two_sides.pairings import failures, matched_trials, title
from results.model import Failure, FailureStage, GateStage, Pairing, SideName
from tests.support.synthetic_gate import make_gate

RUN = make_gate()
LOAD = RUN.plan.pairings[-1]


def test_pairs_are_the_trials_of_both_sides_with_one_number() -> None:
    matched = matched_trials(RUN, LOAD, GateStage.SCREEN)
    assert [pair.number for pair in matched] == list(range(8))
    assert all((pair.base.side, pair.head.side) == ("base", "head") for pair in matched)
    assert sorted(pair.order for pair in matched) == [-1] * 4 + [1] * 4
    assert matched_trials(RUN, LOAD, GateStage.CONFIRM) == []


def test_a_pair_of_which_a_side_is_missing_is_none() -> None:
    lonely = replace(RUN, trials=tuple(each for each in RUN.trials if (each.block, each.side) != (3, "head")))
    assert [pair.number for pair in matched_trials(lonely, LOAD, GateStage.SCREEN)] == [0, 1, 2, 4, 5, 6, 7]


def test_base_came_first_where_its_place_is_0() -> None:
    for pair in matched_trials(RUN, LOAD, GateStage.SCREEN):
        assert (pair.order == 1) == (pair.base.place == 0)


def test_a_failure_concerns_its_cell_its_side_or_its_stack() -> None:
    cell = LOAD.head
    of_cell = Failure(
        stack=cell.stack, cell=cell, block=1, stage=FailureStage.LOAD, message="m", side=SideName.HEAD
    )
    of_stack = replace(of_cell, cell=None, side=SideName.BASE)
    of_other = replace(of_cell, cell=RUN.plan.pairings[0].head)
    run = replace(RUN, failures=(of_cell, of_stack, of_other))
    assert failures(run, LOAD) == [of_cell, of_stack]


def test_two_cells_have_a_title_that_names_both() -> None:
    other = Pairing(base=replace(LOAD.base, server="granian-asgi"), head=LOAD.head)
    assert title(LOAD) == LOAD.head.slug
    assert title(other) == f"{other.base.slug} -> {other.head.slug}"
