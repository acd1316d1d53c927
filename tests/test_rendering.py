from __future__ import annotations

import pytest

from report import page, rendering
from report.context import context
from tests.synthetic import make_run


def test_sections_are_the_same_however_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    here = context(make_run(scenarios=("json",)))
    names = [module.__name__ for module in page.SECTIONS]
    alone = rendering.sections(here, names)
    monkeypatch.setattr(rendering, "LARGE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert rendering.sections(here, names) == alone
