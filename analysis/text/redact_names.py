"""Which words of a comment are names: by their spelling, and by the words around them.

A comment without a name costs one look-up a word (:mod:`analysis.text.redact_words`). What the
spelling leaves open is settled by the neighbours.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from analysis.text.folding import fold
from analysis.text.names import cue, is_misspelt, standing
from analysis.text.redact_words import (
    CAPITAL,
    INITIALS,
    LISTED,
    MAYBE,
    POSSESSIVE,
    ROSTER,
    SHOUTED,
    STRANGE,
    STRANGE_LOW,
    TITLE,
    TOKEN,
    WORDLIKE,
)  # fmt: skip

HEADLINE_SHARE, HEADLINE_WORDS = 0.5, 4
FAR_BACK = 12
INITIAL_BEFORE = re.compile(r"(?<![\w'’.])(?P<initials>(?:[A-Z]\.[ ]?|[a-z]\.|[B-HJ-Z][ ]){1,2})$")
INITIAL_AFTER = re.compile(r" [B-HJ-Z]\b(?!['’\w])\.?(?=\W|$)|, ?[A-Z]\.")
NOT_TITLED, MONTHS, BEFORE_MONTH = cue("not_titled"), cue("months"), cue("before_month")
PLAIN_TITLES, ROLES, NEVER = cue("plain_titles"), cue("roles"), cue("never")
AFTER, BEFORE, NOT_BEFORE = cue("after"), cue("before") | cue("roles"), cue("not_before")
SURE_AFTER, SURE_BEFORE = cue("sure_after"), cue("sure_before")


class Span(NamedTuple):
    """A name's place in the text and the rule that found it."""

    rule: str
    start: int
    end: int


class _Word(NamedTuple):
    text: str
    key: str
    start: int
    end: int
    is_: int


def names_in(text: str, judged: list[int], taken: list[tuple[int, int]]) -> Iterator[Span]:
    """Every name in a text, outside what is ``taken`` already, in the order of the text."""
    words = [
        _Word(
            match.group(), fold(POSSESSIVE.sub("", match.group())), match.start(), match.end(), is_
        )
        for match, is_ in zip(TOKEN.finditer(text), judged, strict=True)
    ]
    yield from _Reading(text, words, taken).names()


def _outside(words: list[_Word], taken: list[tuple[int, int]]) -> Iterator[bool]:
    """For each word whether nothing that is taken lies over it. A mark such as [name] is taken."""
    waiting = deque(sorted(taken))
    for word in words:
        while waiting and waiting[0][1] <= word.start:
            waiting.popleft()
        yield not (waiting and waiting[0][0] < word.end)


