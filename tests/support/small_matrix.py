"""A small matrix: frameworks, servers and scenarios that no file declares."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

from runners.selection.frameworks import Framework
from runners.selection.matrix import Parts
from runners.servers.recipe import Variant
from scenarios.exchange import Exchange, Request, Scenario


def framework(
    name: str, *interfaces: str, implements: Iterable[str] = ("plaintext", "json"), **more: object
) -> Framework:
    """A framework that speaks ``interfaces``; ``more`` are fields."""
    values: dict[str, object] = {
        "name": name,
        "title": name.title(),
        "path": Path(f"{name}_app.py"),
        "module": f"apps.{name}_app",
        "requires_python": ">=3.11",
        "dependencies": (),
        "targets": {interface: {"default": "app", "routing": "app_routing"} for interface in interfaces},
        "implements": frozenset(implements),
        **more,
    }
    return Framework(**values)  # type: ignore[arg-type]  # values are given by name


def variant(name: str, interface: str, **more: object) -> Variant:
    """A server variant; ``more`` are fields."""
    values: dict[str, object] = {
        "name": name,
        "interface": interface,
        "title": name,
        "command": lambda serve: ("-m", "http.server", str(serve.port)),
        **more,
    }
    return Variant(**values)  # type: ignore[arg-type]  # values are given by name


def scenario(name: str, **more: object) -> Scenario:
    """A scenario with a group of its own; ``more`` are fields."""
    values: dict[str, object] = {"name": name, "title": name, "group": name, "ring": ring, **more}
    return Scenario(**values)  # type: ignore[arg-type]  # values are given by name


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange, whose check accepts any answer."""
    return (Exchange(request=Request(target="/"), check=lambda _answer: None),)


def parts() -> Parts:
    """The floor, two frameworks, four server variants and four scenarios."""
    frameworks = [
        framework("asgi", "asgi", floor=True, implements=("plaintext",), not_applicable={"*": "a floor"}),
        framework("fastapi", "asgi"),
        framework("flask", "wsgi", implements=("plaintext",)),
    ]
    servers = [
        variant("uvicorn-standard", "asgi"),
        variant("granian-asgi", "asgi"),
        variant("gunicorn-gthread", "wsgi"),
        variant("gunicorn-as-shipped", "wsgi", default=False),
    ]
    scenarios = [
        scenario("plaintext"),
        scenario("json", connections=(100, 500)),
        scenario("chat", needs="websocket", group="plaintext"),
        scenario("routing-first", group=None, target="routing"),
    ]
    return Parts(
        frameworks={framework.name: framework for framework in frameworks},
        servers={server.name: server for server in servers},
        scenarios={scenario.name: scenario for scenario in scenarios},
    )
