"""Which words of a comment are names: by their spelling, and by the words around them.

A comment without a name costs one look-up a word (:mod:`analysis.text.redact_words`). What the
spelling leaves open is settled by the neighbours.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from analysis.text.names import cue, is_misspelt, standing
from analysis.text.redact_belonging import says_what_people_are
from analysis.text.redact_everyday import (
    MODAL,
    SUBJECTS,
    Near,
    is_behind_given,
    is_called_by_title,
    is_owner,
    is_somebody,
    is_surname,
)
from analysis.text.redact_initials import INITIAL_AFTER, INITIAL_BEFORE, Span
from analysis.text.redact_patterns import HAS_DIGIT
from analysis.text.redact_welsh import is_welsh
from analysis.text.redact_words import (
    CAPITAL,
    INITIALS,
    LISTED,
    MAYBE,
    OPEN,
    OWNER,
    POSSESSIVE,
    ROSTER,
    SHOUTED,
    STRANGE,
    STRANGE_LOW,
    TITLE,
    TOKEN,
    WHOLE,
    WORDLIKE,
    Judge,
    Word,
    outside,
)  # fmt: skip

HEADLINE_SHARE, HEADLINE_WORDS = 0.5, 4
MOST_STRANGE, MOST_STRANGE_WORDS = 0.25, 2
FAR_BACK = 12
NOT_TITLED, MONTHS, BEFORE_MONTH = cue("not_titled"), cue("months"), cue("before_month")
PLAIN_TITLES, ROLES, NEVER = cue("plain_titles"), cue("roles"), cue("never")
AFTER, BEFORE, NOT_BEFORE = cue("after"), cue("before") | cue("roles"), cue("not_before")
ROLE_BEHIND = re.compile(
    rf"(?:,| [(])[ ]?(?:a|her|his|my|our|the|their) (?:[a-z]+ )?(?:{'|'.join(sorted(ROLES))})\b"
)
SURE_AFTER, SURE_BEFORE = cue("sure_after"), cue("sure_before")
BEING = cue("being")
DOING, GIVEN = AFTER | SURE_AFTER, cue("common_given")
SURNAMES = cue("common_surnames")
JOINED = cue("joined")


def names_in(
    text: str, judge: Judge, judged: list[int], taken: list[tuple[int, int]]
) -> Iterator[Span]:
    """Every name in a text, outside what is ``taken`` already, in the order of the text."""
    words = [
        Word(match.group(), judge.key(match.group()), match.start(), match.end(), is_)
        for match, is_ in zip(TOKEN.finditer(text), judged, strict=True)
    ]
    yield from _Reading(text, words, taken, judge.is_joined).names()


class _Reading:
    """One comment being read for names."""

    def __init__(
        self,
        text: str,
        words: list[Word],
        taken: list[tuple[int, int]],
        is_joined: Callable[[str, str], bool],
    ) -> None:
        self.text, self.words, self.is_joined = text, words, is_joined
        self.free = list(outside(words, taken))
        before = (0, *(word.is_ for word in words))
        self.asked = [
            place
            for place, (word, is_free) in enumerate(zip(words, self.free, strict=True))
            if is_free
            and (word.is_ & OPEN or before[place] & TITLE)
            and not says_what_people_are(text, words, place)
        ]
        capitals = sum(bool(word.text[0].isupper()) for word in words)
        self.headline = len(words) >= HEADLINE_WORDS and capitals > HEADLINE_SHARE * len(words)
        strange = sum(bool(word.is_ & (STRANGE | STRANGE_LOW)) for word in words)
        self.english = strange <= max(MOST_STRANGE_WORDS, MOST_STRANGE * len(words))
        self.rules: list[str | None] = [None] * len(words)

    def names(self) -> Iterator[Span]:
        for place in self.asked:
            self.rules[place] = self._alone(place, self.words[place])
        self._together()
        # Twice, so that a name speaks for the word before it as well as for the one behind.
        for places in (self.asked, reversed(self.asked)):
            for place in places:
                if self.rules[place] is None:
                    self.rules[place] = self._beside(place)
        self._again()
        for place, rule in enumerate(self.rules):
            if rule:
                start, end = self._extent(place)
                yield Span(rule, start, end)

    def _together(self) -> None:
        """A surname of the roster that is written in two: “mc allister”."""
        for place, (word, after) in enumerate(pairwise(self.words)):
            if word.key not in JOINED or self._gap(place, place + 1) != " ":
                continue
            if all(self.free[place : place + 2]) and self.is_joined(word.key, after.key):
                self.rules[place + 1] = "roster"
                # A capital alone goes with the name behind it, as an initial.
                if len(word.text) > 1 or word.text.islower():
                    self.rules[place] = "roster"

    def _again(self) -> None:
        """Who was named once is looked for again in the same comment."""
        named = {self.words[place].key for place in self.asked if self.rules[place]}
        for place in self.asked if named & GIVEN else ():
            word = self.words[place]
            again = self.rules[place] is None and word.is_ & MAYBE and word.key in named & GIVEN
            if again and is_somebody(self._near(place), known=True):
                self.rules[place] = "roster"

    def _alone(self, place: int, word: Word) -> str | None:
        if word.is_ & ROSTER:
            return "roster"
        if word.is_ & LISTED:
            return None if self._is_month(place) or is_welsh(self.words, place) else "list"
        if word.is_ & OWNER and is_owner(self._near(place)):
            return "roster"
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

    def _introduced(self, place: int, word: Word, before: Word) -> str | None:
        """After a title, a role, "called" or an initial."""
        unknown = word.is_ & (MAYBE | WORDLIKE | STRANGE | STRANGE_LOW | INITIALS)
        if before.is_ & TITLE:
            stopped = "." in self.text[before.end : word.start] and standing(word.key) == "word"
            if word.text[0].isupper() and word.key not in NOT_TITLED and not stopped:
                return "title" if word.is_ or standing(word.key) != "unknown" else None
            plain = before.key in PLAIN_TITLES and word.key not in NOT_TITLED
            return "title" if plain or self._is_titled(place, word) else None
        if before.key in ROLES and not self._ends_sentence(before, word):
            if word.is_ & INITIALS or self._is_capital_name(place, word, before):
                return "role"
            if word.is_ & STRANGE_LOW and len(word.key) > 2 and not is_misspelt(word.key):
                return "role"
            if word.is_ & MAYBE and word.key in GIVEN:
                aside = "," in self.text[before.end : word.start]
                if word.key not in MODAL or (aside and self._near(place).after[0] == ""):
                    return "role"
        if word.is_ & CAPITAL and unknown and self._follows_initial(word):
            return "initials"
        return None

    def _is_capital_name(self, place: int, word: Word, role: Word) -> bool:
        """Whether a capitalised word behind a role is who has it. Behind a colon it begins a
        sentence ("As a nurse: Too many shifts"), so it has to act like somebody too."""
        between = self.text[role.end : word.start]
        if self.headline or not word.is_ & CAPITAL or word.key in NEVER:
            return False
        if ":" in between:
            return bool(word.is_ & STRANGE) and self._acts(place, sure=False)
        named = word.is_ & (STRANGE | MAYBE) or (word.is_ & WORDLIKE and word.key in GIVEN)
        return bool(named if "," in between else word.is_ & (MAYBE | WORDLIKE | STRANGE))

    def _is_titled(self, place: int, word: Word) -> bool:
        """Whether an everyday word of the roster, written small, follows a title as a name."""
        return (
            word.key in GIVEN and bool(word.is_ & MAYBE) and is_called_by_title(self._near(place))
        )

    def _follows_initial(self, word: Word) -> bool:
        start = word.start
        return INITIAL_BEFORE.search(self.text, max(0, start - FAR_BACK), start) is not None

    def _meant(self, place: int, word: Word) -> bool:
        """Whether a name on the roster that is a common word too is meant as a name."""
        if word.key in NEVER:
            return False
        given = word.is_ & WORDLIKE and word.key in GIVEN
        if given and self._is_somebody(place, word):
            return True
        if self._is_month(place):
            return False
        if word.is_ & CAPITAL and not word.text.isupper():
            meant = word.is_ & WORDLIKE and self._inside(place) and not self.headline
            if meant and not self._after_article(place):
                return True
            return self._acts(place, sure=False) or self._begins(place, word)
        if given or not word.is_ & WORDLIKE or self._after_article(place):
            return False
        if word.key in SURNAMES and is_surname(self._near(place), self.text[word.end :]):
            return True
        return self._acts(place, sure=True)

    def _is_somebody(self, place: int, word: Word) -> bool:
        """Whether an everyday word is meant as a name: "Will, our deputy," or by its neighbours."""
        near = self._near(place)
        # Not “we will, our deputy said, be paid”.
        named = near.before[1] not in SUBJECTS and ROLE_BEHIND.match(self.text, word.end)
        return bool(named) or is_somebody(near)

    def _near(self, place: int) -> Near:
        word = self.words[place]
        owns = POSSESSIVE.search(word.text) is not None
        before = (self._key_at(place - 2, place), self._key_at(place - 1, place))
        after = (self._key_at(place + 1, place), self._key_at(place + 2, place))
        return Near(word.key, owns, before, after)

    def _key_at(self, other: int, place: int) -> str:
        """A neighbour within the clause; empty beyond its edge, ``*`` for what is no word."""
        if other < 0:
            return "*" if HAS_DIGIT.search(self.text, 0, self.words[0].start) else ""
        if other >= len(self.words):
            return "*" if HAS_DIGIT.search(self.text, self.words[-1].end) else ""
        first, second = min(other, place), max(other, place)
        between = self.text[self.words[first].end : self.words[second].start]
        for step in range(first + 1, second):
            between = between.replace(self.words[step].text, "", 1)
        if not between.strip():
            return self.words[other].key
        return "*" if HAS_DIGIT.search(between) else ""

    def _begins(self, place: int, word: Word) -> bool:
        """Whether a sentence that begins with a common word goes on as if it were a name."""
        if not word.is_ & WORDLIKE:
            return False
        after = self._next(place)
        owns = POSSESSIVE.search(word.text) is not None
        named = word.key in GIVEN and (after == "and" or after not in NEVER)
        return owns or after in BEING or named

    def _by_shape(self, place: int, word: Word) -> str | None:
        """A capitalised word that is on a list of names and of words, or on none."""
        if self.headline or self._is_month(place) or word.key in NEVER:
            return None
        if self._acts(place, sure=True):
            return "context"
        if self._after_article(place):
            return None
        if word.is_ & STRANGE and not is_misspelt(word.key):
            return "capital" if self.english or self._inside(place) else None
        return "context" if self._acts(place, sure=False) else None

    def _next(self, place: int) -> str:
        return self.words[place + 1].key if place + 1 < len(self.words) else ""

    def _beside(self, place: int) -> str | None:
        """Next to a name: a capitalised word that is a name or unknown; in lower case a common word
        of the roster."""
        word = self.words[place]
        if word.key in NEVER and not word.is_ & MAYBE:
            return None
        if word.key in DOING and word.text.isupper():
            return None
        if self._is_pair(place) or self._is_joined(place, word):
            return "roster"
        for other in (place - 1, place + 1):
            gap = self._gap(place, other)
            if gap is None or not self.rules[other]:
                continue
            if gap != " " and not word.is_ & MAYBE:
                continue
            if word.is_ & CAPITAL:
                known = word.is_ & (MAYBE | WORDLIKE)
                strange = word.is_ & STRANGE and (other < place or self._inside(place))
                if known or strange:
                    return "beside"
            elif gap == " " and self._is_low_beside(place, other):
                return "beside"
        return None

    def _is_joined(self, place: int, word: Word) -> bool:
        """“Penny and” somebody who was named, or behind an “and”."""
        if not (word.is_ & MAYBE and word.key in GIVEN) or self._after_article(place):
            return False
        for joins, other in ((place + 1, place + 2), (place - 1, place - 2)):
            if 0 <= other < len(self.words) and self.words[joins].key == "and":
                between = self.text[self.words[joins].start - 1 : self.words[joins].end + 1]
                if self.rules[other] and between == " and ":
                    return self._near(place).before[1] not in SUBJECTS
        return False

    def _is_common_name(self, word: Word) -> bool:
        both = MAYBE | WORDLIKE
        return word.is_ & both == both and word.key not in NEVER and word.key not in DOING

    def _is_low_beside(self, place: int, other: int) -> bool:
        """Whether both are written small, and a word of the roster belongs to the name."""
        if not self._is_low_name(other):
            return False
        if self._is_common_name(self.words[place]):
            return True
        return other < place and self._is_low_surname(place, self._near(place))

    def _is_low_surname(self, place: int, near: Near) -> bool:
        """A word of the roster that only the given name before it tells from the word."""
        word = self.words[place]
        maybe = word.is_ & WHOLE and word.key not in NEVER and word.key not in DOING
        return bool(maybe) and word.text[0].islower() and is_behind_given(near)

    def _is_low_name(self, place: int) -> bool:
        return self.rules[place] == "roster" and not self.words[place].is_ & CAPITAL

    def _is_pair(self, place: int) -> bool:
        """A given name and a surname of the roster, both common words, in one and the same case."""
        for first in (place - 1, place):
            if first < 0 or self._gap(first, first + 1) != " ":
                continue
            one, two = self.words[first : first + 2]
            given = one.key in GIVEN and self._is_common_name(one)
            pair = given and self._is_common_name(two)
            low = one.text[0].islower()
            if pair and low == two.text[0].islower() and not (low and one.key in MODAL):
                return True
            pair |= given and self._is_low_surname(first + 1, self._near(first + 1))
            if pair and low and two.text[0].islower():
                after = (self._key_at(first + 2, first + 1), self._key_at(first + 3, first + 1))
                if is_somebody(self._near(first)._replace(after=after)):
                    return True
        return False

    def _gap(self, place: int, other: int) -> str | None:
        """What stands between neighbours: a space or a comma with one, or none if it is more."""
        if not 0 <= other < len(self.words):
            return None
        first, second = self.words[min(place, other)], self.words[max(place, other)]
        between = self.text[first.end : second.start]
        return None if between not in (" ", ", ") or POSSESSIVE.search(first.text) else between

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

    def _before(self, place: int) -> Word | None:
        return self.words[place - 1] if place else None

    def _inside(self, place: int) -> bool:
        """Whether a word stands within a sentence, where a capital means something."""
        start = self.words[place].start
        before = self.text[max(0, start - FAR_BACK) : start].rstrip(" \t\"“”'‘’([*_-–—•")
        return bool(before) and before[-1] not in ".!?:\n\r;/…"

    def _ends_sentence(self, first: Word, second: Word) -> bool:
        between = self.text[first.end : second.start]
        return any(mark in between for mark in ".!?;\n")

    def _extent(self, place: int) -> tuple[int, int]:
        """From an initial before the name to one behind it, without a possessive ending."""
        word = self.words[place]
        start, end = word.start, word.end
        if ending := POSSESSIVE.search(word.text):
            end -= len(ending.group())
        if match := INITIAL_BEFORE.search(self.text, max(0, start - FAR_BACK), start):
            start = match.start("initials")
        if match := INITIAL_AFTER.match(self.text, end):
            end = match.end()
        return start, end
