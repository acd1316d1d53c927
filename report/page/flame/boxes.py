"""Lays a tree of functions out as boxes: as wide as their share of samples, callers above what they call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from report.analysis.flame_changes import ShareChange, share_change
from report.analysis.flames import Node
from results.stacks import Frame

WIDTH = 1200.0
"""Of all samples, in pixels."""
LEAST_SHARE = 0.001
"""A function with a smaller share of all samples is not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A function as it is drawn."""

    frame: Frame | None
    """None: all samples."""
    x: float
    width: float
    depth: int
    """How many functions are above it."""
    count: int
    share: float
    """Of all samples."""
    change: ShareChange | None = None
    """Of a difference: what became of its share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """A flame graph as it is drawn."""

    boxes: tuple[Box, ...]
    """Callers before what they call, in the order of names."""
    folded: int
    """Calls that are too small to be drawn, without those within them."""

    @property
    def rows(self) -> int:
        """How many functions lie above each other at most."""
        return 1 + max(box.depth for box in self.boxes)


def lay_out(root: Node, base: Node | None = None) -> Boxes:
    """Boxes of ``root``, which has a sample at least; of a difference ``base`` is the tree of the base."""
    boxes: list[Box] = []
    folded = 0
    waiting: list[tuple[Node, Node | None, float, int]] = [(root, base, 0.0, 0)]
    while waiting:
        node, before, x, depth = waiting.pop()
        if node.count < LEAST_SHARE * root.count:
            folded += 1
            continue
        change = (
            share_change(before.count if before else 0, node.count, _totals(root, base)) if base else None
        )
        boxes.append(
            Box(
                frame=node.frame,
                x=x,
                width=WIDTH * node.count / root.count,
                depth=depth,
                count=node.count,
                share=node.count / root.count,
                change=change,
            )
        )
        waiting += reversed([*_children(node, before, x, depth, WIDTH / root.count)])
    return Boxes(boxes=tuple(boxes), folded=folded)


def _totals(root: Node, base: Node | None) -> tuple[int, int]:
    return (base.count if base else root.count), root.count


def _children(
    node: Node, before: Node | None, x: float, depth: int, scale: float
) -> Iterator[tuple[Node, Node | None, float, int]]:
    """Each with its twin in the base, from left to right in the order of names."""
    for frame in sorted(node.children):
        child = node.children[frame]
        yield child, before.children.get(frame) if before else None, x, depth + 1
        x += child.count * scale
