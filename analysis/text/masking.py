"""Words that people mask in a comment after the machine has: by the words, and what moves."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MASKED, BY_ONE = "[masked]", "[masked by one]"
MARKS = re.compile(r"\[(?:name|place|date|number|contact|masked|masked by one)\]")
BY_PEOPLE = re.compile(r"\[masked(?: by one)?\]")
KEEP, PEOPLE = "keep", 2
Standing = Literal["kept", "alone", "lifted"]
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Words that turn the sense round, and those that with them alone still point to nobody.
_TURNING = """
no not never none nobody nothing nowhere neither nor without hardly barely scarcely rarely seldom
cannot cant dont doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt havent hasnt
hadnt aint mustnt neednt but except unless ddim nid nad byth dim
"""
_SMALL = """
i me we us you he him she her it they them who what that this these those there a an the any some
all at of to in on for and or so as is am are was were be been being do does did have has had will
would can could shall should may might must ever once only just even more less longer much very
really quite
"""
TURNING, SMALL = frozenset(_TURNING.split()), frozenset(_SMALL.split())


@dataclass(frozen=True)
class Masked:
    """A comment with further words masked. ``hidden`` are their places before, (start, end), in
    order; they do not overlap. ``marks`` are what stands for each."""

    text: str
    hidden: tuple[tuple[int, int], ...]
    marks: tuple[str, ...] = ()


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


def in_pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text in turn, with whether each piece is one of these spans, which stand in order; one that
    begins within another is part of it.

    >>> in_pieces("the only man", [(4, 8)])
    [('the ', False), ('only', True), (' man', False)]
    """
    found, done = [], 0
    for start, end in spans:
        if start >= done:
            found += [(text[done:start], False), (text[start:end], True)]
            done = end
    return [*found, (text[done:], False)]


def mask(text: str, phrases: Iterable[str], by_one: Iterable[str] = ()) -> Masked:
    """The text with every occurrence of each phrase masked; words side by side become one mark.
    ``by_one`` are phrases that one person alone wants masked: their mark says so.

    >>> mask("I am the only Welsh worker on nights.", ["only Welsh", "worker"]).text
    'I am the [masked] on nights.'
    >>> mask("Jo speaks Welsh.", ["Jo"], by_one=["Welsh"]).text
    '[masked] speaks [masked by one].'
    """
    agreed = {span for phrase in phrases for span in find(text, phrase)}
    alone = {span for phrase in by_one for span in find(text, phrase)}
    alone = {span for span in alone if not _inside(span, agreed)}
    hidden: list[tuple[int, int]] = []
    marks: list[str] = []
    for start, end in sorted(agreed | alone):
        mark = BY_ONE if (start, end) in alone else MASKED
        if hidden and not text[hidden[-1][1] : start].strip():
            hidden[-1] = (hidden[-1][0], max(end, hidden[-1][1]))
            marks[-1] = BY_ONE if BY_ONE in (mark, marks[-1]) else MASKED
        else:
            hidden.append((start, end))
            marks.append(mark)
    pieces, done = [], 0
    for (start, end), mark in zip(hidden, marks, strict=True):
        pieces += [text[done:start], mark]
        done = end
    return Masked("".join([*pieces, text[done:]]), tuple(hidden), tuple(marks))


def _inside(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def hides(text: str, phrases: Iterable[str], phrase: str) -> bool:
    """Whether masking the phrases hides the other phrase wherever it stands.

    >>> hides("A Welsh night worker.", ["Welsh night"], "Welsh")
    True
    """
    places, hidden = find(text, phrase), mask(text, phrases).hidden
    return bool(places) and all(_inside(place, hidden) for place in places)


def standing(
    text: str, views: Sequence[tuple[Sequence[str], Mapping[str, str]]]
) -> dict[str, Standing]:
    """How it stands with each phrase that somebody masked: ``kept`` where two want it masked,
    ``lifted`` where two or more want it shown and fewer masked, else wanted by one ``alone``, and
    then it holds all the same. A view is what somebody masked, and what they said of others' masks:
    :data:`KEEP`, or why it should be shown.

    >>> one, other = (["Jo", "not"], {}), ([], {"Jo": "keep", "not": "meaning"})
    >>> standing("Jo is not here.", [one, other])
    {'Jo': 'kept', 'not': 'alone'}
    >>> standing("Jo is not here.", [one, other, ([], {"not": "meaning"})])
    {'Jo': 'kept', 'not': 'lifted'}
    """
    found: dict[str, Standing] = {}
    for words in dict.fromkeys(words for masks, _ in views for words in masks):
        said = [checks.get(words, "") for _, checks in views]
        own = [hides(text, masks, words) for masks, _ in views]
        keep = sum(one or check == KEEP for one, check in zip(own, said, strict=True))
        show = sum(check not in ("", KEEP) for check in said)
        found[words] = "lifted" if is_lifted(keep, show) else "kept" if keep >= PEOPLE else "alone"
    return found


def is_lifted(keep: int, show: int) -> bool:
    """Whether a mask goes that so many want kept and so many want shown.

    >>> is_lifted(1, 1), is_lifted(1, 2), is_lifted(2, 2)
    (False, True, False)
    """
    return show >= PEOPLE and show > keep


def turns_sense(words: str) -> bool:
    """Whether words turn the sense of a comment round and point to nobody: “not”, “no longer”.

    >>> turns_sense("do not"), turns_sense("not Welsh"), turns_sense("Welsh")
    (True, False, False)
    """
    said = [re.sub("['’]", "", word).casefold() for word in WORD.findall(words)]
    return any(word in TURNING for word in said) and all(word in TURNING | SMALL for word in said)


def hides_most(text: str, hidden: Sequence[tuple[int, int]]) -> bool:
    """Whether masks cover more than half of a text: then it is withheld rather than masked.

    >>> hides_most("I am not well.", ((0, 7),)), hides_most("I am not well.", ((0, 8),))
    (False, True)
    """
    return 2 * sum(end - start for start, end in hidden) > len(text)


def moved(
    start: int, end: int, hidden: Sequence[tuple[int, int]], marks: Sequence[str] = ()
) -> tuple[int, int] | None:
    """Where a stretch of the text stands after masking; ``None`` when masks cover more than half.
    Without ``marks`` every mark is the plain one.

    >>> moved(21, 37, ((9, 19),))
    (19, 35)
    """
    covered = sum(max(0, min(end, until) - max(start, since)) for since, until in hidden)
    if 2 * covered > end - start:
        return None
    lengths = [len(mark) for mark in marks] or [len(MASKED)] * len(hidden)
    places = [(*place, length) for place, length in zip(hidden, lengths, strict=True)]
    return _after(start, places, first=True), _after(end, places, first=False)


def _after(place: int, hidden: Sequence[tuple[int, int, int]], *, first: bool) -> int:
    """An offset after masking; one inside a mask goes to the mark's beginning or its end."""
    shift = 0
    for start, end, length in hidden:
        if place <= start:
            break
        if place < end:
            return start + shift + (0 if first else length)
        shift += length - (end - start)
    return place + shift
