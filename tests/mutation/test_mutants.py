"""Every mutant is refused by the check that is meant for it, and the apps that they are made of are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runners.selection.frameworks import discover
from runners.selection.matrix import family
from runners.verify import tasks
from runners.verify.contract import verify_after
from scenarios import catalogue
from tests.mutation.mutant import Kind, Mutant
from tests.mutation.stand import Stand, stand, under_load
from tests.mutation.table import FRAMEWORKS, MUTANTS, mutants_of

LEAST_OF_A_FRAMEWORK, LEAST = 40, 140
SETTLE_S = 0.5
"""Tasks of mutants are waited for so long."""


@pytest.fixture(scope="module", params=FRAMEWORKS)
def at(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A stand of each framework."""
    with stand(request.param) as made:
        yield made


def test_there_are_enough_mutants_of_every_kind_and_none_is_twice() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)
    of_framework = {framework: mutants_of(framework) for framework in FRAMEWORKS}
    assert all(len(mutants) >= LEAST_OF_A_FRAMEWORK for mutants in of_framework.values())
    assert len(MUTANTS) >= LEAST
    assert {mutant.kind for mutant in MUTANTS} == set(Kind)


@pytest.mark.servers
@pytest.mark.parametrize("scenario", catalogue.discover())
def test_the_apps_are_not_refused(at: Stand, scenario: str) -> None:
    framework = discover()[at.framework]
    wanted = catalogue.named(scenario)
    if family(wanted) not in framework.implements:
        pytest.skip("not implemented")
    with at.serving({}, scenario) as served:
        assert at.differences(served, scenario) == ()
        assert verify_after("127.0.0.1", served.port, wanted, known=served.known) == ""


@pytest.mark.servers
def test_the_apps_are_not_refused_under_load(at: Stand) -> None:
    for scenario in ("json", "orders", "items"):
        with at.serving({}, scenario) as served:
            assert under_load(served.port, scenario) == ""


@pytest.mark.servers
def test_hooks_of_the_apps_are_not_refused(at: Stand) -> None:
    if "lifespan" not in discover()[at.framework].implements:
        pytest.skip("its interface has no hooks")
    assert at.hooks_of({}) == {
        "start hook": "once per worker",
        "before the first answer": "yes",
        "state in handlers": "yes",
        "stop hook": "once per worker",
    }


@pytest.mark.servers
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_refused_by_the_check_that_is_meant_for_it(
    at: Stand, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mutant.broken(at.framework) is None:
        pytest.skip("not of this framework")
    monkeypatch.setattr(tasks, "SETTLE_S", SETTLE_S)
    assert mutant.refused in at.said_of(mutant)
