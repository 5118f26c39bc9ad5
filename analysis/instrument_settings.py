"""Checks of single settings of an instrument: their types, their words and their ids."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

# An id becomes a column, a form field, a file name and part of an address.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
RESERVED = "unit"  # the column beside the answers
SHOWN = 80
PLAIN: Mapping[object, str] = {str: "words in quotes", bool: "true or false", int: "a whole number"}


def check_settings(parts: Iterable[tuple[str, Any]]) -> list[str]:
    """Settings of the wrong type, such as a title that is a number, and words no page can show.

    ``parts`` are the instrument's dataclasses, each with the name it has in a sentence.
    """
    problems = []
    for name, part in parts:
        for setting in fields(part):
            value, wanted = getattr(part, setting.name), setting.type
            if wanted in PLAIN and type(value) is not wanted:
                problems.append(f"{name[:SHOWN]}: {setting.name} must be {PLAIN[wanted]}.")
            elif isinstance(value, str) and any(
                unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value
            ):
                problems.append(
                    f"{name[:SHOWN]}: {setting.name} holds a control character. Take it out."
                )
    return problems


def check_ids(kind: str, ids: Sequence[str]) -> list[str]:
    """Ids of ``kind`` ("Item", "Scale") that stand twice, or that could not be used as names."""
    problems = [
        f"{kind} {twice!r} stands there twice. Give each {kind.lower()} its own id."
        for twice, times in sorted(Counter(ids).items())
        if times > 1
    ]
    return problems + [
        f"{kind} {one[:SHOWN]!r} cannot have this id. Use letters, figures, “_”, “-” and “.”, at "
        f"most 60, beginning with a letter or figure, and not “{RESERVED}”."
        for one in ids
        if one == RESERVED or not ID.fullmatch(one)
    ]
