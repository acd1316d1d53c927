"""Sampled stacks as a tree of functions, and which functions hold how many of the samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from results import stacks
from results.model import CodeLayer, CostSamples, Run
from results.stacks import Frame, Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What was sampled of one cell."""

    record: CostSamples
    stacks: Mapping[Stack, int]

    @property
    def total(self) -> int:
        """Samples in all."""
        return sum(self.stacks.values())

    def kept_waiting(self) -> float:
        """Share of samples in which a thread wanted to run and had no CPU, as far as CPU time tells."""
        at_work_s = self.total / max(self.record.rate_per_s, 1)
        return 0.0 if self.record.cpu_s is None else max(0.0, 1 - self.record.cpu_s / at_work_s)

    def per_request(self) -> float:
        """Samples for each request that was asked."""
        return self.total / max(self.record.requests, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlameGraph:
    """A file that shows where the time of one cell goes, or what differs between two sides of it."""

    cell: str
    """Its slug; of a difference the head's."""
    file: str
    samples: int
    """Of a difference the head's."""
    requests: int
    """The same."""
    difference: bool = False


@dataclass(slots=True)
class Node:
    """A function within what called it, with all that it called."""

    frame: Frame | None
    """None: the root, all samples."""
    count: int = 0
    children: dict[Frame, Node] = field(default_factory=dict)


def profiles_of(run: Run) -> tuple[list[Profile], list[str]]:
    """What was sampled of each cell and side, and in words what of it cannot be read."""
    profiles: list[Profile] = []
    problems: list[str] = []
    for record in run.samples:
        try:
            profile = Profile(record=record, stacks=stacks.decode(record.stacks))
        except ValueError as error:
            problems.append(f"{record.cell.slug}: {error}")
            continue
        if profile.total:
            profiles.append(profile)
        else:
            problems.append(f"{record.cell.slug}: no stack was sampled")
    return profiles, problems


def tree_of(counts: Mapping[Stack, int]) -> Node:
    """All stacks as one tree."""
    root = Node(None)
    for stack, count in counts.items():
        root.count += count
        node = root
        for frame in stack:
            node = node.children.setdefault(frame, Node(frame))
            node.count += count
    return root


def own_and_whole(counts: Mapping[Stack, int]) -> tuple[Counter[Frame], Counter[Frame]]:
    """Samples that each function was at work in itself, and those that it was called in.

    A function that is called within itself counts once.
    """
    own: Counter[Frame] = Counter()
    whole: Counter[Frame] = Counter()
    for stack, count in counts.items():
        if stack:
            own[stack[-1]] += count
        for frame in set(stack):
            whole[frame] += count
    return own, whole


def layer_shares(counts: Mapping[Stack, int]) -> dict[str, float]:
    """Shares by whose code was at work, the largest first; they add up to 1."""
    total = sum(counts.values())
    layers = Counter[str]()
    for stack, count in counts.items():
        layers[stack[-1].layer if stack else CodeLayer.STANDARD] += count
    return {layer: count / total for layer, count in sorted(layers.items(), key=_largest_first)}


def boundary_shares(counts: Mapping[Stack, int]) -> dict[str, float]:
    """Shares that boundary functions were called in, and the handler, the largest first.

    Of an app's functions the one that holds the most is the handler.
    """
    total = sum(counts.values())
    whole = own_and_whole(counts)[1]
    told = dict(_named(whole.items()))
    handlers = [(frame, count) for frame, count in whole.items() if frame.layer == CodeLayer.APP]
    if handlers:
        frame, count = min(handlers, key=lambda pair: (-pair[1], pair[0]))
        told[f"handler: {frame.function}"] = count
    return {name: count / total for name, count in sorted(told.items(), key=_largest_first)}


def _named(whole: Iterable[tuple[Frame, int]]) -> Iterator[tuple[str, int]]:
    for frame, count in whole:
        if frame.boundary:
            yield f"{frame.boundary}: {frame.function}", count


def _largest_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
