"""Dataclasses as JSON: msgspec reads them strictly, Python's own JSON writes them and refuses NaN.

msgspec writes NaN as ``null`` without a word, and reads neither NaN nor half a surrogate pair, both of which
Python writes: hence the two.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


class CodecError(ValueError):
    """JSON does not have the shape of its type; ``path`` leads to the value at fault."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


class UnknownValueError(CodecError):
    """A text is none of the values that its field may have, as where a newer hotlap wrote it."""


class _NotFinite:
    """Stands for a NaN or an infinity that was read, so that no field takes it."""

    def __init__(self, text: str) -> None:
        self.text = text


def encode(value: Any, **more: object) -> bytes:  # noqa: ANN401 - any dataclass
    """A dataclass as a JSON object of all its fields, ``more`` before them.

    Raises ValueError or TypeError for what JSON cannot hold, as a NaN.
    """
    text = json.dumps({**more, **asdict(value)}, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii")


def decode(kind: type[T], text: bytes) -> T:
    """A ``kind`` from a JSON object; CodecError where it is none."""
    try:
        return cast("T", _decoder(cast("Any", kind)).decode(text))
    except msgspec.ValidationError as error:
        raise _codec_error(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return convert(kind, _loads(text))


def convert(kind: type[T], value: object) -> T:
    """A ``kind`` from plain JSON types; CodecError where they are none."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _codec_error(error) from None


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=True)


def _loads(text: bytes) -> Any:  # noqa: ANN401 - JSON
    """By Python's own JSON, whose message says best where a text that is none is wrong."""
    try:
        return json.loads(text, parse_constant=_NotFinite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"not JSON: {error}") from None


def _finite(text: str) -> float | _NotFinite:
    value = float(text)
    return value if math.isfinite(value) else _NotFinite(text)


def _codec_error(error: msgspec.ValidationError) -> CodecError:
    """The words of msgspec, with the path (``$.cell.load``) taken out of them."""
    reason, _, path = str(error).partition(" - at `$")
    kind = UnknownValueError if reason.startswith("Invalid enum value") else CodecError
    return kind(reason.replace(f"`{_NotFinite.__name__}`", "NaN or an infinity"), path.removesuffix("`"))
