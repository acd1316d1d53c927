"""What each server variant comes to, as the locked server itself understands its command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement

from results.model import Interface
from runners import servers
from runners.environments.provision import Provisioned, provision
from runners.errors import PlanError
from runners.selection.frameworks import discover
from runners.servers.recipe import Serve, Variant
from tests.support.asked_servers import ask

VARIANTS = servers.discover()
TARGET = "apps.asgi_app:app"
ALIKE = {
    "target": TARGET,
    "address": ["127.0.0.1:8123"],
    "workers": 2,
    "backlog": 2048,
    "keep_alive_s": 60,
    "access_log": False,
}
"""What all variants are to be given, whatever their servers call it."""
UVICORN = {"interface": "asgi3", "proxy_headers": False, "most_connections": None}
SANS_IO = "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol"
HTTPTOOLS = "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol"
GRANIAN = {
    "loop": "uvloop",
    "task": "asyncio",
    "runtime": "mt",
    "runtime_threads": 1,
    "http": "1",
    "keep_alive": True,
    "most_connections": 1200,
}
GUNICORN = {"most_connections": 1200, "control_socket": False, "http": "python"}

PICKS: dict[str, dict[str, object]] = {
    "granian-asgi": {**ALIKE, **GRANIAN, "interface": "asgi", "threads": 1, "ws": True},
    "granian-wsgi": {**ALIKE, **GRANIAN, "interface": "wsgi", "threads": 40, "ws": False},
    "granian-rsgi": {**ALIKE, **GRANIAN, "interface": "rsgi", "threads": 1, "ws": True, "runtime": "st"},
    "granian-asgi-st": {**ALIKE, **GRANIAN, "interface": "asgi", "runtime": "st", "workers": 1},
    "granian-rsgi-mt": {**ALIKE, **GRANIAN, "interface": "rsgi", "workers": 1},
    "granian-wsgi-as-shipped": {"interface": "wsgi", "threads": 512, "most_connections": 1024},
    "gunicorn-sync": {**ALIKE, **GUNICORN, "worker": "gunicorn.workers.sync.SyncWorker", "threads": 1},
    "gunicorn-gthread": {
        **ALIKE,
        **GUNICORN,
        "worker": "gunicorn.workers.gthread.ThreadWorker",
        "threads": 40,
    },
    "gunicorn-gthread-fast": {
        **ALIKE,
        **GUNICORN,
        "workers": 1,
        "worker": "gunicorn.workers.gthread.ThreadWorker",
        "threads": 40,
        "http": "fast",
    },
    "gunicorn-gevent": {**ALIKE, **GUNICORN, "worker": "gunicorn.workers.ggevent.GeventWorker"},
    "gunicorn-asgi": {**ALIKE, **GUNICORN, "worker": "gunicorn.workers.gasgi.ASGIWorker", "loop": "uvloop"},
    "gunicorn-asgi-fast": {
        **ALIKE,
        **GUNICORN,
        "workers": 1,
        "worker": "gunicorn.workers.gasgi.ASGIWorker",
        "loop": "uvloop",
        "http": "fast",
    },
    "gunicorn-uvicorn": {
        **ALIKE,
        **GUNICORN,
        "worker": "apps.uvicorn_workers.PinnedWorker",
        "http": "auto",
        "of_uvicorn": {
            "interface": "asgi3",
            "loop": "uvloop",
            "http": "httptools",
            "ws": "websockets-sansio",
            "access_log": False,
            "proxy_headers": False,
        },
    },
    "gunicorn-gthread-as-shipped": {
        "worker": "gunicorn.workers.gthread.ThreadWorker",
        "threads": 1,
        "keep_alive_s": 2,
        "most_connections": 1000,
    },
    "uvicorn-standard": {
        **ALIKE,
        **UVICORN,
        "loop": "uvloop.new_event_loop",
        "http": HTTPTOOLS,
        "ws": SANS_IO,
    },
    "uvicorn-pure": {
        **ALIKE,
        **UVICORN,
        "loop": "asyncio.unix_events._UnixSelectorEventLoop",
        "http": "uvicorn.protocols.http.h11_impl.H11Protocol",
        "ws": SANS_IO,
    },
    "uvicorn-as-shipped": {"access_log": True, "proxy_headers": True, "keep_alive_s": 5, "http": HTTPTOOLS},
}
"""What each variant's title and notes promise, in the words of its server."""


def serve(variant: Variant) -> Serve:
    workers = 2 if variant.default else 1
    return Serve(target=TARGET, interface=variant.interface, port=8123, workers=workers, max_connections=1200)


@pytest.fixture(scope="module", name="environment")
def _environment() -> Provisioned:
    return provision(discover()["asgi"], echo=lambda _line: None)


