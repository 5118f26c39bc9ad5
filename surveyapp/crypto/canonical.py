"""Canonical JSON: the same bytes from every program, so that they can be hashed and signed.

RFC 8785 restricted to what needs no judgement: objects with ASCII keys, arrays, strings, whole
numbers that every language holds exactly, true, false and null. Fractions are refused.
"""

import json
from collections.abc import Mapping
from typing import Any

EXACT = 2**53 - 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class NotCanonical(ValueError):
    """The value holds something that canonical JSON has no one form for."""


def _whole(digits: str) -> int:
    number = int(digits)
    if -EXACT <= number <= EXACT:
        return number
    raise NotCanonical("A whole number is too large to be held exactly.")


def _fraction(_text: str) -> float:
    raise NotCanonical("A fraction has no canonical form.")


# Checks while it reads, which for what is plain ASCII leaves nothing to look through afterwards.
_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_fraction)


def canonical(value: Any) -> bytes:
    """The one UTF-8 form of ``value`` (RFC 8785, restricted). Raises :class:`NotCanonical`.

    >>> canonical({"b": [1, True, None], "a": "é"})
    b'{"a":"\\xc3\\xa9","b":[1,true,null]}'
    """
    _check(value)
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("A text holds half of a character.") from error


def parse(data: bytes) -> Any:
    """Read canonical JSON, refusing every other spelling of the same value."""
    try:
        value = _DECODER.decode(data.decode())
        again = _ENCODER.encode(value).encode() if data.isascii() else canonical(value)
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonical("This is not JSON.") from error
    if again != data:
        raise NotCanonical("This JSON is not in its canonical form.")
    return value


def _check(value: Any) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise NotCanonical("A whole number is too large to be held exactly.")
    elif isinstance(value, dict | Mapping):
        for key, part in value.items():
            # Sorting by code point and by UTF-16 unit agree only within ASCII.
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("A name in an object is not plain ASCII text.")
            # Every ballot is checked many times, and nearly all in it is a text or a number.
            kind = type(part)
            if kind is not str and not (kind is int and -EXACT <= part <= EXACT):
                _check(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check(part)
    else:
        raise NotCanonical(f"{type(value).__name__} has no canonical form.")
