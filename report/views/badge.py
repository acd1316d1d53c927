"""A badge for a README: who is of the first tier, as a small SVG that asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import escape

from report import fmt
from report.analysis.answers.answers import Answers
from report.analysis.answers.headline import Headline, Situation
from report.analysis.answers.leads import Lead, Standing, Winner
from report.analysis.contenders import Contender
from report.views.answers import headline as headline_words
from report.views.answers.sentence import plain as plain_sentence
from results.model import Plan
from results.text import plain

LABEL = "hotlap"
HEIGHT, PADDING, LETTER, BASELINE = 20, 8, 6.6, 14
"""Pixels: height, room beside a text, mean width of a letter of 11 px, and where texts stand."""
SCENARIOS_NAMED, WINNERS_NAMED = 3, 2
"""Of more scenarios their number is said."""
UNRANKED: Mapping[Situation, str] = {
    Situation.NOTHING: "nothing could be measured",
    Situation.OPEN: "open load only: nothing is ranked",
    Situation.FLOORS: "bare interfaces only",
    Situation.FEW_BLOCKS: "too few blocks to rank",
    Situation.ALONE: "nothing to compare with",
    Situation.WAITING: "all wait for something else: nothing is ranked",
}
"""What is said where nothing is ranked."""

Titles = Mapping[str, str]


def as_badge(plan: Plan, answers: Answers, titles: Titles, note: str = "") -> str:
    """SVG of the first tier, without a number: a ratio without its interval would say too much.

    Its title, which browsers show under the pointer and read aloud, is the headline with machine and day, and
    ``note``.
    """
    text = plain(first_tier(answers.headline, titles))
    day = fmt.moment(plan.created_unix_s, "%Y-%m-%d")
    sentence = plain_sentence(headline_words.headline(answers.headline, titles))
    title = plain(f"{sentence} Measured on {day} on {plan.environment.machine.cpu_model}.{note}")
    left, right = _width(LABEL), _width(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:g}" height="{HEIGHT}" role="img" '
        'aria-labelledby="hotlap-badge">'
        f'<title id="hotlap-badge">{escape(title)}</title>'
        f'<rect width="{left:g}" height="{HEIGHT}" fill="#444"/>'
        f'<rect x="{left:g}" width="{right:g}" height="{HEIGHT}" fill="#0a5c8f"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f"{_text(LABEL, left / 2, left)}{_text(text, left + right / 2, right)}</g></svg>\n"
    )


def _width(text: str) -> float:
    return round(len(text) * LETTER + 2 * PADDING, 1)


def _text(text: str, middle: float, width: float) -> str:
    """A text of exactly the width that it has room for, whatever font there is."""
    length = f'textLength="{width - 2 * PADDING:g}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{middle:g}" y="{BASELINE}" {length}>{escape(text)}</text>'


def first_tier(headline: Headline, titles: Titles) -> str:
    """``first on uvicorn-standard: Starlette and Litestar (json and orders)``, or why nobody is first."""
    if headline.situation in UNRANKED or not headline.leads:
        return UNRANKED.get(headline.situation, "nothing is ranked")
    return "; ".join(_lead(lead, titles) for lead in headline.leads)


def _lead(lead: Lead, titles: Titles) -> str:
    where = f" on {lead.ground.server}" if lead.ground.server else ""
    python = f", Python {lead.ground.workload.python}" if lead.ground.workload.python else ""
    scenarios = _scenarios(group.scenario for group in lead.ground.ranked)
    if lead.standing == Standing.LEVEL:
        return f"no difference told{where}{python} ({scenarios})"
    if lead.standing == Standing.LED:
        return f"first{where}{python}: {_names(lead.first, lead, titles)} ({scenarios})"
    winners = "; ".join(_winner(winner, lead, titles) for winner in lead.winners[:WINNERS_NAMED])
    rest = len(lead.winners) - WINNERS_NAMED
    more = f"; {fmt.counted(rest, 'more scenario')}" if rest > 0 else ""
    return f"first{where}{python}: {winners}{more}"


def _winner(winner: Winner, lead: Lead, titles: Titles) -> str:
    return f"{_names(winner.first, lead, titles)} ({winner.scenario})"


def _names(contenders: Iterable[Contender], lead: Lead, titles: Titles) -> str:
    """Frameworks; where stacks are compared, with their servers."""
    cells = (contender.cell for contender in contenders)
    return fmt.listed(
        dict.fromkeys(
            titles.get(cell.framework, cell.framework) + ("" if lead.ground.server else f" on {cell.server}")
            for cell in cells
        )
    )


def _scenarios(names: Iterable[str]) -> str:
    scenarios = list(dict.fromkeys(names))
    if len(scenarios) <= SCENARIOS_NAMED:
        return fmt.listed(scenarios)
    return fmt.counted(len(scenarios), "scenario")
