from __future__ import annotations

import pytest

from report.stats.correction import holm


def test_holm_corrects_for_how_many_there_are() -> None:
    assert holm([]) == []
    assert holm([0.02]) == [0.02]
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
