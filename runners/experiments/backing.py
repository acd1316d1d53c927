"""Which services the launches of a plan may need, and how each is started."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from results.model import Cell, Setup
from runners.launching.local import CONNECTIONS
from runners.machine.placement import service_cpus
from runners.services.service import Service
from runners.services.services import Services
from scenarios.database import SCHEMA
from scenarios.exchange import Scenario

ADDRESS = "HOTLAP_DATABASE_URL"
"""Of the environment: a PostgreSQL server in place of the embedded one."""
POOLED = 2 * CONNECTIONS
"""Connections of a server that has two pools: the driver's, and an ORM's."""
MARGIN = 20
"""Connections of a database beside those of servers."""
LIVE_LEAST = 2
"""Servers that live at once where launches are verified."""


def services_for(cells: Iterable[Cell], setup: Setup, scenarios: Mapping[str, Scenario]) -> Services:
    """Services of a session over ``cells``; none is started yet."""
    asking = (cell.connections for cell in cells if scenarios[cell.scenario].needs == "database")
    largest = max(asking, default=0)
    live = max(setup.heat, LIVE_LEAST)
    cpus, own_cpus = service_cpus(setup.server_cpus, setup.generator_cpus)

    def database() -> Service:
        from runners.services.postgres.embedded import EmbeddedPostgres, Placed  # noqa: PLC0415
        from runners.services.postgres.external import ExternalPostgres  # noqa: PLC0415

        if address := os.environ.get(ADDRESS):
            return ExternalPostgres.start(address, SCHEMA, least_connections=live * POOLED + MARGIN)
        return EmbeddedPostgres.start(
            Placed(
                schema=SCHEMA,
                # An app without a pool opens as many connections as it is asked requests at once.
                max_connections=live * max(POOLED, largest) + MARGIN,
                cpus=cpus,
                own_cpus=own_cpus,
            )
        )

    def upstream() -> Service:
        from runners.services.upstream.upstream import Upstream  # noqa: PLC0415

        return Upstream.start(cpus, own_cpus=own_cpus)

    return Services({"database": database, "upstream": upstream})
