"""The file of one flame graph: a picture with what it was made from, and its largest functions as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from report.analysis.flame_changes import Direction, FunctionChange, function_changes
from report.analysis.flames import Profile, own_and_whole, tree_of
from report.page.charts.svg import single_line
from report.page.flame.boxes import LEAST_SHARE, Boxes, lay_out
from report.page.flame.draw import draw, layer_name, legend, points, said
from report.page.model import Column, Fact, Table, TableEntry, TableRow, entry
from report.page.templating import own_file, script_hashes, templates
from results.model import IN_PROCESS, Cell
from results.stacks import Frame

MOST_ROWS = 40
"""Functions in a table."""
HOW_TO_READ = (
    "Each box is a Python function within the one that called it, above it; what compiled code does counts "
    "for the function that called that. The wider, the more of the samples it was at work in. From left to "
    "right they stand in the order of names and not of time."
)
SAMPLES_NOT_TIME = (
    "Samples, not a timing: a process was looked at {rate:,} times a second, and counted where it was at "
    "work. What costs how much is told by counted instructions and by load."
)
MOST_WAITING = 0.15
"""Share of samples without a CPU from which on it is said."""
KEPT_WAITING = (
    "In about {waiting:.0%} of samples a thread wanted to run and other work had its CPU. Where that is "
    "taken, as behind a write to a socket, looks dearer than it is: sample again on a machine that does "
    "nothing else."
)
WHAT_SHRINKS = (
    "Where one share grows, those of all others shrink: the samples of a request say which did. A change is "
    "told beyond three standard errors of the two shares."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlamePage:
    """What the template shows."""

    name: str
    verdict: str
    text: str
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]
    legend: tuple[tuple[str, str], ...]
    svg: Markup
    table: Table


def one_cell(profile: Profile, titles: Mapping[str, str]) -> str:
    """The file of one cell."""
    boxes = lay_out(tree_of(profile.stacks))
    name = cell_name(profile.record.cell, titles)
    verdict = f"{name}: where its time goes, in {profile.total:,} samples"
    return _render(
        FlamePage(
            name=name,
            verdict=verdict,
            text=HOW_TO_READ,
            notes=(_samples_note(profile), *_waiting_note(profile), *_folded_note(boxes)),
            facts=tuple(_facts(profile)),
            legend=tuple(legend(boxes, difference=False)),
            svg=_svg(boxes, verdict, "One box a function; the table below has the largest as numbers."),
            table=_largest(profile),
        )
    )


def two_sides(base: Profile, head: Profile, titles: Mapping[str, str]) -> str:
    """The file of what differs between two sides; the picture is the head's."""
    boxes = lay_out(tree_of(head.stacks), tree_of(base.stacks))
    changes = function_changes(base, head)
    name = cell_name(head.record.cell, titles)
    if base.record.cell != head.record.cell:
        name = f"{name} against {cell_name(base.record.cell, titles)}"
    return _render(
        FlamePage(
            name=name,
            verdict=difference_sentence(name, changes),
            text=f"The head's functions, coloured by what became of their share. {HOW_TO_READ}",
            notes=(
                WHAT_SHRINKS,
                _samples_note(head),
                *_waiting_note(max(base, head, key=Profile.kept_waiting)),
                *_folded_note(boxes),
            ),
            facts=(*_facts(base, "base"), *_facts(head, "head")),
            legend=tuple(legend(boxes, difference=True)),
            svg=_svg(boxes, name, "One box a function of the head; the table below has what changed."),
            table=_changes(changes),
        )
    )


def difference_sentence(name: str, changes: Sequence[FunctionChange]) -> str:
    """Which function's own share grew most, or else shrank most."""
    grown = [change for change in changes if change.own.direction == Direction.GROWN]
    if not changes:
        return f"{name}: no function's share of samples has changed."
    change = (grown or changes)[0]
    word = "grew" if grown else "shrank"
    function, file = single_line(change.frame.function), single_line(change.frame.file)
    shares = f"from {change.own.base:.1%} to {change.own.head:.1%} of samples"
    return f"{name}: {function} ({file}) {word} most, {shares}."


