"""Locust's own users: the file that Locust runs for them, and what it prints of them."""

from __future__ import annotations

import msgspec

from runners.errors import LoadError

_LOCUSTFILE = """
from gevent import get_hub
from locust import {kind}, task

get_hub().loop.update_now()  # imports took long: the run time counts from here, else it may be over at once

class Stock({kind}):
    @task
    def get(self):
        self.client.get("{target}")
"""
_PACED = """
    def on_start(self):
        import random, time
        time.sleep(random.random() * {every_s})  # else they would all ask at the same instants

    from locust import constant_pacing
    wait_time = constant_pacing({every_s})
"""


class StockStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of one entry that ``locust --json`` prints."""

    num_requests: int
    num_failures: int
    start_time: float
    last_request_timestamp: float
    response_times: dict[str, int]
    """Number of requests by response time in milliseconds."""


def locustfile(kind: str, target: str, *, every_s: float | None = None) -> str:
    """Users of ``kind`` that ask for ``target``: one request after the other, or one ``every_s`` seconds."""
    pace = "" if every_s is None else _PACED.format(every_s=every_s)
    return _LOCUSTFILE.format(kind=kind, target=target) + pace


def read_statistics(printed: str, name: str) -> StockStatistics:
    """Statistics in what Locust ``printed``; raises LoadError where there are none, or requests failed."""
    try:
        entries = msgspec.json.decode(printed, type=list[StockStatistics])
    except msgspec.DecodeError as error:
        raise LoadError(f"{name} printed other than statistics: {on_one_line(printed)}") from error
    if not entries:
        raise LoadError(f"{name}: it printed nothing about any request")
    statistics = entries[0]
    if statistics.num_failures:
        raise LoadError(f"{name} had {statistics.num_failures} failures against the responder")
    return statistics


def on_one_line(printed: str) -> str:
    """The end of what a client printed, as a message can hold it."""
    return " ".join(printed.split())[-400:]
