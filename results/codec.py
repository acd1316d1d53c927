"""Recorded types to JSON and back by their type hints: unknown fields are ignored, types are strict."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]
T = TypeVar("T")
_LARGEST = 2**63 - 1


class CodecError(ValueError):
    """A JSON value does not have the shape of its type; the message begins with the path to it."""


def encode(value: object) -> Any:  # noqa: ANN401 - JSON
    """``value`` as plain JSON types; tuples become lists, dataclasses objects with all their fields."""
    if dataclasses.is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in _names(cast("Any", type(value)))}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    if isinstance(value, dict):
        return {key: encode(each) for key, each in value.items()}
    return value


def decode(kind: type[T], value: object) -> T:
    """A ``kind`` from plain JSON types; CodecError where a field is missing or of another type."""
    return cast("T", _decoder(cast("Any", kind))(value))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))


@cache
def _decoder(hint: Any) -> Decoder:  # noqa: ANN401 - a type hint
    """How values of a type hint are read; made once per hint."""
    if dataclasses.is_dataclass(hint):
        return _object(cast("type", hint))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(arguments)
    if origin is tuple:
        return _several(arguments)
    if origin is dict:
        return _mapping(_decoder(arguments[1]))
    return _PLAIN[hint]


def _object(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    fields = [(each.name, _decoder(hints[each.name])) for each in dataclasses.fields(kind)]
    required = {
        each.name
        for each in dataclasses.fields(kind)
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    }

    def read(value: Any) -> Any:  # noqa: ANN401 - JSON
        if type(value) is not dict:
            raise _wanted("an object", value)
        if missing := sorted(required - value.keys()):
            raise CodecError(f": missing {', '.join(missing)}")
        given = {}
        for name, decoder in fields:
            if name in value:
                try:
                    given[name] = decoder(value[name])
                except CodecError as error:
                    raise CodecError(f".{name}{error}") from None
        return kind(**given)

    return read


def _optional(arguments: tuple[Any, ...]) -> Decoder:
    inner = _decoder(next(each for each in arguments if each is not type(None)))
    return lambda value: None if value is None else inner(value)


def _several(arguments: tuple[Any, ...]) -> Decoder:
    if arguments[-1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda value: tuple(each(item) for item in _list(value))
    decoders = [_decoder(argument) for argument in arguments]

    def read(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - JSON
        if len(_list(value)) != len(decoders):
            raise _wanted(f"{len(decoders)} elements", value)
        return tuple(decoder(item) for decoder, item in zip(decoders, value, strict=True))

    return read


def _mapping(inner: Decoder) -> Decoder:
    def read(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        if type(value) is not dict:
            raise _wanted("an object", value)
        return {key: inner(each) for key, each in value.items()}

    return read


def _list(value: object) -> list[Any]:
    if type(value) is not list:
        raise _wanted("a list", value)
    return value


def _exactly(kind: type, name: str) -> Decoder:
    def read(value: Any) -> Any:  # noqa: ANN401 - JSON
        if type(value) is not kind:
            raise _wanted(name, value)
        return value

    return read


def _int(value: Any) -> int:  # noqa: ANN401 - JSON
    if type(value) is not int or not -_LARGEST <= value <= _LARGEST:
        raise _wanted("an integer of 64 bits", value)
    return value


def _float(value: Any) -> float:  # noqa: ANN401 - JSON
    if type(value) is int:
        return float(_int(value))
    if type(value) is not float or not math.isfinite(value):
        raise _wanted("a finite number", value)
    return value


def _wanted(what: str, value: object) -> CodecError:
    shown = repr(value)
    return CodecError(f": wanted {what}, got {shown if len(shown) <= 40 else shown[:37] + '...'}")  # noqa: PLR2004


_PLAIN: dict[Any, Decoder] = {
    str: _exactly(str, "a text"),
    int: _int,
    bool: _exactly(bool, "true or false"),
    float: _float,
}
