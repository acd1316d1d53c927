from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from results.model import FrameworkEnvironment
from runners.environments import cache, interpreters, lock, overrides, resolution, uv_tool
from runners.environments.provision import Provisioned, provision, provision_all
from runners.errors import PlanError, ProvisionError
from runners.selection import frameworks
from runners.selection.frameworks import Framework
from tests.support import local_index

OWN = sys.executable
"""The interpreter that runs the tests: the others of the machine are not asked."""


class Track:
    """Two locked frameworks over a local index, and everything that was said."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.apps = root / "apps"
        self.cache = root / "cache"
        self.said: list[str] = []

    def framework(self, name: str = "frame") -> Framework:
        return frameworks.discover(self.apps)[name]

    def provision(self, name: str = "frame", *with_: str, python: str = OWN) -> Provisioned:
        return provision(
            self.framework(name),
            python=python,
            overrides=with_,
            cache=self.cache,
            echo=self.said.append,
        )

    def provision_all(self, *with_: str) -> dict[str, Provisioned | ProvisionError]:
        known = frameworks.discover(self.apps).values()
        return provision_all(known, python=OWN, overrides=with_, cache=self.cache, echo=self.said.append)


@pytest.fixture(scope="module", name="locked")
def _locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index, apps and locks as every test begins with them."""
    root = tmp_path_factory.mktemp("locked")
    apps = root / "apps"
    apps.mkdir()
    local_index.fill(root / "index")
    local_index.app(apps, "bare")
    local_index.app(apps, "frame", "frame")
    (apps / "contract.py").write_text("WORD = 'shared'\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as settings:
        local_index.use(settings, root)
        lock.lock(frameworks.discover(apps).values(), upgrade=False, echo=lambda _line: None)
    return root


@pytest.fixture(name="track")
def _track(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Track:
    shutil.copytree(locked, tmp_path, dirs_exist_ok=True)
    local_index.use(monkeypatch, tmp_path)
    return Track(tmp_path)


def inside(provisioned: Provisioned, code: str, folder: Path) -> str:
    """What ``code`` prints in the environment, as a server would be started."""
    settings = {"PYTHONPATH": str(provisioned.stage), "PYTHONSAFEPATH": "1"}
    argv = [str(provisioned.python), "-c", code]
    done = subprocess.run(argv, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def never(*_arguments: object, **_options: object) -> str:
    raise AssertionError("uv was called")


def test_an_environment_holds_the_lock_and_its_record_says_so(track: Track, tmp_path: Path) -> None:
    made = track.provision()
    assert made.record.versions == {"core": "2.0", "frame": "2.0", "serve": "1.0"}
    assert made.record.framework == made.record.title == "frame"
    assert made.record.declared == {"serialiser": "none"}
    assert made.record.python == ".".join(map(str, sys.version_info[:3]))
    assert made.record.overrides == made.record.moved == ()
    assert inside(
        made, "import frame, apps.contract; print(frame.VERSION, apps.contract.WORD)", tmp_path
    ) == ("2.0 shared")


def test_the_harness_and_its_packages_are_out_of_sight(track: Track, tmp_path: Path) -> None:
    made = track.provision()
    for name in ("runners", "results", "locust", "uv"):
        assert inside(made, f"import {name}", tmp_path) == f"ModuleNotFoundError: No module named '{name}'"


def test_packages_and_stage_are_compiled(track: Track) -> None:
    made = track.provision()
    site = next(made.python.parent.parent.glob("lib/python3*/site-packages"))
    assert len(list(site.glob("__pycache__/frame.*.pyc"))) == 1
    assert len(list(made.stage.glob("apps/__pycache__/contract.*.pyc"))) == 1


def test_a_known_environment_is_reused_without_any_process(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = track.provision()
    monkeypatch.setattr(subprocess, "Popen", never)
    assert track.provision() == first
    assert track.said == ["frame: building its environment"]


def test_an_app_that_changed_gets_a_new_stage_and_key_in_the_same_environment(track: Track) -> None:
    first = track.provision()
    (track.apps / "contract.py").write_text("WORD = 'other'\n", encoding="utf-8")
    second = track.provision()
    assert second.python == first.python
    assert second.stage != first.stage
    assert second.record.key != first.record.key
    assert (first.stage / "apps" / "contract.py").read_text(encoding="utf-8") == "WORD = 'shared'\n"


def test_a_lock_that_changed_gets_another_environment(track: Track) -> None:
    first = track.provision()
    local_index.app(track.apps, "frame", "frame<2")
    lock.lock([track.framework()], upgrade=False, echo=track.said.append)
    second = track.provision()
    assert second.python != first.python
    assert second.record.versions["frame"] == "1.0"


def test_an_interrupted_build_is_never_reused(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = uv_tool.run

    def interrupted(arguments: list[str | Path], **options: Any) -> None:  # noqa: ANN401 - passed on
        if "sync" in arguments:
            raise KeyboardInterrupt
        whole(arguments, **options)

    monkeypatch.setattr(uv_tool, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        track.provision()
    assert list(track.cache.glob("environments/*/venv"))
    monkeypatch.setattr(uv_tool, "run", whole)
    assert track.provision().record.versions["frame"] == "2.0"


def test_two_at_a_time_build_once_and_the_other_says_that_it_waits(track: Track) -> None:
    begun, go_on = threading.Event(), threading.Event()
    builds: list[Path] = []

    def build(folder: Path, _lock: int) -> str:
        builds.append(folder)
        begun.set()
        assert go_on.wait(10)
        return "built"

    folder = track.cache / "something"
    got: list[str] = []
    first = threading.Thread(target=lambda: got.append(cache.built(folder, build, waiting=lambda: None)))
    first.start()
    assert begun.wait(10)
    got.append(cache.built(folder, build, waiting=go_on.set))
    first.join()
    assert got == ["built", "built"]
    assert builds == [folder]


@pytest.mark.faults("builds-at-once")
def test_a_build_waits_for_what_a_killed_one_left_running(tmp_path: Path) -> None:
    folder, waited = tmp_path / "something", threading.Event()
    orphan: list[subprocess.Popen[str]] = []

    def killed(_folder: Path, lock: int) -> str:
        argv = [sys.executable, "-c", "input()"]
        orphan.append(subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, pass_fds=(lock,)))
        raise KeyboardInterrupt

    def waiting() -> None:
        waited.set()
        orphan[0].communicate("\n")

    with pytest.raises(KeyboardInterrupt):
        cache.built(folder, killed, waiting=lambda: None)
    assert cache.built(folder, lambda _folder, _lock: "whole", waiting=waiting) == "whole"
    assert waited.is_set()


def test_a_cache_that_cannot_be_written_says_where(track: Track) -> None:
    track.cache.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ProvisionError, match="cannot be written") as caught:
        track.provision()
    assert "XDG_CACHE_HOME" in caught.value.remedy


def test_the_cache_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.root() == tmp_path / "hotlap"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.root() == Path.home() / ".cache" / "hotlap"


def test_an_override_moves_what_it_must_and_says_what(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    made = track.provision("frame", "core==1.0")
    assert made.record.versions == {"core": "1.0", "frame": "1.0", "serve": "1.0"}
    assert made.record.overrides == ("core==1.0",)
    assert made.record.moved == ("frame 2.0 -> 1.0",)
    assert "frame with core==1.0: frame 2.0 -> 1.0 moved" in track.said
    monkeypatch.setattr(subprocess, "run", never)
    assert track.provision("frame", "core==1.0") == made
    assert track.said[-1] == "frame with core==1.0: frame 2.0 -> 1.0 moved"


def test_an_override_leaves_the_rest_at_the_lock(track: Track) -> None:
    local_index.wheel(track.root / "index", "serve", "2.0")
    local_index.wheel(track.root / "index", "frame", "3.0", "core>=2")
    made = track.provision("frame", "core>=2")
    assert made.record.versions == {"core": "2.0", "frame": "2.0", "serve": "1.0"}
    assert made.record.moved == ()


def test_an_override_replaces_what_app_and_servers_require_and_keeps_extras(track: Track) -> None:
    local_index.app(track.apps, "frame", "frame[fast]>=2")
    wanted = overrides.parse("frame<2")
    assert resolution.requirements(track.framework(), (wanted,)) == ("serve", "frame[fast]<2")


@pytest.mark.parametrize(("older", "moved"), [("serve<2", ("extra (none) -> 1.0",)), ("serve<1", ())])
def test_what_older_servers_need_besides_is_installed_with_them(
    older: str, moved: tuple[str, ...], track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.servers.companions", lambda: {older: ("extra<2",)})
    made = track.provision("frame", "core==2.0")
    assert made.record.moved == moved
    assert ("extra" in made.record.versions) == bool(moved)


@pytest.mark.parametrize("wanted", ["serve==1.0", "serve<1.5"])
def test_a_server_below_its_bound_is_refused_before_anything_is_built(
    wanted: str, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_index.use(monkeypatch, track.root, "serve>=1.5")
    with pytest.raises(PlanError, match=r"serve 1\.0 is older than hotlap can start") as caught:
        track.provision("frame", wanted)
    assert caught.value.remedy == "choose serve>=1.5"
    assert not list(track.cache.glob("environments/*"))


def test_an_override_that_fits_nothing_carries_what_uv_says(track: Track) -> None:
    with pytest.raises(ProvisionError, match="frame: no versions fit together with core") as caught:
        track.provision("frame", "core==7")
    assert "core==7" in caught.value.log_tail
    assert caught.value.remedy


def test_a_path_is_installed_as_it_is_now(track: Track, tmp_path: Path) -> None:
    project = tmp_path / "core"
    local_index.project(project)
    first = track.provision("frame", str(project))
    assert inside(first, "import core; print(core.VERSION)", tmp_path) == "local"
    assert first.record.versions["frame"] == "2.0"
    assert first.record.versions["core"].startswith("9.0 (path, content ")
    assert first.record.overrides[0].startswith("core @ path, content ")
    assert str(tmp_path) not in str(first.record)
    (project / "core.py").write_text("VERSION = 'edited'\n", encoding="utf-8")
    second = track.provision("frame", f"core @ {project}")
    assert inside(second, "import core; print(core.VERSION)", tmp_path) == "edited"
    assert second.record.key != first.record.key


def test_a_path_may_be_of_the_very_version_that_is_locked(track: Track, tmp_path: Path) -> None:
    """uv would keep the hashes of that version, which a folder cannot have."""
    project = tmp_path / "core"
    local_index.project(project, version="2.0")
    made = track.provision("frame", str(project))
    assert inside(made, "import core; print(core.VERSION)", tmp_path) == "local"
    assert made.record.versions["core"].startswith("2.0 (path, content ")


def git(folder: Path, *arguments: str) -> str:
    argv = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def test_git_sources_record_their_commit(track: Track, tmp_path: Path) -> None:
    project = tmp_path / "core"
    local_index.project(project)
    git(project, "init", "--quiet", "--initial-branch=trunk")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message=first")
    commit = git(project, "rev-parse", "HEAD")
    by_path = track.provision("frame", str(project))
    assert by_path.record.versions["core"] == f"9.0 (path, commit {commit})"
    by_git = track.provision("frame", f"core @ git+{project.as_uri()}@trunk")
    assert by_git.record.versions["core"] == f"9.0 (git, commit {commit})"
    (project / "core.py").write_text("VERSION = 'edited'\n", encoding="utf-8")
    changed = track.provision("frame", str(project))
    assert f"9.0 (path, commit {commit} with changes, content " in changed.record.versions["core"]
    git(project, "commit", "--quiet", "--all", "--message=second")
    moved = track.provision("frame", f"core @ git+{project.as_uri()}@trunk")
    assert moved.record.versions["core"] != by_git.record.versions["core"]
    assert inside(moved, "import core; print(core.VERSION)", tmp_path) == "edited"
    assert str(tmp_path) not in str((by_git.record, changed.record))


def test_a_git_address_is_recorded_without_credentials_and_can_be_given_again() -> None:
    wanted = overrides.parse("core @ git+https://me:secret@example.org/group/core.git@trunk")
    resolved = f"@ git+https://me:secret@example.org/group/core.git@{'0f' * 20}"
    said = resolution._source(wanted, resolved)
    assert said == f"git+https://example.org/group/core.git@{'0f' * 20}"
    assert not wanted.settled
    assert overrides.parse(f"core @ {said}").settled


@pytest.mark.parametrize("text", ["", "core==", "git+https://me:secret@example.org/core", "core @"])
def test_an_override_that_is_not_understood(text: str) -> None:
    with pytest.raises(PlanError, match="is not understood") as caught:
        overrides.parse(text)
    assert "secret" not in str(caught.value)
    assert "NAME==VERSION" in caught.value.remedy


@pytest.mark.parametrize("name", ["nothing", "nothing.whl", "nothing.tar.gz"])
def test_a_path_without_a_project(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlanError, match="nothing"):
        overrides.parse(f"./{name}")
    (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(PlanError, match="does not tell the name of its project"):
        overrides.parse(str(tmp_path / name))


@pytest.mark.faults("environment-not-built")
def test_all_are_provisioned_and_one_failure_spares_the_others(track: Track) -> None:
    local_index.app(track.apps, "lockless")
    found = track.provision_all()
    assert list(found) == ["bare", "frame", "lockless"]
    lockless = found["lockless"]
    assert isinstance(lockless, ProvisionError)
    assert lockless.remedy == "Run `hotlap lock`."
    assert isinstance(found["bare"], Provisioned)
    assert isinstance(found["frame"], Provisioned)


def test_an_override_concerns_only_those_that_have_the_package(track: Track) -> None:
    found = track.provision_all("core==1.0")
    records = {name: made.record for name, made in found.items() if isinstance(made, Provisioned)}
    assert records["frame"].overrides == ("core==1.0",)
    assert records["bare"].overrides == ()
    with pytest.raises(PlanError, match="no lock of bare, frame holds cor, so"):
        track.provision_all("cor==1.0")


def test_a_lock_for_other_requirements_is_refused(track: Track) -> None:
    local_index.app(track.apps, "frame", "frame", "extra")
    with pytest.raises(ProvisionError, match="the lock of frame does not hold extra"):
        track.provision()


@pytest.mark.faults("wheel-not-as-locked")
def test_a_lock_with_a_wrong_hash_is_not_installed(track: Track) -> None:
    path = track.framework().lock
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("--hash=sha256:", "--hash=sha256:" + "0" * 8, 1), encoding="utf-8")
    with pytest.raises(ProvisionError, match="packages could not be installed") as caught:
        track.provision()
    assert "hash" in caught.value.log_tail.lower()


@pytest.mark.faults("index-away")
def test_no_connection_is_said_in_words(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_FIND_LINKS")
    monkeypatch.delenv("UV_NO_INDEX")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://me:secret@index.invalid/simple")
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(ProvisionError) as caught:
        track.provision()
    assert caught.value.remedy == uv_tool.OFFLINE
    assert "secret" not in caught.value.log_tail
    assert "index.invalid" not in caught.value.log_tail


def test_what_uv_says_is_shown_without_addresses() -> None:
    text = (
        f"Failed to fetch: `https://me:secret@example.org/simple/core/`\nin {Path.home()}/x (file:///a/b)\n"
    )
    assert uv_tool.shown(text) == "Failed to fetch: `<address>`\nin ~/x (<address>)"
    assert uv_tool.shown("\n".join(map(str, range(99)))).splitlines()[0] == str(99 - uv_tool.TAIL_LINES)


def test_uv_keeps_the_users_index_and_never_downloads_a_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://example.org/simple")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "automatic")
    settings = uv_tool.environment()
    assert settings["UV_DEFAULT_INDEX"] == "https://example.org/simple"
    assert settings["UV_PYTHON_DOWNLOADS"] == "never"
    assert "VIRTUAL_ENV" not in settings


def test_a_missing_uv_says_how_to_get_it(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("uv.find_uv_bin", nowhere)
    with pytest.raises(ProvisionError, match="uv is not installed") as caught:
        track.provision()
    assert caught.value.remedy == "Run `pip install uv`."


def test_an_unknown_python_names_those_found(track: Track) -> None:
    own = ".".join(map(str, sys.version_info[:2]))
    with pytest.raises(PlanError, match=rf"no Python 3\.99 .* found: .*{own}"):
        track.provision(python="3.99")
    with pytest.raises(PlanError, match="'three' is no Python version"):
        track.provision(python="three")
    with pytest.raises(PlanError, match="there is no Python at"):
        track.provision(python="/nowhere/python")
    with pytest.raises(PlanError, match="does not answer"):
        track.provision(python="/bin/false")


def test_a_python_that_the_framework_does_not_admit(track: Track) -> None:
    file = track.framework().path
    file.write_text(file.read_text(encoding="utf-8").replace(">=3.11", ">=3.99"), encoding="utf-8")
    with pytest.raises(ProvisionError, match=r"frame requires Python >=3\.99"):
        track.provision()


def test_pythons_are_found_on_path_and_under_pyenv_but_not_as_shims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyenv = tmp_path / "pyenv"
    for folder in (pyenv / "shims", pyenv / "versions" / "3.98.2" / "bin", tmp_path / "bin"):
        folder.mkdir(parents=True)
    for path in (
        pyenv / "shims" / "python3.97",
        pyenv / "versions/3.98.2/bin/python3.98",
        tmp_path / "bin/python3.96t",
    ):
        path.write_text("#!/bin/sh\n", encoding="utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    monkeypatch.setenv("PATH", f"{pyenv / 'shims'}:{tmp_path / 'bin'}")
    own = ".".join(map(str, sys.version_info[:3]))
    assert set(interpreters.names()) == {own, "3.96t", "3.98.2"}
    assert list(interpreters._candidates("3.98", "")) == [pyenv / "versions/3.98.2/bin/python3.98"]
    assert list(interpreters._candidates("3.96", "t")) == [tmp_path / "bin" / "python3.96t"]
    assert not list(interpreters._candidates("3.97", ""))


def test_a_python_is_asked_once_and_again_when_it_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ".".join(map(str, sys.version_info[:3]))
    first = interpreters.find(own, tmp_path)
    assert first.path == Path(sys.executable).resolve()
    monkeypatch.setattr(subprocess, "Popen", never)
    assert interpreters.find(OWN, tmp_path) == first
    monkeypatch.setattr(interpreters, "_stamp", lambda _path: "replaced")
    with pytest.raises(AssertionError, match="uv was called"):
        interpreters.find(OWN, tmp_path)


def test_a_script_in_front_of_a_python_leads_to_it(tmp_path: Path) -> None:
    wrapper = script(tmp_path / "python", f'exec "{sys.executable}" "$@"')
    assert interpreters.find(str(wrapper), tmp_path).path == Path(sys.executable).resolve()


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("length", [1, 2])
def test_scripts_that_call_each_other_in_a_circle_are_ended_and_told(tmp_path: Path, length: int) -> None:
    names = [tmp_path / f"python-{number}" for number in range(length)]
    for path, following in zip(names, [*names[1:], names[0]], strict=True):
        script(path, f'{following} "$@"\ntrue')  # as a child: the shell does not make way for it
    with pytest.raises(PlanError, match="calls itself, or others that call it again") as caught:
        interpreters.probe(names[0], tmp_path / "cache")
    assert caught.value.remedy
    deadline_s = time.monotonic() + 20
    while any(str(tmp_path) in read_or_nothing(path) for path in Path("/proc").glob("[0-9]*/cmdline")):
        assert time.monotonic() < deadline_s, "some went on"


def test_a_script_that_becomes_itself_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "PROBE_S", 0.3)
    path = tmp_path / "python"
    with pytest.raises(PlanError, match=r"did not answer within 0.3 s") as caught:
        interpreters.probe(script(path, f'exec {path} "$@"'), tmp_path / "cache")
    assert "call itself" in caught.value.remedy


def test_scripts_that_name_each_other_as_the_interpreter(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    script(first, f"""echo '{{"path": "{second}"}}'""")
    script(second, f"""echo '{{"path": "{first}"}}'""")
    with pytest.raises(PlanError, match=f"{first} is a script that calls itself"):
        interpreters.probe(first, tmp_path / "cache")


@pytest.mark.parametrize("said", ["nothing", "[]", "{}"])
def test_what_answers_otherwise_is_no_python(tmp_path: Path, said: str) -> None:
    with pytest.raises(PlanError, match="does not answer as a Python would"):
        interpreters.probe(script(tmp_path / "python", f"echo '{said}'"), tmp_path / "cache")


def read_or_nothing(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended
        return ""


@pytest.mark.parametrize(
    ("flags", "shown", "optimised"),
    [
        ({}, "no PGO, no LTO", False),
        ({"CONFIG_ARGS": "'--enable-optimizations' '--with-lto'"}, "PGO, LTO", True),
        (
            {"CONFIG_ARGS": "'--enable-optimizations' '--with-lto=thin' '--enable-bolt'"},
            "PGO, LTO, BOLT",
            True,
        ),
        ({"CONFIG_ARGS": "'--enable-optimizations' '--with-lto=no'"}, "PGO, no LTO", False),
        ({"CFLAGS_NODIST": "-fprofile-use", "LDFLAGS_NODIST": "-flto"}, "PGO, LTO", True),
        ({"CONFIG_ARGS": "--enable-optimizations --with-lto", "Py_DEBUG": "1"}, "PGO, LTO, debug", False),
        ({"Py_GIL_DISABLED": "1"}, "no PGO, no LTO, free-threaded", False),
    ],
)
def test_build_flags(tmp_path: Path, flags: dict[str, str], shown: str, *, optimised: bool) -> None:
    own = interpreters.find(OWN, tmp_path)
    built = replace(own, compiler="GCC", flags=dict.fromkeys(own.flags, "") | flags)
    assert built.build == f"{own.implementation}, GCC, {shown}"
    assert built.optimised is optimised


def test_markers_are_the_interpreters(tmp_path: Path) -> None:
    other = replace(interpreters.find(OWN, tmp_path), version="3.13.1")
    assert other.markers["python_version"] == "3.13"
    assert other.markers["python_full_version"] == "3.13.1"
    assert other.markers["sys_platform"] == sys.platform


def test_a_record_is_json(track: Track) -> None:
    record = track.provision().record
    assert isinstance(record, FrameworkEnvironment)
    assert json.loads(json.dumps(record.versions)) == record.versions
