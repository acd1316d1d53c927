"""An address as people write it: ``HOST:PORT``."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from runners.errors import PlanError

MASTER_PORT = 5557
"""Where a master listens unless told otherwise: Locust's own choice."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host and port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, default_port: int = MASTER_PORT) -> Self:
        """From ``HOST``, ``HOST:PORT`` or ``[IPV6]:PORT``; raises ValueError."""
        parts = urlsplit(f"//{text}")
        if not parts.hostname or parts.path or parts.query or parts.username:
            raise ValueError(f"{text!r} is not HOST:PORT")
        return cls(parts.hostname, default_port if parts.port is None else parts.port)

    @classmethod
    def of_url(cls, url: str) -> Self:
        """From ``http://HOST[:PORT]``; raises PlanError on anything else."""
        parts = urlsplit(url)
        try:
            port = parts.port or 80
        except ValueError:
            port = 0
        if parts.scheme != "http" or not parts.hostname or not port or parts.path.strip("/") or parts.query:
            raise PlanError(
                f"{url!r} is not http://HOST:PORT",
                remedy="name the server alone: the scenario chooses the paths; TLS is not measured",
            )
        return cls(parts.hostname, port)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
