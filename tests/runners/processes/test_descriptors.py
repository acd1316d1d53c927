from __future__ import annotations

import resource

import pytest

from runners.errors import LoadError
from runners.processes.descriptors import OTHER_DESCRIPTORS, make_room


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Soft and hard limit of a process that is not really ours."""
    found = [1024, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(found))
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: found.__setitem__(slice(None), pair))
    return found


def test_what_fits_changes_nothing(limits: list[int]) -> None:
    make_room(1024 - OTHER_DESCRIPTORS)
    assert limits == [1024, 4096]


def test_the_soft_limit_is_raised_as_far_as_needed(limits: list[int]) -> None:
    make_room(2000)
    assert limits == [2000 + OTHER_DESCRIPTORS, 4096]


@pytest.mark.faults("descriptors-out")
def test_past_the_hard_limit_it_says_which_limit_and_what_to_do(limits: list[int]) -> None:
    with pytest.raises(
        LoadError, match=r"10,000 connections need 10,064 .* may have 4,096 \(RLIMIT_NOFILE"
    ) as caught:
        make_room(10_000)
    assert "ulimit -n 10064" in caught.value.remedy
    assert limits == [1024, 4096]


def test_no_limit_at_all(limits: list[int]) -> None:
    limits[:] = [1024, resource.RLIM_INFINITY]
    make_room(100_000)
    assert limits[0] == 100_000 + OTHER_DESCRIPTORS
