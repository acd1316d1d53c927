"""Where is the data, and how is this page made again."""

from __future__ import annotations

from report import words
from report.context import Context
from report.view import Part, Section

TRIALS = "trials.csv"
"""Written beside the page: one row per trial."""


def section(here: Context) -> Section:
    """The file of trials."""
    trials = words.counted(here.findings.n_trials, "trial")
    return Section(
        anchor="data",
        short="The data",
        question="Where is the data?",
        answer=f"Beside this page lies a file with one row for each of {trials}; the record itself is "
        "run.jsonl in the "
        f"run's folder, and hotlap report makes this page from it again.",
        parts=(Part(link=TRIALS),),
    )
