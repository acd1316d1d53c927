"""The page: from recorded runs to one self-contained HTML file each, the same bytes from the same record."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from report import fmt
from report.analysis.costs import NOT_COUNTED, ONE_BUILD
from report.page.charts.look import NEUTRAL, OKABE_ITO, VARIABLES
from report.page.context import Context, make_context
from report.page.model import Fact, Page, RunWarning, Section, Swatch
from report.page.sections import consume, data, layers, method, saturate, serve, trust, wait, which
from report.page.sections.overview import overview
from report.views import cost_words, words
from results.model import Load, PlanKind, Run

SECTIONS = (which, serve, wait, saturate, layers, consume, trust, method, data)
"""The sections in the order of the page; one that has nothing to show is None."""
TIMED = (which, serve, wait, saturate, consume)
"""Sections that a run which only counted does not have."""
TEMPLATES = Path(__file__).parent / "templates"


def build(runs: Sequence[Run], output: Path) -> Path:
    """Write the page of ``runs`` into the folder ``output`` and return its ``index.html``.

    One run is the page itself; of several, each has a folder of its own and the index lists them. Runs that
    only counted instructions are shown within the pages of the others, where there are any.
    ``ValueError`` where there is no run.
    """
    if not runs:
        raise ValueError("no run to report on")
    timed = [run for run in runs if run.plan.kind != PlanKind.COST]
    shown = timed or runs
    others = [run for run in runs if run not in shown]
    if len(shown) == 1:
        return _write(make_context(shown[0], others), output)
    verdicts = []
    for number, run in enumerate(shown, start=1):
        context = make_context(run, others)
        folder = f"{number}-{re.sub(r'[^A-Za-z0-9._-]+', '-', run.plan.name)}"
        _write(context, output / folder)
        verdicts.append((f"{folder}/index.html", run.plan.name, _verdict(context)))
    page = _templates().get_template("index.html.jinja").render(runs=verdicts, css=_raw("page.css"))
    return _write_text(output / "index.html", page)


def _write(context: Context, folder: Path) -> Path:
    for name, text in data.files(context).items():
        _write_text(folder / name, text)
    return _write_text(folder / "index.html", render(context))


def _write_text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
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


def make_page(context: Context) -> Page:
    """Everything that the template shows."""
    return Page(
        name=context.run.plan.name,
        verdict=_verdict(context),
        detail=_detail(context),
        hotlap=context.run.plan.environment.harness.get("hotlap", ""),
        legend=_legend(context),
        facts=_facts(context),
        warnings=tuple(
            RunWarning(word=flag.word, text=f"{fmt.sentence(flag.cause)} {fmt.sentence(flag.remedy)}")
            for flag in context.conclusions.flags
        ),
        overview=overview(context) if context.timed else None,
        sections=tuple(_sections(context)),
    )


def _sections(context: Context) -> Iterator[Section]:
    for module in SECTIONS:
        if context.timed or module not in TIMED:
            section = module.section(context)
            if section is not None:
                yield section


def _verdict(context: Context) -> str:
    """The page's one sentence; without closed load there is no throughput to compare."""
    if not context.timed:
        return cost_words.sentence(context.costs, context.titles)
    only_open = context.run.trials and not context.workloads(Load.CLOSED)
    return words.ONLY_OPEN if only_open else words.verdict(context.groups, context.titles)


def _detail(context: Context) -> str:
    if not context.timed:
        return f"{NOT_COUNTED} {ONE_BUILD}"
    return " ".join(
        filter(None, (words.widest(context.groups, context.titles), words.legend(context.groups)))
    )


def _legend(context: Context) -> tuple[Swatch, ...]:
    cells = [summary.cell for summary in context.conclusions.summaries]
    cells += [count.cell for costs in context.costs for count in costs.counts]
    names = sorted({cell.framework for cell in cells}, key=context.title)
    return tuple(
        Swatch(
            name=name,
            title=context.title(name),
            slot=-1 if context.look.colour(name) == NEUTRAL else OKABE_ITO.index(context.look.colour(name)),
            variable=VARIABLES[context.look.colour(name)],
        )
        for name in names
    )


def _facts(context: Context) -> tuple[Fact, ...]:
    plan = context.run.plan
    machine = plan.environment.machine
    measured = datetime.fromtimestamp(plan.created_unix_s, UTC)
    return (
        Fact(name="Measured", text=measured.strftime("%-d %B %Y, %H:%M UTC")),
        Fact(name="Machine", text=f"{machine.cpu_model}, {fmt.counted(machine.logical_cpus, 'CPU')}"),
        *(_timing_facts(context) if context.timed else _counting_facts(context)),
        Fact(name="Could not be measured", text=fmt.counted(len(context.failures), "failure")),
    )


def _timing_facts(context: Context) -> tuple[Fact, ...]:
    """Size of a run that timed, and the smallest differences between frameworks that it can tell."""
    conclusions = context.conclusions
    blocks = len({trial.block for trial in context.run.trials})
    cells = sum(1 for summary in conclusions.summaries if summary.n_trials)
    smallest = [group.separable_percent for group in context.groups if group.separable_percent is not None]
    return (
        Fact(
            name="Size",
            text=f"{fmt.counted(blocks, 'block')}, {fmt.counted(conclusions.n_trials, 'trial')}, "
            f"{fmt.counted(cells, 'cell')} measured",
        ),
        Fact(
            name="Smallest difference it can tell",
            text=f"{fmt.percent(min(smallest))} to {fmt.percent(max(smallest))}, by comparison"
            if smallest
            else "too few blocks to say",
        ),
    )


def _counting_facts(context: Context) -> tuple[Fact, ...]:
    """Size of a run that only counted, and how steady its counts are."""
    counts = [count for costs in context.costs for count in costs.counts if count.level]
    spreads = [100 * count.spread for count in counts if count.spread is not None]
    cells = f"{fmt.counted(len(counts), 'cell')} counted"
    return (
        Fact(name="Size", text=f"{fmt.counted(len(context.run.costs), 'count')}, {cells}"),
        Fact(name="Spread of a cell's intervals", text=f"at most {max(spreads):.2f}%" if spreads else "none"),
    )
