from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.markers import default_environment

from runners.environments import lock
from runners.errors import ProvisionError
from runners.selection import frameworks
from tests.support import local_index

HERE = {key: str(value) for key, value in default_environment().items()}


@pytest.fixture(name="apps")
def _apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    local_index.fill(tmp_path / "index")
    local_index.use(monkeypatch, tmp_path)
    apps = tmp_path / "apps"
    apps.mkdir()
    local_index.app(apps, "bare")
    local_index.app(apps, "frame", "frame")
    return apps


def write(apps: Path, *names: str, upgrade: bool = False) -> list[str]:
    found = frameworks.discover(apps)
    said: list[str] = []
    lock.lock([found[name] for name in names or found], upgrade=upgrade, echo=said.append)
    return said


def locked(apps: Path, name: str) -> dict[str, str]:
    return lock.pins((apps / "locks" / f"{name}.txt").read_text(encoding="utf-8"), HERE)


def test_a_lock_closes_over_framework_and_servers_with_hashes_and_without_addresses(apps: Path) -> None:
    write(apps)
    assert locked(apps, "frame") == {"core": "2.0", "frame": "2.0", "serve": "1.0"}
    assert locked(apps, "bare") == locked(apps, "_servers") == {"serve": "1.0"}
    text = (apps / "locks" / "frame.txt").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") == 3
    assert str(apps.parent) not in text
    assert "#" not in text


def test_versions_stay_until_upgraded(apps: Path) -> None:
    write(apps)
    local_index.wheel(apps.parent / "index", "frame", "3.0", "core>=2")
    assert write(apps)[-1] == "frame.txt: 3 packages, unchanged"
    assert locked(apps, "frame")["frame"] == "2.0"
    assert write(apps, upgrade=True)[-1] == "frame.txt: 3 packages, frame 2.0 -> 3.0"


def test_only_the_chosen_are_locked_unless_the_servers_changed(
    apps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(write(apps)) == 3
    assert [line.partition(":")[0] for line in write(apps, "frame")] == ["_servers.txt", "frame.txt"]
    local_index.use(monkeypatch, apps.parent, "serve", "extra")
    assert len(write(apps, "frame")) == 3
    assert locked(apps, "bare") == {"extra": "1.0", "serve": "1.0"}


def test_the_shared_constraint_binds_every_framework(apps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local_index.use(monkeypatch, apps.parent, "serve", "core<2")
    write(apps)
    assert locked(apps, "frame") == {"core": "1.0", "frame": "1.0", "serve": "1.0"}


def test_what_does_not_fit_together_says_so_and_leaves_the_old_lock(apps: Path) -> None:
    write(apps)
    before = (apps / "locks" / "frame.txt").read_text(encoding="utf-8")
    local_index.app(apps, "frame", "frame==7")
    with pytest.raises(ProvisionError, match=r"no versions fit together for frame\.txt") as caught:
        write(apps)
    assert "frame==7" in caught.value.log_tail
    assert str(apps.parent) not in caught.value.log_tail
    assert (apps / "locks" / "frame.txt").read_text(encoding="utf-8") == before


def test_a_source_by_address_is_refused(apps: Path) -> None:
    local_index.project(apps.parent / "core")
    local_index.app(apps, "frame", f"core @ {(apps.parent / 'core').as_uri()}")
    with pytest.raises(ProvisionError, match=r"frame\.txt would hold an address: core @ <address>"):
        write(apps)


def test_apps_of_another_folder_need_only_servers_that_they_were_locked_with(
    apps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(apps)
    frame = frameworks.discover(apps)["frame"]
    local_index.use(monkeypatch, apps.parent, "serve", "newer-server")
    lock.require_current(frame, HERE, ())
    assert lock.server_requirements(frame) == ("serve",)
    monkeypatch.setattr(lock, "APPS", apps)
    with pytest.raises(ProvisionError, match="the lock of frame does not hold newer-server") as caught:
        lock.require_current(frame, HERE, ())
    assert caught.value.remedy == "Run `hotlap lock`."


def test_a_lock_that_lacks_what_is_required_by_now_is_refused(apps: Path) -> None:
    frame = frameworks.discover(apps)["frame"]
    with pytest.raises(ProvisionError, match="frame has no lock") as caught:
        lock.require_current(frame, HERE, ())
    assert "hotlap lock" in caught.value.remedy
    write(apps)
    lock.require_current(frame, HERE, ())
    local_index.app(apps, "frame", "frame<2", "extra; python_version < '3'")
    frame = frameworks.discover(apps)["frame"]
    with pytest.raises(ProvisionError, match="does not hold frame<2"):
        lock.require_current(frame, HERE, ())
    lock.require_current(frame, HERE, {"frame"})


@pytest.mark.parametrize(
    ("requires", "lowest"),
    [(">=3.11", "3.11"), (">=3.12,<4", "3.12"), ("~=3.13.1", "3.13.1"), ("<4", "3.11")],
)
def test_lowest_python(apps: Path, requires: str, lowest: str) -> None:
    file = apps / "frame_app.py"
    text = file.read_text(encoding="utf-8").replace(">=3.11", requires)
    file.write_text(text, encoding="utf-8")
    assert lock.lowest_python(frameworks.read(file)) == lowest


def test_pins_follow_markers() -> None:
    text = "a==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\na==2 ; sys_platform != 'win32'\nB_c==3\n"
    assert lock.pins(text, HERE | {"sys_platform": sys.platform}) == {"a": "2", "b-c": "3"}


@pytest.mark.parametrize("name", frameworks.discover())
def test_shipped_locks_are_current_and_share_their_servers(name: str) -> None:
    framework = frameworks.discover()[name]
    lock.require_current(framework, HERE, ())
    text = framework.lock.read_text(encoding="utf-8")
    shared = (framework.lock.parent / lock.SHARED).read_text(encoding="utf-8")
    assert framework.frozen or lock.pins(shared, HERE).items() <= lock.pins(text, HERE).items()
    assert not re.search(r"://|^-|^#", text, re.MULTILINE)


def test_a_frozen_lock_is_made_once_and_then_left_alone(apps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = apps / "frame_app.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[tool.hotlap]\n", "[tool.hotlap]\n# frozen = true\n"), encoding="utf-8")
    assert frameworks.read(file).frozen
    write(apps)
    before = (apps / "locks" / "frame.txt").read_bytes()
    local_index.wheel(apps.parent / "index", "frame", "3.0", "core>=2")
    local_index.use(monkeypatch, apps.parent, "serve", "extra")
    assert write(apps, upgrade=True)[-1] == "frame.txt: frozen, left as it is"
    assert (apps / "locks" / "frame.txt").read_bytes() == before
    assert locked(apps, "bare") == {"extra": "1.0", "serve": "1.0"}
    lock.require_current(frameworks.discover(apps)["frame"], HERE, ())
