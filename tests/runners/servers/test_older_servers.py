"""What older versions of each server are given for what they do not know, and that the oldest start."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from runners import servers
from runners.environments import cache
from runners.environments.interpreters import find
from runners.errors import PlanError
from runners.experiments.inspection import verify_selection
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.selection.matrix import Selection
from runners.servers.recipe import Serve
from tests.support.fake_run import Heard

VARIANTS = servers.discover()
PYTHONS = ("3.11", "3.12", "3.13")
"""Interpreters that the oldest versions have wheels for."""

NO_SOCKET, PARSER = "--no-control-socket", "--http-parser python"
SANS_IO, PINNED = "websockets-sansio", "apps.uvicorn_workers.PinnedWorker"
LEGACY_WORKER = "apps.uvicorn_workers.LegacyWebSocketWorker"
THREADS_AND_TIMEOUT = "--runtime-threads 1 --http1-header-read-timeout 60000"
MULTI_1, SINGLE_1 = "--threading-mode runtime --threads 1", "--threading-mode workers --threads 1"
MULTI_2 = f"--runtime-mode mt {THREADS_AND_TIMEOUT}"
SINGLE_2 = f"--runtime-mode st {THREADS_AND_TIMEOUT}"
NOTHING = ("", "")

DIFFERENCES: dict[str, dict[str, tuple[str, str]]] = {
    "gunicorn-sync": {
        "gunicorn 20.1.0": (f"{PARSER} {NO_SOCKET}", ""),
        "gunicorn 25.0.3": (f"{PARSER} {NO_SOCKET}", ""),
        "gunicorn 25.1.0": (PARSER, ""),
        "gunicorn 25.2.0": NOTHING,
    },
    "gunicorn-gthread": {"gunicorn 20.1.0": (f"{PARSER} {NO_SOCKET}", ""), "gunicorn 25.2.0": NOTHING},
    "gunicorn-gthread-fast": {"gunicorn 25.2.0": NOTHING},
    "gunicorn-gevent": {"gunicorn 20.1.0": (f"{PARSER} {NO_SOCKET}", ""), "gunicorn 25.2.0": NOTHING},
    "gunicorn-asgi": {
        "gunicorn 24.0.0": (f"{PARSER} {NO_SOCKET}", ""),
        "gunicorn 25.1.0": (PARSER, ""),
        "gunicorn 25.2.0": NOTHING,
    },
    "gunicorn-asgi-fast": {"gunicorn 25.2.0": NOTHING},
    "gunicorn-uvicorn": {
        "gunicorn 21.0.0": (NO_SOCKET, ""),
        "gunicorn 25.1.0": NOTHING,
        "uvicorn 0.22.0": (PINNED, LEGACY_WORKER),
        "uvicorn 0.41.0": (PINNED, LEGACY_WORKER),
        "uvicorn 0.42.0": NOTHING,
    },
    "gunicorn-gthread-as-shipped": {"gunicorn 20.1.0": (NO_SOCKET, ""), "gunicorn 25.1.0": NOTHING},
    "uvicorn-standard": {
        "uvicorn 0.22.0": (SANS_IO, "websockets"),
        "uvicorn 0.41.0": (SANS_IO, "websockets"),
        "uvicorn 0.42.0": NOTHING,
    },
    "uvicorn-pure": {"uvicorn 0.22.0": (SANS_IO, "websockets"), "uvicorn 0.42.0": NOTHING},
    "uvicorn-as-shipped": {"uvicorn 0.22.0": NOTHING},
    "granian-asgi": {
        "granian 1.6.4": (f"--task-impl asyncio {MULTI_2}", f"--no-opt {MULTI_1}"),
        "granian 1.7.6": (MULTI_2, MULTI_1),
        "granian 2.0.0": NOTHING,
    },
    "granian-wsgi": {
        "granian 1.6.4": (f"--task-impl asyncio {MULTI_2}", f"--no-opt {MULTI_1}"),
        "granian 2.0.0": NOTHING,
    },
    "granian-rsgi": {
        "granian 1.6.4": (f"--task-impl asyncio {SINGLE_2}", f"--no-opt {SINGLE_1}"),
        "granian 2.0.0": NOTHING,
    },
    "granian-asgi-st": {"granian 1.7.6": (SINGLE_2, SINGLE_1), "granian 2.0.0": NOTHING},
    "granian-rsgi-mt": {"granian 1.7.6": (MULTI_2, MULTI_1), "granian 2.0.0": NOTHING},
    "granian-wsgi-as-shipped": {"granian 1.6.4": NOTHING},
}
"""By variant and version: the words that the newest is given and this one is not, and those of its own."""

NO_C_PARSER = "gunicorn-h1c>=0.4.1, and there is none"
LACKING = {
    "gunicorn-asgi": ("gunicorn 23.0.0", "gunicorn-asgi needs gunicorn>=24, and there is 23.0.0"),
    "gunicorn-uvicorn": ("gunicorn 20.1.0", "gunicorn-uvicorn needs gunicorn>=21, and there is 20.1.0"),
    "gunicorn-gthread-fast": (
        "gunicorn 25.1.0",
        f"gunicorn-gthread-fast needs gunicorn>=25.2, and there is 25.1.0; {NO_C_PARSER}",
    ),
    "gunicorn-asgi-fast": ("gunicorn 27.0.1", f"gunicorn-asgi-fast needs {NO_C_PARSER}"),
}
"""By variant: a version that lacks it altogether, and the reason that is told."""

OLDEST = {
    "gunicorn==20.1.*": ("wsgi", "gunicorn-gthread"),
    "uvicorn==0.22.*": ("asgi", "uvicorn-standard"),
    "granian==1.6.*": ("asgi", "granian-asgi"),
}
"""The bounds of the recipes, and a stack that proves each."""


def versions(text: str) -> dict[str, str]:
    name, version = text.split()
    return {name: version}


def words(name: str, installed: dict[str, str]) -> list[str]:
    """Command line of a variant."""
    variant = VARIANTS[name]
    return list(variant.argv(Serve(target="apps.a:app", interface=variant.interface), installed))


def test_the_table_names_every_variant() -> None:
    assert DIFFERENCES.keys() == VARIANTS.keys()


@pytest.mark.parametrize(
    ("name", "version"), [(name, version) for name, table in DIFFERENCES.items() for version in table]
)
def test_an_older_version_is_given_what_it_knows(name: str, version: str) -> None:
    newest, older = words(name, {}), words(name, versions(version))
    left_out, own = DIFFERENCES[name][version]
    expected = list(newest)
    for word in left_out.split():
        expected.remove(word)
    assert sorted(older) == sorted([*expected, *own.split()])
    sentences = VARIANTS[name].differences(versions(version))
    assert bool(sentences) == bool(left_out)
    assert all(sentence.startswith(f"{version} is too old for `") for sentence in sentences)


def test_what_is_left_out_and_what_is_given_instead_are_told() -> None:
    assert VARIANTS["gunicorn-sync"].differences({"gunicorn": "25.1.0"}) == (
        "gunicorn 25.1.0 is too old for `--http-parser python` (gunicorn>=25.2): left out",
    )
    (sentence,) = VARIANTS["uvicorn-pure"].differences({"uvicorn": "0.34.0"})
    assert sentence.endswith("`--ws websockets-sansio` (uvicorn>=0.42): `--ws websockets` in its place")


@pytest.mark.parametrize("version", ["23.0.0 (path, content 0123)", "23.0.0"])
def test_what_is_no_release_is_given_what_the_version_it_states_knows(version: str) -> None:
    assert "--no-control-socket" not in words("gunicorn-sync", {"gunicorn": version})
    assert VARIANTS["gunicorn-asgi"].unmet({"gunicorn": version}).endswith("and there is 23.0.0")
    assert "--no-control-socket" in words("gunicorn-sync", {"gunicorn": "unknown"})


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_that_a_version_lacks_altogether_is_not_applicable_to_it(name: str) -> None:
    if name in LACKING:
        version, reason = LACKING[name]
        assert VARIANTS[name].unmet(versions(version)) == reason
    locked = {"gunicorn": "27.0.1", "gunicorn-h1c": "0.6.10", "uvicorn": "0.54.0", "granian": "2.8.7"}
    assert not VARIANTS[name].unmet(locked)
    assert bool(VARIANTS[name].needs) == (name in LACKING)


def oldest_python() -> str:
    """An interpreter of this machine that the bounds have wheels for; skips the test where there is none."""
    for name in PYTHONS:
        try:
            return str(find(name, cache.root()).path)
        except PlanError:
            continue
    pytest.skip(f"none of Python {', '.join(PYTHONS)} is installed, for which the oldest servers have wheels")


def test_every_bound_has_a_stack_that_proves_it() -> None:
    bounds = {
        f"{need.name}=={part.version}.*"
        for need in map(Requirement, servers.packages())
        for part in need.specifier
    }
    assert bounds == OLDEST.keys()


@pytest.mark.servers
@pytest.mark.parametrize("bound", OLDEST)
def test_the_oldest_version_starts_and_answers_rightly(bound: str) -> None:
    framework, server = OLDEST[bound]
    heard = Heard()
    inspection = verify_selection(
        RunOptions(
            selection=Selection(frameworks=(framework,), servers=(server,), scenarios=("json",)),
            timing=QUICK,
            pythons=(oldest_python(),),
            overrides=(bound,),
        ),
        heard,
    )
    assert not inspection.failures
    assert {cell.server for cell in inspection.passed} == {server}
    assert any(line.startswith(f"{server.partition('-')[0]} ") for line in heard.said)


@pytest.mark.parametrize("below", ["gunicorn==20.0.4", "uvicorn==0.21.1", "granian==1.5.2"])
def test_below_the_bound_nothing_is_built(below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: object, **_options: object) -> str:
        raise AssertionError("uv was called")

    monkeypatch.setattr("runners.environments.uv_tool.run", never)
    selection = Selection(frameworks=("asgi",), servers=("uvicorn-pure",), scenarios=("json",))
    options = RunOptions(selection=selection, timing=QUICK, overrides=(below,))
    name, _, version = below.partition("==")
    with pytest.raises(PlanError, match=f"^{name} {version} is older than hotlap can start"):
        verify_selection(options, Watcher())
