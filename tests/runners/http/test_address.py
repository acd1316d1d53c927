from __future__ import annotations

import pytest

from runners.errors import PlanError
from runners.http.address import Endpoint


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("a", "a", 5557), ("a:1", "a", 1), ("[::1]:7", "::1", 7), ("0.0.0.0:80", "0.0.0.0", 80)],  # noqa: S104
)
def test_an_address_is_host_and_port(text: str, host: str, port: int) -> None:
    assert Endpoint.parse(text) == Endpoint(host, port)


@pytest.mark.parametrize("text", ["", ":1", "a:b", "a/b", "a:99999", "u@a:1"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"HOST:PORT|[Pp]ort"):
        Endpoint.parse(text)


@pytest.mark.parametrize("url", ["https://a", "ftp://a", "a:80", "http://a/b", "http://a:99999", "http://"])
def test_a_url_is_of_a_server_alone(url: str) -> None:
    with pytest.raises(PlanError, match="is not http://HOST:PORT"):
        Endpoint.of_url(url)


def test_loopback_is_recognised() -> None:
    assert Endpoint("127.0.0.1", 1).is_loopback
    assert Endpoint("localhost", 1).is_loopback
    assert Endpoint("::1", 1).is_loopback
    assert not Endpoint("192.0.2.1", 1).is_loopback
