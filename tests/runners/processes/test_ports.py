"""Ports: outside the ephemeral range, exclusively bound, with a known owner."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from runners.errors import LaunchError
from runners.processes import ports

HOST = "127.0.0.1"


def test_free_ports_are_outside_the_ephemeral_range_and_differ() -> None:
    low, high = ports.ephemeral()
    found = [ports.free_port() for _ in range(3)]
    assert len(set(found)) == 3
    assert not [port for port in found if low <= port <= high]


def test_no_free_port_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "can_bind", lambda _host, _port: False)
    with pytest.raises(LaunchError, match="no free port") as raised:
        ports.free_port()
    assert raised.value.remedy


def test_a_listener_refuses_the_exclusive_bind_even_with_reuseport() -> None:
    port = ports.free_port()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((HOST, port))
        listener.listen()
        assert not ports.can_bind(HOST, port)
        assert ports.listeners(port) <= ports.sockets_of([os.getpid()])
        assert ports.owner(ports.listeners(port)).endswith(f"(pid {os.getpid()})")
    assert ports.can_bind(HOST, port)
    assert not ports.listeners(port)


def test_a_socket_of_nobody_we_see_is_said_to_be_another_users() -> None:
    assert ports.owner(["0"]) == "a process of another user"


def test_an_unreadable_range_falls_back_to_the_kernels_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "RANGE_FILE", Path("/proc/no-such-file"))
    assert ports.ephemeral() == ports.RANGE_UNKNOWN
