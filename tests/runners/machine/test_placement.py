"""Whose CPU is whose."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from runners.errors import PlanError
from runners.machine import kernel_files, placement
from tests.support.fake_run import SETUP

SMT = [[0, 4], [1, 5], [2, 6], [3, 7]]


@pytest.mark.parametrize(
    ("groups", "workers", "server", "generator"),
    [
        ([[0], [1]], 1, (1,), (0,)),
        ([[0], [1]], 2, (0, 1), (0,)),
        ([[0]], 1, (0,), (0,)),
        ([[0, 1]], 1, (1,), (0,)),
        (SMT, 1, (3,), (0,)),
        (SMT, 3, (1, 2, 3), (0,)),
        (SMT, 4, (1, 2, 3, 7), (0,)),
        (SMT, 7, (1, 2, 3, 4, 5, 6, 7), (0,)),
        ([[2], [5], [9]], 2, (5, 9), (2,)),
    ],
)
def test_the_generator_has_a_core_to_itself_while_there_are_enough(
    groups: list[list[int]], workers: int, server: tuple[int, ...], generator: tuple[int, ...]
) -> None:
    assert placement.place(groups, workers) == (server, generator)


def test_chosen_cpus_are_allowed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})
    assert placement.choose_cpus(1) == ((0,), (0,))


def test_more_workers_than_cpus_make_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    with pytest.raises(PlanError, match="3 workers") as raised:
        placement.choose_cpus(3)
    assert raised.value.exit_code == 2
    assert "fewer workers" in raised.value.remedy


def test_a_shared_cpu_is_a_warning() -> None:
    assert placement.sharing((1,), (0,)) is None
    assert "share CPU 0" in (placement.sharing((0, 1), (0,)) or "")


def test_siblings_are_one_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for cpu, siblings in enumerate(["0-1", "0-1", "2,3", "2,3"]):
        folder = tmp_path / f"devices/system/cpu/cpu{cpu}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n", encoding="ascii")
    monkeypatch.setattr(kernel_files, "SYS", tmp_path)
    assert placement.cores({0, 1, 2, 3}) == [[0, 1], [2, 3]]
    assert placement.cores({1, 2, 9}) == [[1], [2], [9]]


def test_generators_have_cpus_of_their_own_where_there_are_enough() -> None:
    cores = [[0, 4], [1, 5], [2, 6], [3, 7]]
    assert placement.place(cores, 1, 3) == ((3,), (0, 1, 2))
    assert placement.place([[0], [1]], 1, 2) == ((1,), (0,))
    shared = replace(SETUP, generators=2)
    assert placement.crowding(shared) == ("2 generators share 1 CPU: they make no more load than 1",)
    assert placement.crowding(replace(SETUP, generators=1)) == ()


def test_what_servers_talk_to_may_have_what_nobody_else_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2, 3})
    assert placement.spare_cpus((3,), (0,)) == (1, 2)
    assert placement.spare_cpus((1, 2, 3), (0,)) == ()


def test_a_generator_stays_awake_where_its_core_is_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kernel_files, "SYS", tmp_path)
    assert placement.may_stay_awake((1,), (0,))
    assert placement.may_stay_awake((2, 3), (0, 1), generators=2)
    assert not placement.may_stay_awake((1,), (0,), generators=2)
    assert not placement.may_stay_awake((0,), (0,))
    assert not placement.may_stay_awake((), (0,))
    for cpu in ("cpu0", "cpu1"):
        folder = kernel_files.cpu_folder() / cpu / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text("0-1\n", encoding="ascii")
    assert not placement.may_stay_awake((1,), (0,)), "both are one core"
