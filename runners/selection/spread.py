"""Over how many processes and machines a run is spread: what was asked for, and whether it makes sense."""

from __future__ import annotations

from dataclasses import dataclass

from runners.errors import PlanError
from runners.http.address import Endpoint
from runners.processes.ports import LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Over how many processes and machines a run is spread; the default is one of each."""

    generators: int = 1
    """Generator processes on this machine."""
    joined: int = 0
    """Generator processes that join from further machines."""
    listen: str | None = None
    """``HOST:PORT`` at which further machines find this one; None: loopback."""
    host: str = LOOPBACK
    """Address that servers listen on."""
    url: str | None = None
    """A server that somebody else started; None: hotlap starts the servers."""

    def must_make_sense(self) -> None:
        """Raise PlanError where the parts do not go together."""
        if self.url is not None:
            Endpoint.of_url(self.url)
        if self.generators + self.joined < 1:
            raise PlanError(
                "no generator: there is nobody to make the load", remedy="--generators 1, or --join"
            )
        listen = self.endpoint()
        if listen is not None and not listen.is_loopback and self.joined and self.is_loopback:
            raise PlanError(
                f"workers of other machines cannot reach a server on {self.host}",
                remedy="give --host with an address of this machine, or --url of a server elsewhere",
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        url = self.url
        return (Endpoint.of_url(url) if url is not None else Endpoint(self.host, 0)).is_loopback

    def endpoint(self) -> Endpoint | None:
        """Where workers of further machines find this one; raises PlanError where that is no address."""
        if self.listen is None:
            return Endpoint.parse(LOOPBACK) if self.joined else None
        try:
            return Endpoint.parse(self.listen)
        except ValueError as error:
            raise PlanError(str(error), remedy="such as --listen 192.0.2.1:5557") from error
