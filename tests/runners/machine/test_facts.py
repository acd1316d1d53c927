"""Facts of the machine, and whose CPU is whose."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from runners.errors import PlanError
from runners.machine import facts as machine

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
    assert machine.place(groups, workers) == (server, generator)


def test_chosen_cpus_are_allowed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})
    assert machine.choose_cpus(1) == ((0,), (0,))


def test_more_workers_than_cpus_make_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    with pytest.raises(PlanError, match="3 workers") as raised:
        machine.choose_cpus(3)
    assert raised.value.exit_code == 2
    assert "fewer workers" in raised.value.remedy


def test_a_shared_cpu_is_a_warning() -> None:
    assert machine.sharing((1,), (0,)) is None
    assert "share CPU 0" in (machine.sharing((0, 1), (0,)) or "")


def test_siblings_are_one_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for cpu, siblings in enumerate(["0-1", "0-1", "2,3", "2,3"]):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n", encoding="ascii")
    monkeypatch.setattr(machine, "SYS", tmp_path)
    assert machine.cores({0, 1, 2, 3}) == [[0, 1], [2, 3]]
    assert machine.cores({1, 2, 9}) == [[1], [2], [9]]


def test_the_machine_is_described_without_its_name() -> None:
    facts = machine.machine()
    assert facts.cpu_model
    assert facts.logical_cpus >= 1
    assert facts.memory_bytes > machine.memory_available() > 0
    assert facts.kernel.startswith("Linux ")
    assert socket.gethostname() not in {facts.kernel, facts.system, facts.cpu_model, facts.container}


def test_a_kernel_that_says_nothing_is_described_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "SYS", tmp_path)
    monkeypatch.setattr(machine, "PROC", tmp_path)
    facts = machine.machine()
    assert (facts.smt, facts.governor, facts.memory_bytes) == (None, None, 0)
    assert facts.cpu_model


def test_versions_hold_what_measures() -> None:
    versions = machine.harness_versions()
    assert versions["python"] == sys.version.split()[0]
    assert "gevent" in versions
    assert "no-such-package" not in versions


def test_anything_but_linux_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.require_linux()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(PlanError, match="needs Linux") as raised:
        machine.require_linux()
    assert raised.value.exit_code == 2


def test_loadavg_is_a_number() -> None:
    assert machine.loadavg() >= 0
