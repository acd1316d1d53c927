"""How the charts look: colour is the framework, hatch and marker are the server, the rest is grey.

Colours here are names for the style sheet: ``svg.py`` replaces each by a CSS variable, so that one SVG serves
light, dark and print.
"""

from __future__ import annotations

import gc
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

INK, MUTED, GRID, PAPER, NEUTRAL = "#1d2126", "#5b626b", "#dcdad5", "#fdfcfa", "#80868e"
OKABE_ITO = ("#0072b2", "#009e73", "#e69f00", "#56b4e9", "#d55e00", "#cc79a7", "#f0e442")
"""Okabe and Ito's colour-blind safe palette (jfly.uni-koeln.de/color) without black, which is the ink's."""
HEAT = ("#7f3b08", "#b35806", "#e08214", "#f7f7f7", "#8073ac", "#542788", "#2d004b")
"""Of a ratio, from far below 1 over level to far above: names for a scale from orange over grey to blue, on
which the ink can be read in every theme."""

VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    NEUTRAL: "--floor",
    **{colour: f"--hue-{slot}" for slot, colour in enumerate(OKABE_ITO)},
    **{colour: f"--heat-{step}" for step, colour in enumerate(HEAT)},
}
"""CSS variable of each colour that a chart may use."""

HATCHES = ("", "//", "xx", "--", "||")
MARKERS = ("o", "s", "D", "^", "v")

_FRAMEWORK_KEY, _SERVER_KEY = b"73172", b"209"
"""Hash keys that give each name that hotlap ships a slot of its own."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and marks of one run, the same in all its charts."""

    colours: dict[str, str]
    servers: dict[str, int]

    def colour(self, framework: str) -> str:
        """Colour of a framework; neutral for a floor and for a name that the run does not know."""
        return self.colours.get(framework, NEUTRAL)

    def hatch(self, server: str) -> str:
        """Matplotlib's hatch of a server variant: its server's."""
        return HATCHES[self.servers.get(family(server), 0)]

    def marker(self, server: str) -> str:
        """Matplotlib's marker of a server variant: its server's."""
        return MARKERS[self.servers.get(family(server), 0)]


def assign_look(frameworks: Iterable[str], servers: Iterable[str]) -> Look:
    """Assign colours to ``frameworks`` (without the floors, which are neutral) and marks to servers.

    A name's hash chooses its slot, so it keeps its colour from run to run; where two names choose the same,
    the later in the alphabet takes the next free slot.
    """
    colours = _assign_slots(frameworks, len(OKABE_ITO), _FRAMEWORK_KEY)
    return Look(
        colours={name: OKABE_ITO[slot] for name, slot in colours.items()},
        servers=_assign_slots((family(name) for name in servers), len(HATCHES), _SERVER_KEY),
    )


def family(server: str) -> str:
    """Server of a variant: ``uvicorn`` of ``uvicorn-standard``."""
    return server.partition("-")[0]


def _assign_slots(names: Iterable[str], slots: int, key: bytes) -> dict[str, int]:
    taken: dict[str, int] = {}
    for name in sorted(set(names)):
        digest = hashlib.blake2s(name.encode(), key=key, digest_size=4).digest()
        wanted = [(int.from_bytes(digest, "big") + step) % slots for step in range(slots)]
        taken[name] = next((slot for slot in wanted if slot not in taken.values()), wanted[0])
    return taken


@contextmanager
def chart_style() -> Iterator[None]:
    """Matplotlib's settings for a chart: real text, no maths in names, ids from content alone.

    The garbage collector is off meanwhile: a figure is one large reference cycle, and collecting while it is
    made takes a third of the time.
    """
    import matplotlib as mpl  # noqa: PLC0415 - takes a second to import

    collecting = gc.isenabled()
    gc.disable()
    try:
        with mpl.rc_context(SETTINGS), warnings.catch_warnings():  # type: ignore[arg-type] # its keys are literals
            # a name in letters that matplotlib's font lacks: the browser has them
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            yield
    finally:
        if collecting:
            gc.enable()


SETTINGS: dict[str, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.size": 12.5,
    "hatch.linewidth": 1.1,
    "svg.fonttype": "none",
    "svg.hashsalt": "hotlap",
    "text.color": INK,
    "text.parse_math": False,
}
