"""Pages in a real browser: a visit, with all that was asked for and complained of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
CHROMIUM = shutil.which("chromium")
"""None where it is not installed."""
WITHIN_CHARTS = "svg[role=img] > :not(title):not(desc)"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """Debian's chromium, driven by playwright."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page with what went wrong on it."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:  # noqa: ANN401 - passed on
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = browser.new_page(**{"viewport": WIDE, **options})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.goto(address)

    def _refuse(self, dialog: Any) -> None:  # noqa: ANN401 - playwright's
        """A dialog, which no page of ours opens: a script that came from a record did."""
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def hidden_rows(self) -> int:
        """Rows of tables that are not shown."""
        return int(self.page.evaluate("document.querySelectorAll('tr[hidden]').length"))

    def unfold(self) -> None:
        """Open everything that is folded."""
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    def width(self) -> int:
        """What the page takes with everything unfolded, in pixels."""
        self.unfold()
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def whole(self, table: str) -> bool:
        """Whether a table needs no scrolling within its box; ``table`` is a selector."""
        fits = "table => table.parentElement.scrollWidth <= table.parentElement.clientWidth"
        return bool(self.page.locator(table).first.evaluate(fits))

    def violations(self, *rules: str) -> list[str]:
        """What axe-core finds, everything unfolded; of ``rules`` only, where any are named.

        A page has to be visited with ``bypass_csp``: its policy refuses all scripts but its own. What is in
        a chart is removed before: it is one image to who does not see it, and takes axe-core a minute.
        """
        from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where it is installed

        self.unfold()
        self.page.evaluate(f"for (const part of document.querySelectorAll('{WITHIN_CHARTS}')) part.remove()")
        only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
        seen = Axe().run(self.page, options={"resultTypes": ["violations"], **only})
        return [
            f"{violation['id']}: {violation['help']}: {node['target']}: {node['failureSummary']}"
            for violation in seen.response["violations"]
            for node in violation["nodes"]
        ]
