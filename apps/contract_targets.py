"""Shapes of applications beyond the usual one: layers of middleware, and routes that are included by parts.

Standard library only.
"""

from __future__ import annotations

from apps import contract

LAYERS = 5
"""Middlewares of ``middleware``, each of which adds one header to every answer."""
PARTS, PART_ROUTES = 20, 10
"""Routers, blueprints or includes of ``include``, and the routes of each."""


def layer_header(layer: int) -> tuple[str, str]:
    """Name and value of what middleware number ``layer``, from 1 to ``LAYERS``, adds."""
    return f"x-layer-{layer}", str(layer)


def layers_path(layers: int) -> str:
    """Path of the only route behind so many middlewares, which answers as ``json``."""
    return f"/layers/{layers}"


def part_prefix(part: int) -> str:
    """Prefix of all routes of ``part``."""
    return f"/parts/{part:02d}"


def part_path(route: int) -> str:
    """Path of a route within its part."""
    return f"/routes/{route}"


def part_answer(part: int, route: int) -> dict[str, object]:
    """Answer of a route of a part."""
    return contract.route_answer(part * PART_ROUTES + route)
