from __future__ import annotations

from dataclasses import replace

from results.model import BlockEnd, BlockStart, Failure, FailureStage, Record, Run, SideName
from results.replay import Replay
from tests.support.made_profiles import RUN, samples
from tests.support.synthetic import make_run

MADE = make_run(blocks=1, scenarios=("json",), troubles=False)
ONE, TWO = MADE.trials[:2]


def start(block: int) -> BlockStart:
    return BlockStart(block=block, started_unix_s=1.0)


def end(block: int) -> BlockEnd:
    return BlockEnd(block=block, seconds_measuring=1.0, seconds_total=2.0)


def failure(block: int | None, stage: FailureStage = FailureStage.LAUNCH) -> Failure:
    return Failure(stack=ONE.cell.stack, cell=ONE.cell, block=block, stage=stage, message="no")


def replayed(*records: Record) -> Run:
    replay = Replay(MADE.plan)
    for record in records:
        replay.take(record)
    return replay.run(())


def test_a_complete_block_counts() -> None:
    run = replayed(start(0), ONE, TWO, end(0))
    assert run.trials == (ONE, TWO)
    assert run.blocks == (end(0),)


def test_the_block_that_was_interrupted_counts_while_it_is_the_last() -> None:
    later = replace(ONE, block=1)
    assert replayed(start(0), ONE, end(0), start(1), later).trials == (ONE, later)


def test_a_block_begun_again_makes_its_earlier_trials_partial() -> None:
    again = replace(ONE, launch=7)
    run = replayed(start(0), ONE, TWO, failure(0), start(0), again, end(0))
    assert run.trials == (again,)
    assert run.partial == (ONE, TWO)
    assert run.failures == ()


def test_a_complete_block_begun_again_is_complete_no_more() -> None:
    run = replayed(start(0), ONE, end(0), start(0))
    assert run.blocks == ()
    assert run.trials == ()
    assert run.partial == (ONE,)


def test_failures_before_the_first_block_stay() -> None:
    assert replayed(failure(None), start(0), ONE, start(0)).failures == (failure(None),)


def test_an_unfinished_block_that_others_followed_counts_not() -> None:
    later = replace(ONE, block=1)
    run = replayed(start(0), ONE, start(1), later, end(1))
    assert run.trials == (later,)
    assert run.partial == (ONE,)


def test_a_later_attempt_supersedes() -> None:
    again, third = replace(ONE, attempt=1), replace(ONE, attempt=2)
    run = replayed(start(0), ONE, again, third, TWO)
    assert run.trials == (third, TWO)
    assert run.partial == (ONE, again)


def test_a_stack_wrong_after_load_was_not_measured() -> None:
    wrong = failure(0, FailureStage.VERIFY_AFTER)
    run = replayed(start(0), ONE, wrong, TWO, end(0))
    assert run.trials == (TWO,)
    assert run.partial == (ONE,)
    assert run.failures == (wrong,)


def test_blocks_whose_beginning_could_not_be_read_still_count() -> None:
    later = replace(ONE, block=1)
    assert replayed(start(0), ONE, end(0), later).trials == (ONE, later)


def test_of_samples_the_last_of_each_cell_and_side_counts() -> None:
    first = samples({(RUN,): 1})
    again, base = replace(first, requests=7), replace(first, side=SideName.BASE)
    assert replayed(first, base, again).samples == (again, base)


def test_a_stack_that_lives_in_every_heat_has_a_trial_in_each() -> None:
    other, again = replace(ONE, heat=1, launch=9), replace(ONE, heat=1, launch=9, attempt=1)
    run = replayed(start(0), ONE, other, again, end(0))
    assert run.trials == (ONE, again)
    assert run.partial == (other,)