@pytest.fixture(scope="module", name="answers")
def _answers(environment: Provisioned, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    commands = {name: variant.argv(serve(variant), {}) for name, variant in VARIANTS.items()}
    return ask(commands, environment, tmp_path_factory.mktemp("cwd"))


def test_every_variant_has_picks_that_its_server_is_asked_for() -> None:
    assert list(VARIANTS) == list(PICKS)


@pytest.mark.servers
@pytest.mark.parametrize("name", PICKS)
def test_the_command_line_names_every_setting(name: str, answers: dict[str, Any]) -> None:
    answer = answers[name]
    assert "refused" not in answer, answer
    assert {key: answer.get(key) for key in PICKS[name]} == PICKS[name]


@pytest.mark.servers
def test_a_server_refuses_what_it_does_not_know(environment: Provisioned, tmp_path: Path) -> None:
    commands = {
        name: (*VARIANTS[name].argv(serve(VARIANTS[name]), {}), "--no-such-option")
        for name in ("uvicorn-standard", "granian-asgi", "gunicorn-gthread")
    }
    answers = ask(commands, environment, tmp_path)
    assert answers.keys() == commands.keys()
    assert all("--no-such-option" in answer["refused"] for answer in answers.values())


@pytest.mark.parametrize("name", PICKS)
def test_a_variant_says_what_it_can(name: str) -> None:
    variant = VARIANTS[name]
    assert variant.name == name
    assert "http" in variant.capabilities
    assert ("websocket" in variant.capabilities) == (variant.interface != Interface.WSGI)
    assert ("lifespan" in variant.capabilities) == (variant.interface == Interface.ASGI)


def test_only_the_sync_worker_has_no_keep_alive() -> None:
    assert [name for name, variant in VARIANTS.items() if not variant.http_keep_alive] == ["gunicorn-sync"]


def test_what_a_server_would_not_pick_and_as_shipped_are_measured_only_when_named() -> None:
    named = {name for name, variant in VARIANTS.items() if not variant.default}
    as_shipped = {name for name in VARIANTS if name.endswith("as-shipped")}
    fast = {"gunicorn-gthread-fast", "gunicorn-asgi-fast"}
    assert named == as_shipped | fast | {"granian-asgi-st", "granian-rsgi-mt"}


def test_servers_are_required_once() -> None:
    names = [Requirement(text).name for text in servers.packages()]
    assert sorted(names) == ["granian", "gunicorn", "uvicorn", "uvicorn-worker"]


def test_a_server_below_its_bound_is_refused_and_any_other_package_is_not() -> None:
    servers.require_startable({"gunicorn": "20.1.0", "uvicorn": "0.22.0", "granian": "1.6.0", "flask": "0.1"})
    servers.require_startable({"gunicorn": "@ git+x", "granian": "2.0 (path, content 1)"})
    with pytest.raises(PlanError, match=r"^uvicorn 0\.21\.1 is older .* knows >=0\.22") as caught:
        servers.require_startable({"gunicorn": "20.1.0", "uvicorn": "0.21.1"})
    assert caught.value.remedy == "choose uvicorn>=0.22"


def recipes(monkeypatch: pytest.MonkeyPatch, **files: object) -> None:
    """Make ``files`` all recipes that there are: constants by name of file."""
    modules = {f"{name}_server.py": constants for name, constants in files.items()}
    monkeypatch.setattr(servers, "_modules", lambda: modules)


def recipe(*names: str, **constants: object) -> SimpleNamespace:
    variants = tuple(
        Variant(name=name, interface=Interface.ASGI, title=name, command=lambda _serve: ()) for name in names
    )
    return SimpleNamespace(**{"VARIANTS": variants, "PACKAGES": ("uvicorn",), **constants})


def test_two_files_with_one_variant_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes(monkeypatch, first=recipe("fast"), second=recipe("slow", "fast"))
    complaint = r"^first_server\.py and second_server\.py both declare a server variant 'fast'"
    with pytest.raises(PlanError, match=complaint) as caught:
        servers.discover()
    assert "rename" in caught.value.remedy


def test_a_file_that_is_no_recipe_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes(monkeypatch, empty=SimpleNamespace())
    with pytest.raises(PlanError, match=r"^empty_server\.py declares no VARIANTS"):
        servers.discover()
    with pytest.raises(PlanError, match=r"^empty_server\.py declares no PACKAGES"):
        servers.packages()


def test_packages_that_are_no_requirements_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes(monkeypatch, wrong=recipe("fast", PACKAGES=("uvicorn>>1",)))
    with pytest.raises(PlanError, match=r"^wrong_server\.py: package 'uvicorn>>1'"):
        servers.packages()


def test_a_server_that_is_left_its_own_keep_alive_is_told_nothing_of_it() -> None:
    for name, variant in VARIANTS.items():
        kept = variant.argv(serve(variant), {})
        left = variant.argv(replace(serve(variant), keep_alive_s=None), {})
        assert not [word for word in left if "keep-alive" in word and word != "--http1-keep-alive"], name
        assert "--http1-header-read-timeout" not in left
        assert len(kept) - len(left) == (0 if name.endswith("as-shipped") else 2)


def test_http2_differs_by_one_word_where_a_server_has_it() -> None:
    having = {name: variant for name, variant in VARIANTS.items() if variant.http2 is not None}
    assert having.keys() == {name for name in VARIANTS if "granian" in name and "as-shipped" not in name}
    for variant in having.values():
        assert variant.http2 is not None
        both = zip(variant.command(serve(variant)), variant.http2(serve(variant)), strict=True)
        assert [pair for pair in both if pair[0] != pair[1]] == [("1", "auto")]


def test_every_server_reloads_its_workers() -> None:
    assert all(variant.reloads for variant in VARIANTS.values())
