"""The command line of every server variant, as a whole: a changed default must be seen here."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from runners import servers
from runners.servers.recipe import Serve

ADDRESS = "--host 127.0.0.1 --port 8123 --workers 2"
BOUND = "apps.x:app --bind 127.0.0.1:8123 --workers 2 --worker-class"
GUNICORN = "--backlog 2048 --keep-alive 60 --worker-connections 1200"
GRANIAN = "--loop uvloop --task-impl asyncio --runtime-mode mt --runtime-threads 1"
GRANIAN_HTTP = (
    "--http 1 --http1-keep-alive --http1-header-read-timeout 60000 --backlog 2048 --backpressure 1200"
)
UVICORN_END = "--backlog 2048 --timeout-keep-alive 60 --no-access-log --no-proxy-headers --no-use-colors"

GOLDEN = {
    "granian-asgi": f"granian apps.x:app --interface asgi {ADDRESS} {GRANIAN} "
    f"--blocking-threads 1 {GRANIAN_HTTP} --ws --no-access-log",
    "granian-wsgi": f"granian apps.x:app --interface wsgi {ADDRESS} {GRANIAN} "
    f"--blocking-threads 40 {GRANIAN_HTTP} --no-ws --no-access-log",
    "granian-rsgi": f"granian apps.x:app --interface rsgi {ADDRESS} {GRANIAN} "
    f"--blocking-threads 1 {GRANIAN_HTTP} --ws --no-access-log",
    "granian-wsgi-as-shipped": f"granian apps.x:app --interface wsgi {ADDRESS}",
    "gunicorn-sync": f"gunicorn {BOUND} sync {GUNICORN} --http-parser python --no-control-socket",
    "gunicorn-gthread": f"gunicorn {BOUND} gthread {GUNICORN} "
    "--threads 40 --http-parser python --no-control-socket",
    "gunicorn-gevent": f"gunicorn {BOUND} gevent {GUNICORN} --http-parser python --no-control-socket",
    "gunicorn-asgi": f"gunicorn {BOUND} asgi {GUNICORN} "
    "--asgi-loop uvloop --http-parser python --no-control-socket",
    "gunicorn-uvicorn": f"gunicorn {BOUND} apps.uvicorn_workers.PinnedWorker {GUNICORN} --no-control-socket",
    "gunicorn-gthread-as-shipped": f"gunicorn {BOUND} gthread --no-control-socket",
    "uvicorn-standard": f"uvicorn apps.x:app {ADDRESS} --interface asgi3 --loop uvloop --http httptools "
    f"--ws websockets-sansio {UVICORN_END}",
    "uvicorn-pure": f"uvicorn apps.x:app {ADDRESS} --interface asgi3 --loop asyncio --http h11 "
    f"--ws websockets-sansio {UVICORN_END}",
    "uvicorn-as-shipped": f"uvicorn apps.x:app {ADDRESS}",
}

VARIANTS = servers.discover()


def test_every_variant_has_a_golden_command_line() -> None:
    assert list(VARIANTS) == list(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_command_line_names_every_setting(name: str) -> None:
    serve = Serve(
        target="apps.x:app",
        interface=VARIANTS[name].interface,
        port=8123,
        workers=2,
        max_connections=1200,
    )
    assert " ".join(VARIANTS[name].command(serve)) == f"-m {GOLDEN[name]}"


@pytest.mark.parametrize("name", GOLDEN)
def test_a_variant_says_what_it_can(name: str) -> None:
    variant = VARIANTS[name]
    assert variant.name == name
    assert "http" in variant.capabilities
    assert ("websocket" in variant.capabilities) == (variant.interface != "wsgi")
    assert ("lifespan" in variant.capabilities) == (variant.interface == "asgi")


def test_only_the_sync_worker_has_no_keep_alive() -> None:
    assert [name for name, variant in VARIANTS.items() if not variant.http_keep_alive] == ["gunicorn-sync"]


def test_as_shipped_is_measured_only_when_named() -> None:
    named = [name for name, variant in VARIANTS.items() if not variant.default]
    assert named == [name for name in VARIANTS if name.endswith("as-shipped")]


def test_servers_are_required_once() -> None:
    names = [Requirement(text).name for text in servers.packages()]
    assert sorted(names) == ["granian", "gunicorn", "uvicorn", "uvicorn-worker"]
