"""Facts of the machine."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from runners.errors import PlanError
from runners.machine import facts as machine
from runners.machine import kernel_files


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
    monkeypatch.setattr(kernel_files, "SYS", tmp_path)
    monkeypatch.setattr(kernel_files, "PROC", tmp_path)
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
