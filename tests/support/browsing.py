"""Pages in a real browser: a visit, with all that was asked for and complained of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


class Visit:
    """A page with what went wrong on it."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:  # noqa: ANN401 - passed on
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = browser.new_page(**{"viewport": WIDE, **options})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def hidden_rows(self) -> int:
        """Rows of tables that are not shown."""
        return int(self.page.evaluate("document.querySelectorAll('tr[hidden]').length"))

    def width(self) -> int:
        """What the page takes with everything unfolded, in pixels."""
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        return int(self.page.evaluate("document.documentElement.scrollWidth"))
