"""Take what could point to a person out of a comment, and flag what a rule should not decide.

What is sure is masked by a typed mark. What is doubtful ("the only night worker") and what
discloses harm is flagged for people to read; nothing about it is masked silently (TEXT 2.1).
Redacting what is redacted changes nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analysis.text import disclosures
from analysis.text.folding import fold, seen_as
from analysis.text.names import cue
from analysis.text.redact_initials import initials_in
from analysis.text.redact_names import names_in
from analysis.text.redact_patterns import Hit, Kind, is_nhs_number, written_forms
from analysis.text.redact_places import Places
from analysis.text.redact_words import IsName, Judge

__all__ = ["IsName", "Kind", "Mask", "Redacted", "Redactor", "is_nhs_number", "nobody", "redact"]

MOST_WORDS = 5_000
# Left to right marks, joiners and the like are not seen and could hide a name or turn a page round.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
MARK = re.compile(r"\[(?:name|place|date|number|contact)\]")
# The reviewers' mark, written by somebody else, also in brackets that look alike.
OPENING, CLOSING = "[［【〔⟦", "]］】〕⟧"
FORGED = re.compile(
    rf"[{re.escape(OPENING)}](?P<said>[^{re.escape(OPENING + CLOSING)}]{{6,60}})"
    rf"[{re.escape(CLOSING)}]"
)
PARTICLES = "|".join(sorted(cue("particles")))
BETWEEN_NAMES = re.compile(rf"(?:[ -]|, |(?: (?:{PARTICLES})){{1,3}} )")


class Mask(NamedTuple):
    """A mark in the redacted text: its kind, the rule that set it and where it stands. The
    original, and how long it was, is not kept."""

    kind: Kind
    rule: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """A comment without what was masked. ``flags`` are ``quasi_identifier``, ``escalate`` and
    ``cut`` (longer than 5,000 words; the rest was left out)."""

    text: str
    masks: tuple[Mask, ...]
    flags: tuple[str, ...]


def nobody(_word: str) -> bool:
    """The roster of which nothing is known."""
    return False


class Redactor:
    """Redacts many comments of one wave. It remembers the words it judged, so it must be dropped
    with the name set.

    ``is_name`` says of one word in lower case, without ``'s``, whether it is a given name, surname
    or nickname on the roster, or one of these with a letter left out; it is also asked for words
    with one letter left out, so that most typos are found. ``places`` are names of small teams.
    """

    def __init__(self, is_name: IsName = nobody, places: Iterable[str] = ()) -> None:
        self._judge = Judge(None if is_name is nobody else is_name)
        self._places = Places(places)

    def redact(self, text: str) -> Redacted:
        """Mask names, places, dates, numbers and contacts; flag what people must look at."""
        clean, cut = _shorten(normalise(text))
        hits = list(written_forms(clean))
        hits += self._places.in_(clean)
        judged = self._judge.all_of(clean)
        if judged.may_name:
            taken = [(hit.start, hit.end) for hit in hits]
            taken += [match.span() for match in MARK.finditer(clean)]
            spans = names_in(clean, self._judge, judged.each, taken)
            hits += [Hit(span.start, span.end, "name", span.rule) for span in spans]
        if judged.may_name or "." in clean:
            spans = initials_in(clean)
            hits += [Hit(span.start, span.end, "name", span.rule) for span in spans]
        redacted, masks = _replace(clean, hits) if hits else (clean, ())
        return Redacted(redacted, masks, _flags(redacted, judged.may_tell, cut))


@lru_cache(maxsize=1)
def _redactor(is_name: IsName, places: Sequence[str]) -> Redactor:
    return Redactor(is_name, places)


def redact(text: str, is_name: IsName = nobody, places: Iterable[str] = ()) -> Redacted:
    """One comment redacted: see :class:`Redactor`, which the last call's roster stays in.

    >>> redact("Ask Dr Osei on 3 May or ring 01632 960 123.").text
    'Ask Dr [name] on [date] or ring [contact].'
    """
    return _redactor(is_name, tuple(places)).redact(text)


def normalise(text: str) -> str:
    """NFC, without control and text-direction characters, and without space at the ends. Only the
    reviewers' desk writes ``[masked]``: of a writer's own the brackets become round.

    >>> normalise("The director [masked by one] knew. ")
    'The director (masked by one) knew.'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = UNSEEN.sub("", text)
    # One may stand inside another; so short a one holds few.
    while (rounded := FORGED.sub(_rounded, text)) != text:
        text = rounded
    return text.strip()


def _rounded(bracketed: re.Match[str]) -> str:
    said = bracketed["said"]
    forged = fold(seen_as(said.strip())).startswith("masked")
    return f"({said})" if forged else bracketed[0]


def _shorten(text: str) -> tuple[str, bool]:
    if len(text) < 2 * MOST_WORDS:
        return text, False
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return (text[: ends[MOST_WORDS - 1]], True) if len(ends) > MOST_WORDS else (text, False)


def _replace(text: str, found: list[Hit]) -> tuple[str, tuple[Mask, ...]]:
    """The text with marks for what was found; of two that overlap the one found first stays.
    Names side by side become one."""
    pieces: list[str] = []
    masks: list[Mask] = []
    length = done = 0
    for hit in _apart(found):
        between = text[done : hit.start]
        if masks and hit.kind == masks[-1].kind == "name" and BETWEEN_NAMES.fullmatch(between):
            done = hit.end
            continue
        mark = f"[{hit.kind}]"
        pieces += [between, mark]
        length += len(between)
        masks.append(Mask(hit.kind, hit.rule, length, length + len(mark)))
        length += len(mark)
        done = hit.end
    pieces.append(text[done:])
    return "".join(pieces), tuple(masks)


def _apart(found: list[Hit]) -> list[Hit]:
    """In the order of the text, without those that lie over one that was found before them."""
    placed = sorted(enumerate(found), key=lambda pair: (pair[1].start, pair[0]))
    kept: list[tuple[int, Hit]] = []
    for turn, hit in placed:
        if kept and hit.start < kept[-1][1].end:
            if turn < kept[-1][0]:
                kept[-1] = (turn, hit)
            continue
        kept.append((turn, hit))
    return [hit for _, hit in kept]


def _flags(redacted: str, may_tell: int, cut: bool) -> tuple[str, ...]:
    marked = "[" in redacted
    flags = {
        "quasi_identifier": (marked and ("[date]" in redacted or "[place]" in redacted))
        or disclosures.is_quasi_identifier(redacted, may_tell),
        "escalate": disclosures.is_disclosure(redacted, may_tell)
        or (marked and disclosures.is_allegation(redacted)),
        "cut": cut,
    }
    return tuple(flag for flag, raised in flags.items() if raised)
