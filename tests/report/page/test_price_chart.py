"""The price list as bars."""

from __future__ import annotations

import re

from report.page.context import make_context
from report.page.sections import layers
from tests.support.figures import part_of, texts
from tests.support.synthetic_costs import make_cost_run

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def test_prices_are_bars_of_what_is_added_dearest_first() -> None:
    names = ("price-none", "price-cors", "price-base-middleware")
    context = make_context(make_cost_run(stacks=TWO, scenarios=names, troubles=False))
    written = texts(part_of(layers.section(context), "prices-0"))
    assert written.index("one BaseHTTPMiddleware") < written.index("CORS")
    assert any(re.match(r"\+\d+,\d+ ±\d+.*, \+\d+\.\d%", text) for text in written)
    assert "Starlette on uvicorn-standard" in written
