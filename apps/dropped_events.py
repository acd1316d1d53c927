"""Sentry for the price list: its SDK as its documentation sets it up, with a transport that drops.

https://docs.sentry.io/platforms/python/: a DSN and nothing else, or that with every request traced.
Events are collected by a thread, made JSON and compressed, as shipped; only the call over the network is left
out.
"""

from collections.abc import Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport

from apps.contract_additions import SENTRY_DSN

REPORTED = {"event", "transaction"}
"""Items of an envelope that are counted: errors and traced requests."""


class Accepted:
    """The answer of a server that takes everything."""

    status = 200
    data = b"{}"
    headers: Mapping[str, str] = {}

    def close(self) -> None:
        """Do nothing: there is no connection."""


class DroppingTransport(HttpTransport):
    """Counts what it would send, and sends nothing."""

    count = 0

    def capture_envelope(self, envelope: Envelope) -> None:
        """Hand an envelope to the thread that would send it."""
        DroppingTransport.count += sum(item.type in REPORTED for item in envelope.items)
        super().capture_envelope(envelope)

    def _request(self, *_arguments: object) -> Any:  # noqa: ANN401 - one of two kinds of answers
        return Accepted()


def switch_on(addition: str) -> None:
    """Report errors, as shipped; with ``sentry-traces`` every request too (its sample rate is 1.0 then)."""
    rate = 1.0 if addition == "sentry-traces" else None
    sentry_sdk.init(dsn=SENTRY_DSN, transport=DroppingTransport, traces_sample_rate=rate)


def reported() -> int:
    """Errors and traced requests so far in this process."""
    return DroppingTransport.count
