"""Frozen types as JSON and back: one way for everything that is published."""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def parts(part: Any) -> dict[str, Any]:
    """A part as JSON wants it, without the copy that ``asdict`` makes: ``default`` of ``dumps``."""
    if not is_dataclass(part):
        raise TypeError(f"Results do not hold a {type(part).__name__}.")
    return {field.name: getattr(part, field.name) for field in fields(part)}


@cache
def builder(kind: Any) -> Callable[[Any], Any]:
    """The inverse of ``asdict`` for a frozen type, worked out once: results have many rows."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        wanted = [
            (field.name, builder(hints[field.name]), field.default is MISSING)
            for field in fields(kind)
        ]
        # A frozen publication may be older than a part that has come since.
        return lambda raw: kind(
            **{name: build(raw[name]) for name, build, needed in wanted if needed or name in raw}
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        inner = builder(next(part for part in arguments if part is not type(None)))
        return lambda raw: None if raw is None else inner(raw)
    if origin is tuple and arguments[-1] is Ellipsis:
        each = builder(arguments[0])
        return lambda raw: tuple(each(value) for value in raw)
    if origin is tuple:
        several = [builder(part) for part in arguments]
        return lambda raw: tuple(build(value) for build, value in zip(several, raw, strict=True))
    return lambda raw: raw
