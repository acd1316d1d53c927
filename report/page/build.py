"""The page: from recorded runs to one self-contained HTML file each, the same bytes from the same record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from report.analysis.conclusions import UNTIMED
from report.analysis.merging.merge import Merged, merge_runs
from report.page import data_files
from report.page.compose import make_page
from report.page.context import Context, make_context
from report.page.flame import files as flame_files
from report.page.index import IndexRow, make_index
from report.page.model import Page
from report.page.names import safe_names
from report.page.templating import own_file, script_hashes, templates
from results.files import write_whole
from results.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Runs as they are shown: a page each."""

    pages: tuple[Merged, ...]
    """By when they were planned."""
    apart: tuple[str, ...]
    """Why they are not fewer, a sentence for each but the first."""
    others: tuple[Run, ...]
    """Shown within the pages: they timed no load."""

    def contexts(self) -> Iterator[Context]:
        """What each page starts from, one after the other."""
        return (make_context(page.run, self.others, page) for page in self.pages)


def merge_shown(runs: Sequence[Run]) -> Shown:
    """``runs`` on as few pages as may be. ``ValueError`` where there is no run."""
    pages, apart = merge_runs(shown_runs(runs))
    return Shown(pages=pages, apart=apart, others=tuple(beside(runs)))


def build(runs: Sequence[Run], output: Path) -> Path:
    """``build_pages`` of ``runs``. ``ValueError`` where there is no run."""
    return build_pages(merge_shown(runs), output)


def build_pages(shown: Shown, output: Path) -> Path:
    """Write the pages of ``shown`` into the folder ``output`` and return its ``index.html``.

    One page is that itself; of several, each has a folder of its own and the index lists them.
    """
    contexts = shown.contexts()
    if len(shown.pages) == 1:
        context = next(contexts)
        return _write(context, make_page(context), output)
    rows = []
    folders = safe_names(page.run.plan.name for page in shown.pages)
    for context, folder in zip(contexts, folders, strict=True):
        page = make_page(context)
        _write(context, page, output / folder)
        rows.append(IndexRow(run=context.run, href=f"{folder}/index.html", verdict=page.verdict))
    return write_text(output / "index.html", render_page(make_index(rows, shown.apart)))


def beside(runs: Sequence[Run]) -> list[Run]:
    """Runs that are shown within the pages of others: they timed no load, where others did."""
    timed = any(run.plan.kind not in UNTIMED for run in runs)
    return [run for run in runs if timed and run.plan.kind in UNTIMED]


def shown_runs(runs: Sequence[Run]) -> list[Run]:
    """Runs that have a page of their own.

    Runs that only counted instructions, or looked at lifecycles, are shown within the pages of the others,
    where there are any. ``ValueError`` where there is no run.
    """
    if not runs:
        raise ValueError("no run to report on")
    return [run for run in runs if run.plan.kind not in UNTIMED] or list(runs)


def make_contexts(runs: Sequence[Run]) -> Iterator[Context]:
    """What the page of each of ``shown_runs`` starts from, one after the other."""
    others = beside(runs)
    return (make_context(run, others) for run in shown_runs(runs))


def _write(context: Context, page: Page, folder: Path) -> Path:
    for name, text in data_files.texts(context).items():
        write_text(folder / name, text)
    flame_files.write(flame_files.files_of(context.costs, context.titles), folder)
    return write_text(folder / "index.html", render_page(page))


def write_text(path: Path, text: str) -> Path:
    """Write a file of a site, whole, and give its path; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path


def render(context: Context) -> str:
    """HTML of one run."""
    return render_page(make_page(context))


def render_page(page: Page) -> str:
    """HTML of a page."""
    scripts = [own_file("page.js"), *([own_file("pick.js")] if page.pick else [])]
    template = templates().get_template("page.html.jinja")
    css, hashes = own_file("page.css"), script_hashes(scripts)
    return template.render(page=page, css=css, scripts=scripts, script_hashes=hashes)
