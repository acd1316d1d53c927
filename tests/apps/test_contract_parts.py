"""What the contract gives to handlers in threads, to those that compute, and to those that fail."""

from __future__ import annotations

import asyncio
import logging
import logging.config
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from apps import contract, contract_errors, contract_threads


async def on_the_loop(call: Callable[[], object]) -> object:
    return call()


async def beside_it(call: Callable[[], object]) -> object:
    return await asyncio.to_thread(call)


IN_THREADS: list[Callable[[], object]] = [
    contract_threads.greeting,
    lambda: contract_threads.blocked(10),
    lambda: contract_threads.computed(3),
]


@pytest.mark.parametrize("call", IN_THREADS)
def test_what_belongs_into_a_thread_is_refused_on_the_event_loop(call: Callable[[], object]) -> None:
    assert asyncio.run(beside_it(call))
    assert call()  # where there is no event loop, as under WSGI
    with pytest.raises(contract_threads.WrongPlaceError, match="on the event loop"):
        asyncio.run(on_the_loop(call))


def test_what_belongs_on_the_event_loop_is_refused_in_a_thread() -> None:
    def call() -> object:
        return contract_threads.computed_inline(3)

    assert asyncio.run(on_the_loop(call)) == contract_threads.computed(3)
    with pytest.raises(contract_threads.WrongPlaceError, match="in a thread"):
        asyncio.run(beside_it(call))


def test_a_blocked_thread_is_blocked_as_long_as_asked() -> None:
    begun_s = time.monotonic()
    assert contract_threads.blocked(10) == contract.delay_answer(10)
    assert time.monotonic() - begun_s >= 0.01


def test_a_checksum_depends_on_the_number_of_steps() -> None:
    answers = [contract_threads.cpu_answer(n) for n in range(1, 200)]
    assert [answer["n"] for answer in answers] == list(range(1, 200))
    assert len({answer["checksum"] for answer in answers}) == 199
    assert all(0 <= answer["checksum"] < 2**32 for answer in answers)


def written(log: contract_errors.ErrorLog) -> str:
    return os.pread(log._file.fileno(), 1 << 20, 0).decode()


def test_an_error_log_has_no_name_and_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract_errors, "LOG_MOST_BYTES", 15)
    with closing(contract_errors.ErrorLog()) as log:
        log.write("first\n")
        assert written(log) == "first\n"
        log.write("second\ud800\n")
        assert written(log) == "second\\ud800\n"
        assert os.fstat(log._file.fileno()).st_nlink == 0


@pytest.fixture
def loggers() -> Iterator[tuple[str, ...]]:
    """Names of loggers, which are as before when a test ends."""
    names = ("uvicorn.error", "gunicorn.error", "_granian", "app")
    kept = [logging.getLogger(), *map(logging.getLogger, names)]
    before = [(logger.handlers[:], logger.propagate, logger.level) for logger in kept]
    yield names
    for logger, (handlers, propagate, level) in zip(kept, before, strict=True):
        logger.handlers[:] = handlers
        logger.propagate = propagate
        logger.setLevel(level)


def test_errors_of_app_and_servers_are_logged_and_nothing_less(loggers: tuple[str, ...]) -> None:
    config = contract_errors.logging_config()
    with closing(config["handlers"]["errors"]["stream"]) as log:
        logging.config.dictConfig(config)
        for name in loggers:
            logging.getLogger(name).warning("only a warning")
            try:
                contract_errors.share(0)
            except ZeroDivisionError:
                logging.getLogger(name).exception("in %s", name)
        text = written(log)
    assert text.count("\nZeroDivisionError") == len(loggers)
    assert all(f"in {name}\nTraceback" in text for name in loggers)
    assert "only a warning" not in text
