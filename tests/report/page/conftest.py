"""What tests of pages share: a browser, and the quick matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from report.page.context import Context, make_context
from tests.support.browsing import CHROMIUM, launch_chromium
from tests.support.synthetic import make_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def quick_context() -> Context:
    """All that the page of the quick matrix, with one of every trouble, starts from."""
    return make_context(make_run())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    pytest.importorskip("playwright", reason="playwright is not installed")
    with launch_chromium() as started:
        yield started
