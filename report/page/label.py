"""What the maker of a run says of it, at the head of all of its pages."""

from __future__ import annotations

from report.page.model import RunWarning
from results.model import Run


def label_warnings(run: Run) -> tuple[RunWarning, ...]:
    """The label of ``run``, of which the words before a colon stand out; none where it has no label."""
    word, colon, text = run.label.partition(": ")
    if not run.label:
        return ()
    return (RunWarning(word=word if colon else "Of this run", text=text if colon else run.label),)
