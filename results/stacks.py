"""Sampled stacks of functions, packed for the record: each function is written once, stacks by numbers."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from results.model import CodeLayer

MOST_BYTES = 64 * 2**20
"""Of packed stacks, unpacked: what is longer is no profile of a cell."""


class Frame(NamedTuple):
    """A function within a stack."""

    function: str
    """Qualified name, such as ``Router.__call__``."""
    file: str
    """Without the folder that it is installed in, such as ``starlette/routing.py``."""
    layer: CodeLayer
    boundary: str = ""
    """What it does, where a file of hotlap declares it a boundary."""


Stack = tuple[Frame, ...]
"""Functions that had called each other, the outermost first."""


class _Packed(msgspec.Struct):
    """As it is written: JSON, compressed by zlib, in base64."""

    frames: list[Frame]
    stacks: list[list[int]]
    """How often a stack was seen, then the places of its functions in ``frames``."""


def encode(counts: Mapping[Stack, int]) -> str:
    """How often each stack was seen, as text; the same for the same counts, whatever their order."""
    frames = sorted({frame for stack in counts for frame in stack})
    places = {frame: place for place, frame in enumerate(frames)}
    stacks = sorted([count, *(places[frame] for frame in stack)] for stack, count in counts.items())
    packed = _Packed(frames=frames, stacks=stacks)
    return base64.b64encode(zlib.compress(msgspec.json.encode(packed), 9)).decode("ascii")


def decode(text: str) -> dict[Stack, int]:
    """Back from ``encode``; ValueError where it is nothing that ``encode`` wrote."""
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), MOST_BYTES)
        packed = msgspec.json.decode(unpacked, type=_Packed)
    except (ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(f"no sampled stacks: {error}") from error
    return dict(_stacks(packed.frames, packed.stacks))


def _stacks(frames: list[Frame], stacks: Iterable[list[int]]) -> Iterable[tuple[Stack, int]]:
    for numbers in stacks:
        if not numbers or numbers[0] < 1 or any(not 0 <= place < len(frames) for place in numbers[1:]):
            raise ValueError("no sampled stacks: a count or a place is out of range")
        yield tuple(frames[place] for place in numbers[1:]), numbers[0]
