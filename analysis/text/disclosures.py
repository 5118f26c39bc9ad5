"""What only people may decide: words that may point to one person, and words that tell of harm.

Nothing here masks; it flags a comment for review (TEXT 1 and 2.1). Phrases are looked for only
where a word stands that one of them needs, because most comments hold none.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

PHRASES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "disclosures.toml").read_text(encoding="utf-8")
)
PART, PLAIN = re.compile(r"<(\w+)>"), re.compile(r"(?<!\\)\b[a-z]{2,}")


class Group(NamedTuple):
    """Phrases of one kind, how a word begins that each of them holds, and the bit of the kind."""

    kind: str
    bit: int
    beginnings: tuple[str, ...]
    phrases: re.Pattern[str]


def _any(phrases: Sequence[str]) -> str:
    whole = rf"\b(?:{'|'.join(phrases)})\b"
    return PART.sub(lambda part: str(PHRASES["parts"][part[1]]), whole)


def _beginnings(told: str) -> Iterator[str]:
    for word in told.split():
        part = PART.fullmatch(word)
        yield from PLAIN.findall(str(PHRASES["parts"][part[1]])) if part else (word,)


def _groups(name: str, first: int) -> tuple[Group, ...]:
    return tuple(
        Group(
            kind,
            1 << place,
            tuple(_beginnings(told["beginnings"])),
            re.compile(_any(told["phrases"]), re.IGNORECASE),
        )
        for place, (kind, told) in enumerate(PHRASES[name].items(), start=first)
    )


POINTS = _groups("points", 0)
HARM = _groups("harm", len(POINTS))
WRONG: dict[str, list[str]] = PHRASES["wrong"]
ALLEGED = re.compile(
    rf"\[name\]\W+(?:\w+\W+){{0,4}}?{_any(WRONG['alleged'])}"
    rf"|{_any(WRONG['alleged_by'])}(?: \w+){{0,3}}? by \[name\]",
    re.IGNORECASE,
)
WHERE_AND_WHEN = re.compile(r"\[(?:place|date)\]")
EVERY = HARM[-1].bit * 2 - 1


def may_begin(word: str) -> int:
    """The bits of the kinds of phrase that may hold a lower-case word; never one too few.

    >>> may_begin("rota"), may_begin("wheelchair") == may_begin("deaf") > 0
    (0, True)
    """
    kinds = (group.bit for group in (*POINTS, *HARM) if f"{word}.".startswith(group.beginnings))
    return sum(kinds)


def kinds_pointing(redacted: str, bits: int = EVERY) -> Iterator[str]:
    """What may point to one person though it names nobody, by kind: ``service``, ``family``,
    ``parenthood``, ``health``, ``belonging``, ``alone``, ``post`` or ``case``. ``bits`` are those
    of its words (:func:`may_begin`).

    >>> list(kinds_pointing("I am the only night worker, nineteen years in this team."))
    ['service', 'alone']
    """
    return _kinds(POINTS, redacted, bits)


def is_quasi_identifier(redacted: str, bits: int = EVERY) -> bool:
    """Whether something in it may point to one person though it names nobody.

    >>> is_quasi_identifier("I am the only night worker."), is_quasi_identifier("More parking.")
    (True, False)
    """
    return next(kinds_pointing(redacted, bits), None) is not None


def places_pointing(redacted: str) -> tuple[tuple[int, int], ...]:
    """Where that stands, (start, end) in order, marks of dates and places with it: what stands
    beside them may tell the rest. Of what overlaps the whole is one.

    >>> text = "I am the only night worker, nineteen years in this team."
    >>> [text[start:end] for start, end in places_pointing(text)]
    ['I am the only', 'nineteen years in this team']
    """
    patterns = (*(group.phrases for group in POINTS), WHERE_AND_WHEN)
    found = sorted(match.span() for one in patterns for match in one.finditer(redacted))
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple((start, start + len(redacted[start:end].rstrip())) for start, end in apart)


def is_disclosure(redacted: str, bits: int = EVERY) -> bool:
    """Whether it tells of harm, a risk of it, harassment or discrimination."""
    return next(_kinds(HARM, redacted, bits), None) is not None


def _kinds(groups: Sequence[Group], redacted: str, bits: int) -> Iterator[str]:
    for group in groups:
        if bits & group.bit and group.phrases.search(redacted):
            yield group.kind


def is_allegation(redacted: str) -> bool:
    """Whether it says of somebody named that they did wrong."""
    return "[name]" in redacted and ALLEGED.search(redacted) is not None
