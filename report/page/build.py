"""The page: from recorded runs to one self-contained HTML file each, the same bytes from the same record."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from report.analysis.conclusions import UNTIMED
from report.page import data_files
from report.page.compose import make_page, verdict
from report.page.context import Context, make_context
from results.files import write_whole
from results.model import Run

TEMPLATES = Path(__file__).parent / "templates"


def build(runs: Sequence[Run], output: Path) -> Path:
    """Write the page of ``runs`` into the folder ``output`` and return its ``index.html``.

    One run is the page itself; of several, each has a folder of its own and the index lists them. Runs that
    only counted instructions, or looked at lifecycles, are shown within the pages of the others, where there
    are any.
    ``ValueError`` where there is no run.
    """
    if not runs:
        raise ValueError("no run to report on")
    timed = [run for run in runs if run.plan.kind not in UNTIMED]
    shown = timed or runs
    others = [run for run in runs if run not in shown]
    if len(shown) == 1:
        return _write(make_context(shown[0], others), output)
    verdicts = []
    for number, run in enumerate(shown, start=1):
        context = make_context(run, others)
        folder = f"{number}-{re.sub(r'[^A-Za-z0-9._-]+', '-', run.plan.name)}"
        _write(context, output / folder)
        verdicts.append((f"{folder}/index.html", run.plan.name, verdict(context)))
    page = _templates().get_template("index.html.jinja").render(runs=verdicts, css=_raw("page.css"))
    return _write_text(output / "index.html", page)


def _write(context: Context, folder: Path) -> Path:
    for name, text in data_files.texts(context).items():
        _write_text(folder / name, text)
    return _write_text(folder / "index.html", render(context))


def _write_text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path


def render(context: Context) -> str:
    """HTML of one run."""
    script = _raw("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = _templates().get_template("page.html.jinja")
    return template.render(page=make_page(context), css=_raw("page.css"), script=script, script_hash=digest)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _raw(name: str) -> Markup:
    """One of our own files, to stand in the page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - ours, nothing from outside
