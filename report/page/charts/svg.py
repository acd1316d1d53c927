"""Writes a matplotlib figure as SVG for a page: with a title, colours from CSS, and ids of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from report.page.charts.look import INK, VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NAMESPACE = re.compile(r"\{[^}]*\}")
_MEASURED = frozenset({"d", "x", "y", "width", "height", "transform"})
_NUMBER = re.compile(r"-?\d+\.\d+")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"\s*font-family:[^;]*;?")
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an artist belongs to: it is filtered by its framework and shows ``hint`` under the pointer."""

    framework: str
    hint: str = ""


def add_mark(marks: dict[str, Mark], framework: str, hint: str = "") -> str:
    """Add a mark to ``marks`` and return the gid for the artist that it belongs to."""
    gid = f"mark{len(marks)}"
    marks[gid] = Mark(framework=framework, hint=hint)
    return gid


def single_line(text: str, longest: int = 200) -> str:
    """``text`` on one line without control characters, cut to ``longest`` characters."""
    printable = _UNPRINTABLE.sub(" ", text)
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"


def to_svg(
    figure: Figure, *, key: str, title: str, description: str, marks: Mapping[str, Mark] | None = None
) -> str:
    """Serialise ``figure`` for a page, the same bytes for the same figure.

    ``key`` is unique in the page and prefixes every id. ``marks`` is keyed by the artists' gid.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - written by matplotlib a line above
    _remove_elements(root, {"metadata", "style"})
    for element in root.iter():
        _simplify_names(element)
        _apply_theme(element)
        _apply_mark(element, marks or {})
    for element in root.iter("g"):
        _share_style(element)
    _prefix_ids(root, key)
    _write_head(root, key, single_line(title), single_line(description, 1000))
    return ET.tostring(root, encoding="unicode").replace("\n", " ")


def _remove_elements(root: ET.Element, names: set[str]) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            child.tail = None
            if _without_namespace(child.tag) in names:
                parent.remove(child)
        if parent.text is not None and not parent.text.strip():
            parent.text = None


def _simplify_names(element: ET.Element) -> None:
    """Remove namespaces, which HTML does not expect, and round to two decimals, which halves the bytes."""
    element.tag = _without_namespace(element.tag)
    attributes = {_without_namespace(name): value for name, value in element.attrib.items()}
    for name in _MEASURED & attributes.keys():
        attributes[name] = _NUMBER.sub(_two_decimals, " ".join(attributes[name].split()))
    element.attrib.clear()
    element.attrib.update(attributes)


@cache
def _without_namespace(name: str) -> str:
    return _NAMESPACE.sub("", name)


def _two_decimals(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _apply_theme(element: ET.Element) -> None:
    """Make colours CSS variables, which only ``style`` can hold, and let text inherit the page's font."""
    pop = element.attrib.pop
    style = _themed_style(element.tag == "text", pop("style", ""), pop("fill", None), pop("stroke", None))
    if style:
        element.set("style", style)


@lru_cache(maxsize=4096)
def _themed_style(
    is_text: bool,  # noqa: FBT001 - cached, and called from one place
    style: str,
    fill: str | None,
    stroke: str | None,
) -> str:
    for name, colour in (("fill", fill), ("stroke", stroke)):
        if colour is not None:
            style = f"{name}: {colour}; {style}"
    if is_text:
        style = _FONT_FAMILY.sub("", style)
        if "fill" not in style:
            style = f"fill: {INK}; {style}"
    return _COLOUR.sub(_variable, style).strip("; ").replace(": ", ":").replace("; ", ";")


def _variable(match: re.Match[str]) -> str:
    name = VARIABLES.get(match[0])
    return match[0] if name is None else f"var({name})"


def _apply_mark(element: ET.Element, marks: Mapping[str, Mark]) -> None:
    mark = marks.get(element.get("id", ""))
    if mark is None:
        return
    element.set("data-framework", single_line(mark.framework))
    if mark.hint:
        hint = ET.Element("title")
        hint.text = single_line(mark.hint)
        element.insert(0, hint)


def _share_style(element: ET.Element) -> None:
    """Move a style that all markers of a series have to their group."""
    styles = {child.get("style") for child in element}
    if len(element) > 1 and len(styles) == 1 and all(child.tag == "use" for child in element):
        element.set("style", styles.pop() or "")
        for child in element:
            child.attrib.pop("style", None)


def _prefix_ids(root: ET.Element, key: str) -> None:
    """Keep only ids that something refers to, under the chart's own prefix."""
    wanted = set()
    for element in root.iter():
        for value in element.attrib.values():
            if "url(" in value:
                wanted.update(_REFERENCE.findall(value))
        wanted.add(element.get("href", "")[1:])
    for element in root.iter():
        own_id = element.attrib.pop("id", None)
        if own_id in wanted:
            element.set("id", f"{key}-{own_id}")
        for name, value in element.attrib.items():
            if "url(" in value:
                element.set(name, _REFERENCE.sub(rf"url(#{key}-\1)", value))
        if "href" in element.attrib:
            element.set("href", f"#{key}-{element.attrib['href'][1:]}")


def _write_head(root: ET.Element, key: str, title: str, description: str) -> None:
    box = [float(number) for number in root.attrib["viewBox"].split()]
    root.attrib.clear()
    root.attrib.update(
        {
            "class": "chart",
            "role": "img",
            "aria-labelledby": f"{key}-title {key}-desc",
            "viewBox": " ".join(f"{number:g}" for number in box),
            "width": f"{box[2]:g}",
            "height": f"{box[3]:g}",
        }
    )
    for index, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(name, {"id": f"{key}-{name}"})
        element.text = text
        root.insert(index, element)