class _Reading:
    """One comment being read for names."""

    def __init__(self, text: str, words: list[_Word], taken: list[tuple[int, int]]) -> None:
        self.text, self.words = text, words
        self.free = list(_outside(words, taken))
        capitals = sum(bool(word.text[0].isupper()) for word in words)
        self.headline = len(words) >= HEADLINE_WORDS and capitals > HEADLINE_SHARE * len(words)
        self.rules: list[str | None] = [None] * len(words)

    def names(self) -> Iterator[Span]:
        for place, word in enumerate(self.words):
            if self.free[place]:
                self.rules[place] = self._alone(place, word)
        # Twice, so that a name speaks for the word before it as well as for the one behind.
        for places in (range(len(self.words)), reversed(range(len(self.words)))):
            for place in places:
                if self.free[place] and self.rules[place] is None:
                    self.rules[place] = self._beside(place)
        for place, rule in enumerate(self.rules):
            if rule:
                start, end = self._extent(place)
                yield Span(rule, start, end)

    def _alone(self, place: int, word: _Word) -> str | None:
        if word.is_ & ROSTER:
            return "roster"
        if word.is_ & LISTED:
            return None if self._is_month(place) else "list"
        before = self._before(place)
        if before is not None and (rule := self._introduced(place, word, before)):
            return rule
        if word.is_ & MAYBE:
            return "roster" if self._meant(place, word) else None
        if word.is_ & (INITIALS | SHOUTED):
            return "initials" if self._acts(place, sure=True) else None
        if word.is_ & (WORDLIKE | STRANGE) and word.is_ & CAPITAL:
            return self._by_shape(place, word)
        return None

    def _introduced(self, place: int, word: _Word, before: _Word) -> str | None:
        """After a title, a role or "called"."""
        unknown = word.is_ & (MAYBE | WORDLIKE | STRANGE | STRANGE_LOW | INITIALS)
        if before.is_ & TITLE:
            stopped = "." in self.text[before.end : word.start] and standing(word.key) == "word"
            if word.text[0].isupper() and word.key not in NOT_TITLED and not stopped:
                return "title" if word.is_ or standing(word.key) != "unknown" else None
            return "title" if before.key in PLAIN_TITLES and word.key not in NOT_TITLED else None
        if before.key in ROLES and not self._ends_sentence(before, word):
            if word.is_ & INITIALS or (unknown and word.is_ & CAPITAL and not self.headline):
                return "role"
            if word.is_ & STRANGE_LOW and len(word.key) > 2 and not is_misspelt(word.key):
                return "role"
        return None

    def _meant(self, place: int, word: _Word) -> bool:
        """Whether a name on the roster that is a common word too is meant as a name."""
        if word.key in NEVER or self._is_month(place):
            return False
        if word.is_ & CAPITAL and not word.text.isupper():
            meant = word.is_ & WORDLIKE and self._inside(place) and not self.headline
            if meant and not self._after_article(place):
                return True
            return self._acts(place, sure=False)
        return (
            bool(word.is_ & WORDLIKE)
            and self._acts(place, sure=True)
            and not self._after_article(place)
        )

    def _by_shape(self, place: int, word: _Word) -> str | None:
        """A capitalised word that is on a list of names and of words, or on none."""
        if self.headline or self._is_month(place) or word.key in NEVER:
            return None
        if self._acts(place, sure=True):
            return "context"
        if INITIAL_BEFORE.search(self.text, max(0, word.start - 8), word.start):
            return "initials"
        if self._after_article(place):
            return None
        if word.is_ & STRANGE and not is_misspelt(word.key):
            return "capital"
        return "context" if self._acts(place, sure=False) else None

    def _beside(self, place: int) -> str | None:
        """Next to a name: a capitalised word that is a name or unknown; in lower case a word that
        is a name too, beside one of the roster in lower case."""
        word = self.words[place]
        if word.key in NEVER and not word.is_ & MAYBE:
            return None
        for other in (place - 1, place + 1):
            if not 0 <= other < len(self.words) or self.rules[other] is None:
                continue
            beside = self.words[other]
            comma = self._gap(place, other)
            if comma is None or (comma and not word.is_ & (MAYBE | WORDLIKE)):
                continue
            if word.is_ & CAPITAL:
                known = word.is_ & (MAYBE | WORDLIKE)
                strange = word.is_ & STRANGE and (other < place or self._inside(place))
                if known or strange:
                    return "beside"
            elif word.is_ & WORDLIKE and not beside.is_ & CAPITAL and self.rules[other] == "roster":
                return "beside"
        return None

    def _gap(self, place: int, other: int) -> bool | None:
        """Between neighbours: false for a space, true for a comma, none for anything more."""
        first, second = self.words[min(place, other)], self.words[max(place, other)]
        between = self.text[first.end : second.start]
        if between not in (" ", ", ") or POSSESSIVE.search(first.text):
            return None
        return between == ", "

    def _acts(self, place: int, *, sure: bool) -> bool:
        """Whether the word before or after speaks of a person. ``sure``: even for lower case."""
        behind, ahead = (SURE_AFTER, SURE_BEFORE) if sure else (AFTER, BEFORE)
        word, before = self.words[place], self._before(place)
        if before is not None and before.key in ahead and not self._ends_sentence(before, word):
            return True
        if place + 1 == len(self.words):
            return False
        after = self.words[place + 1]
        return after.key in behind and self.text[word.end : after.start] == " "

    def _is_month(self, place: int) -> bool:
        word, before = self.words[place], self._before(place)
        if word.key not in MONTHS:
            return False
        return before is None or before.key in BEFORE_MONTH

    def _after_article(self, place: int) -> bool:
        before = self._before(place)
        return before is not None and before.key in NOT_BEFORE

    def _before(self, place: int) -> _Word | None:
        return self.words[place - 1] if place else None

    def _inside(self, place: int) -> bool:
        """Whether a word stands within a sentence, where a capital means something."""
        start = self.words[place].start
        before = self.text[max(0, start - FAR_BACK) : start].rstrip(" \t\"“”'‘’([*_-–—•")
        return bool(before) and before[-1] not in ".!?:\n\r;/…"

    def _ends_sentence(self, first: _Word, second: _Word) -> bool:
        between = self.text[first.end : second.start]
        return any(mark in between for mark in ".!?;\n")

    def _extent(self, place: int) -> tuple[int, int]:
        """From an initial before the name to one behind it, without a possessive ending."""
        word = self.words[place]
        start, end = word.start, word.end
        if ending := POSSESSIVE.search(word.text):
            end -= len(ending.group())
        if match := INITIAL_BEFORE.search(self.text, max(0, start - 8), start):
            start = match.start("initials")
        if match := INITIAL_AFTER.match(self.text, end):
            end = match.end()
        return start, end