def cell_name(cell: Cell, titles: Mapping[str, str]) -> str:
    """Framework, server and scenario for the reader."""
    server = "in process" if cell.server == IN_PROCESS else f"on {cell.server}"
    python = f", Python {cell.python}" if cell.python else ""
    return f"{titles.get(cell.framework, cell.framework)} {server}{python}, {cell.scenario}"


def _samples_note(profile: Profile) -> str:
    return SAMPLES_NOT_TIME.format(rate=profile.record.rate_per_s)


def _waiting_note(profile: Profile) -> Iterator[str]:
    waiting = profile.kept_waiting()
    if waiting > MOST_WAITING:
        yield KEPT_WAITING.format(waiting=waiting)


def _folded_note(boxes: Boxes) -> Iterator[str]:
    if boxes.folded:
        yield f"Calls of less than {LEAST_SHARE:.1%} of samples are not drawn: {boxes.folded:,} of them."


def _facts(profile: Profile, side: str = "") -> Iterator[Fact]:
    record, behind = profile.record, f", {side}" * bool(side)
    amount = f"{record.requests:,} asked in {record.seconds:.1f} s"
    yield Fact(name=f"Samples{behind}", text=f"{profile.total:,}, {profile.per_request():.3g} a request")
    yield Fact(name=f"Requests{behind}", text=amount)
    yield Fact(name=f"Made by{behind}", text=f"{record.tool}, Python {record.python}")


def _svg(boxes: Boxes, title: str, description: str) -> Markup:
    return Markup(draw(boxes, title=title, description=description))  # noqa: S704 - escaped there


def _largest(profile: Profile) -> Table:
    """Functions by the samples that they were at work in themselves."""
    own, whole = own_and_whole(profile.stacks)
    ordered = sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))
    return Table(
        anchor="functions",
        caption="The functions that were most at work themselves, in % of samples",
        columns=(*FUNCTION_COLUMNS, _share("Itself"), _share("With all it calls")),
        rows=tuple(
            TableRow(
                entries=(
                    *_function_entries(frame),
                    _percent(count / profile.total),
                    _percent(whole[frame] / profile.total),
                )
            )
            for frame, count in ordered[:MOST_ROWS]
        ),
        sortable=False,
    )


FUNCTION_COLUMNS = (
    Column(label="Function", code=True),
    Column(label="File", code=True),
    Column(label="Whose"),
)


def _changes(changes: Sequence[FunctionChange]) -> Table:
    caption = "Functions whose own share of samples changed, in % of samples"
    if not changes:
        caption = "No function's own share of samples changed by more than chance may do"
    return Table(
        anchor="functions",
        caption=caption,
        columns=(
            *FUNCTION_COLUMNS,
            _share("Base"),
            _share("Head"),
            Column(label="Change", unit="points (95% interval)", numeric=True),
            Column(label="In words"),
            _share("With all it calls", "% of head"),
        ),
        rows=tuple(map(_change_row, changes[:MOST_ROWS])),
        sortable=False,
    )


def _change_row(change: FunctionChange) -> TableRow:
    own = change.own
    half = f"±{100 * 1.96 * own.error:.1f}"
    return TableRow(
        entries=(
            *_function_entries(change.frame),
            _percent(own.base),
            _percent(own.head),
            TableEntry(text=points(own), detail=half, key=round(own.change, 6)),
            entry(said(own)),
            _percent(change.whole.head),
        )
    )


def _function_entries(frame: Frame) -> tuple[TableEntry, TableEntry, TableEntry]:
    """For ``FUNCTION_COLUMNS``."""
    return entry(single_line(frame.function)), entry(single_line(frame.file)), entry(layer_name(frame))


def _share(label: str, unit: str = "%") -> Column:
    return Column(label=label, unit=unit, numeric=True)


def _percent(share: float) -> TableEntry:
    return TableEntry(text=f"{100 * share:.1f}", key=round(share, 6))


def _render(page: FlamePage) -> str:
    script = own_file("flame.js")
    return (
        templates()
        .get_template("flame.html.jinja")
        .render(
            page=page,
            css=own_file("page.css") + own_file("flame.css"),
            script=script,
            script_hashes=script_hashes([script]),
        )
    )
