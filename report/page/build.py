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
from report.page.context import Context, context
from report.page.model import Fact, Section, Swatch, View, Warn
from report.page.sections import consume, data, layers, method, saturate, serve, trust, wait, which
from report.page.sections.overview import overview
from report.views import cost_words, words
from results.model import Run

SECTIONS = (which, serve, wait, saturate, layers, consume, trust, method, data)
"""In the order of the page; one that has nothing to show is None."""
TIMED = (which, serve, wait, saturate, consume)
"""Those that a run without trials by design, one that only counted, does not have."""
TEMPLATES = Path(__file__).parent / "templates"


def build(runs: Sequence[Run], output: Path) -> Path:
    """Write the page of ``runs`` into the folder ``output`` and return its ``index.html``.

    One run is the page itself; of several, each has a folder of its own and the index lists them. Runs that
    only counted instructions are shown within the pages of the others, where there are any.
    ``ValueError`` where there is no run.
    """
    if not runs:
        raise ValueError("no run to report on")
    timed = [run for run in runs if run.plan.kind != "cost"]
    shown, others = (timed, [run for run in runs if run not in timed]) if timed else (runs, [])
    if len(shown) == 1:
        return _write(context(shown[0], others), output)
    verdicts = []
    for place, run in enumerate(shown, start=1):
        here = context(run, others)
        folder = f"{place}-{re.sub(r'[^A-Za-z0-9._-]+', '-', run.plan.name)}"
        _write(here, output / folder)
        verdicts.append((f"{folder}/index.html", run.plan.name, _verdict(here)))
    page = _templates().get_template("index.html.jinja").render(runs=verdicts, css=_raw("page.css"))
    return _put(output / "index.html", page)


def _write(here: Context, folder: Path) -> Path:
    for name, text in data.files(here).items():
        _put(folder / name, text)
    return _put(folder / "index.html", render(here))


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def render(here: Context) -> str:
    """HTML of one run."""
    script = _raw("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = _templates().get_template("page.html.jinja")
    return template.render(report=view(here), css=_raw("page.css"), script=script, script_hash=digest)


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


def view(here: Context) -> View:
    """Everything that the template shows."""
    return View(
        name=here.run.plan.name,
        verdict=_verdict(here),
        detail=_detail(here),
        hotlap=here.run.plan.environment.harness.get("hotlap", ""),
        legend=_legend(here),
        facts=_facts(here),
        warnings=tuple(
            Warn(word=flag.word, text=f"{fmt.sentence(flag.cause)} {fmt.sentence(flag.remedy)}")
            for flag in here.findings.flags
        ),
        overview=overview(here) if here.timed else None,
        sections=tuple(_sections(here)),
    )


def _sections(here: Context) -> Iterator[Section]:
    for module in SECTIONS:
        if here.timed or module not in TIMED:
            found = module.section(here)
            if found is not None:
                yield found


def _verdict(here: Context) -> str:
    """The page's one sentence; without closed load there is no throughput to compare."""
    if not here.timed:
        return cost_words.sentence(here.counted, here.titles)
    only_open = here.run.trials and not here.workloads("closed")
    return words.ONLY_OPEN if only_open else words.verdict(here.groups, here.titles)


def _detail(here: Context) -> str:
    if not here.timed:
        return f"{NOT_COUNTED} {ONE_BUILD}"
    return " ".join(filter(None, (words.widest(here.groups, here.titles), words.legend(here.groups))))


def _legend(here: Context) -> tuple[Swatch, ...]:
    cells = [each.cell for each in here.findings.summaries]
    cells += [each.cell for found in here.counted for each in found.counts]
    names = sorted({cell.framework for cell in cells}, key=here.title)
    return tuple(
        Swatch(
            name=name,
            title=here.title(name),
            slot=-1 if here.look.colour(name) == NEUTRAL else OKABE_ITO.index(here.look.colour(name)),
            variable=VARIABLES[here.look.colour(name)],
        )
        for name in names
    )


def _facts(here: Context) -> tuple[Fact, ...]:
    plan, found = here.run.plan, here.findings
    machine = plan.environment.machine
    least = [group.separable_percent for group in here.groups if group.separable_percent is not None]
    measured = sum(1 for each in found.summaries if each.n_trials)
    seen = (
        f"{fmt.percent(min(least))} to {fmt.percent(max(least))}, by comparison"
        if least
        else "too few blocks to say"
    )
    size = Fact(
        name="Size",
        text=f"{fmt.counted(len({trial.block for trial in here.run.trials}), 'block')}, "
        f"{fmt.counted(found.n_trials, 'trial')}, {fmt.counted(measured, 'cell')} measured",
    )
    return (
        Fact(
            name="Measured",
            text=datetime.fromtimestamp(plan.created_unix_s, UTC).strftime("%-d %B %Y, %H:%M UTC"),
        ),
        Fact(name="Machine", text=f"{machine.cpu_model}, {fmt.counted(machine.logical_cpus, 'CPU')}"),
        *((size, Fact(name="Smallest difference it can tell", text=seen)) if here.timed else _counted(here)),
        Fact(name="Could not be measured", text=fmt.counted(len(here.failures), "failure")),
    )


def _counted(here: Context) -> tuple[Fact, ...]:
    """The size of a run that only counted, and how steady its counts are."""
    counts = [each for found in here.counted for each in found.counts if each.level]
    spreads = [100 * each.spread for each in counts if each.spread is not None]
    cells = f"{fmt.counted(len(counts), 'cell')} counted"
    return (
        Fact(name="Size", text=f"{fmt.counted(len(here.run.costs), 'count')}, {cells}"),
        Fact(name="Spread of a cell's intervals", text=f"at most {max(spreads):.2f}%" if spreads else "none"),
    )
