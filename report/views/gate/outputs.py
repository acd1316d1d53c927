"""The forms that a judgement is written in; each is a pure function to text, the same bytes every time."""

from report.views.gate.exports import action_benchmark, as_json, bencher, junit
from report.views.gate.markdown import markdown
from report.views.gate.terminal import as_text

__all__ = ["action_benchmark", "as_json", "as_text", "bencher", "junit", "markdown"]
