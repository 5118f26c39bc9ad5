"""Words that people mask in a comment after the machine has: by the words, and what moves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MASKED = "[masked]"
MARKS = re.compile(r"\[(?:name|place|date|number|contact|masked)\]")


@dataclass(frozen=True)
class Masked:
    """A comment with further words masked. ``hidden`` are their places before, (start, end), in
    order; they do not overlap."""

    text: str
    hidden: tuple[tuple[int, int], ...]


def find(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where the words stand in a text, whole words and in any case, outside marks.

    >>> find("The only man. An only man?", "only man")
    ((4, 12), (17, 25))
    """
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return ()
    marks = [match.span() for match in MARKS.finditer(text)]
    spaced = r"\s+".join(parts)
    pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    return tuple(
        match.span()
        for match in pattern.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in marks)
    )


def mask(text: str, phrases: Iterable[str]) -> Masked:
    """The text with every occurrence of each phrase masked; words side by side become one mark.

    >>> mask("I am the only Welsh worker on nights.", ["only Welsh", "worker"]).text
    'I am the [masked] on nights.'
    """
    spans = sorted({span for phrase in phrases for span in find(text, phrase)})
    hidden: list[tuple[int, int]] = []
    for start, end in spans:
        if hidden and not text[hidden[-1][1] : start].strip():
            hidden[-1] = (hidden[-1][0], max(end, hidden[-1][1]))
        else:
            hidden.append((start, end))
    pieces, done = [], 0
    for start, end in hidden:
        pieces += [text[done:start], MASKED]
        done = end
    return Masked("".join([*pieces, text[done:]]), tuple(hidden))


def hides_most(text: str, hidden: Sequence[tuple[int, int]]) -> bool:
    """Whether masks cover more than half of a text: then it is withheld rather than masked.

    >>> hides_most("I am not well.", ((0, 7),)), hides_most("I am not well.", ((0, 8),))
    (False, True)
    """
    return 2 * sum(end - start for start, end in hidden) > len(text)


def moved(start: int, end: int, hidden: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Where a stretch of the text stands after masking; ``None`` when masks cover more than half.

    >>> moved(21, 37, ((9, 19),))
    (19, 35)
    """
    covered = sum(max(0, min(end, until) - max(start, since)) for since, until in hidden)
    if 2 * covered > end - start:
        return None
    return _after(start, hidden, first=True), _after(end, hidden, first=False)


def _after(place: int, hidden: Sequence[tuple[int, int]], *, first: bool) -> int:
    """An offset after masking; one inside a mask goes to the mark's beginning or its end."""
    shift = 0
    for start, end in hidden:
        if place <= start:
            break
        if place < end:
            return start + shift + (0 if first else len(MASKED))
        shift += len(MASKED) - (end - start)
    return place + shift
