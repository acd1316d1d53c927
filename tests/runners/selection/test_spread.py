from __future__ import annotations

from runners.http.address import Endpoint
from runners.selection.spread import Spread


def test_listening_is_loopback_unless_asked() -> None:
    assert Spread().endpoint() is None
    joined = Spread(joined=1).endpoint()
    assert joined
    assert joined.is_loopback
    assert Spread(listen="192.0.2.1").endpoint() == Endpoint("192.0.2.1", 5557)
