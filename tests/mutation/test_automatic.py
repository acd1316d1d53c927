"""Automatic mutants are refused, or there is a reason; all of them are tried by ``nox -s mutation``."""

from __future__ import annotations

from functools import cache

import pytest

from tests.mutation.automatic import HANDLERS, Automatic, automatic, missing
from tests.mutation.survivors import all_mutants, explained, survivors

SAMPLE = 12
"""Every so-many-th mutant is tried here."""


@cache
def mutants() -> list[Automatic]:
    return all_mutants()


@pytest.mark.parametrize("module", HANDLERS)
def test_all_that_is_to_be_mutated_is_there(module: str) -> None:
    assert not missing(module)
    assert len(automatic(module)) > 100


def test_every_survivor_with_a_reason_is_a_mutant() -> None:
    assert explained().keys() <= {mutant.key for mutant in mutants()}
    assert all(reason.endswith(".") for reason in explained().values())


@pytest.mark.servers
def test_a_sample_is_refused_or_explained() -> None:
    sample = mutants()[::SAMPLE]
    assert len(sample) > 30
    assert {mutant.key for mutant in survivors(sample)} <= explained().keys()
