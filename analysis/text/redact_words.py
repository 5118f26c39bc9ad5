"""What a written word is by its spelling: a name of the roster or of a list, a word, a stranger.

Each spelling is judged once and remembered, so most words cost one look-up.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import NamedTuple

from analysis.text.disclosures import may_begin
from analysis.text.folding import fold, seen_as
from analysis.text.names import (
    SHORTEST_PART,
    TYPO_LENGTH,
    cue,
    is_misspelt,
    lists,
    shorter,
    standing,
)

IsName = Callable[[str], bool]

TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
POSSESSIVE = re.compile(r"['’](?:s|S)?$")
# English, and Welsh: "mae'r", "i'n".
CONTRACTION = re.compile(r"(?:n['’]t|['’](?:re|ve|ll|m|d|r|n|u|w))$", re.IGNORECASE)
PARTS = re.compile(r"['’-]")

# What a spelling is; several may hold. ROSTER and LISTED are names. MAYBE is on the roster, and a
# word; WORDLIKE is on a list, and a word. STRANGE, STRANGE_LOW and SHOUTED are in no list: with a
# capital, without, in capitals. INITIALS are two or three capitals. A name follows a TITLE.
ROSTER, MAYBE, LISTED, WORDLIKE, STRANGE, STRANGE_LOW, SHOUTED, INITIALS, TITLE = (
    1 << place for place in range(9)
)
CAPITAL = 1 << 9
# With MAYBE: the roster holds the word itself, not only a name that has one letter more.
WHOLE = 1 << 10
# A name of the roster and an s: “dawns team”.
OWNER = 1 << 11
# The bits above are those of the kinds of phrase that may hold the word.
TELLING = 12
OPEN = ROSTER | LISTED | MAYBE | WORDLIKE | STRANGE | STRANGE_LOW | SHOUTED | INITIALS | TITLE
OPEN |= OWNER
SHORTEST_LOW = 4
WRITTEN_ON = "ובכלמשהوبلفك"  # and, in, as, to, from, that, the
INITIALS_LENGTH = (2, 3)
MOST_KEPT = 200_000


class Word(NamedTuple):
    """A word of a text as written, folded, where it stands, and what it is by its spelling."""

    text: str
    key: str
    start: int
    end: int
    is_: int


class Judged(NamedTuple):
    """A text's words: what each is by its spelling, whether one may be a name, and which kinds of
    phrase that people must look at may hold one of them (:func:`disclosures.may_begin`)."""

    each: list[int]
    may_name: bool
    may_tell: int


class Judge(dict[str, int]):
    """What each written word is, asked once a spelling. It holds the words it was asked about, so
    it must go when the name set goes."""

    def __init__(self, is_name: IsName | None) -> None:
        super().__init__()
        self.is_name = is_name
        self.folded: dict[str, str] = {}
        self.titles, self.proper, self.acronyms = map(cue, ("titles", "proper", "acronyms"))
        self.common, self.words = lists().common, lists().words

    def all_of(self, text: str) -> Judged:
        """Every word of a text, judged."""
        each = [self[word] for word in TOKEN.findall(text)]
        together = reduce(or_, each, 0)
        return Judged(each, bool(together & OPEN), together >> TELLING)

    def key(self, written: str) -> str:
        """A word folded, without its possessive ending."""
        return self.folded.get(written) or fold(POSSESSIVE.sub("", written))

    def __missing__(self, written: str) -> int:
        if len(self) >= MOST_KEPT:
            self.clear()
            self.folded.clear()
        word = POSSESSIVE.sub("", written)
        self.folded[written] = key = self._folded(word)
        telling = may_begin(key)
        if CONTRACTION.search(written):
            self[written] = judged = telling << TELLING
            return judged
        for part in PARTS.split(word) if len(word) != len(key) else ():
            telling |= may_begin(fold(part))
        judged = self._judge(word, key) | self._owner(word, key) | telling << TELLING
        self[written] = judged
        return judged

    def _folded(self, word: str) -> str:
        """As the roster has it, where every letter only looks like one of its name."""
        key = fold(word)
        if key.isascii() or self.is_name is None or self.is_name(key):
            return key
        seen = fold(seen_as(word))
        return seen if seen.isascii() and self.is_name(seen) else key

    def is_joined(self, *keys: str) -> bool:
        """Whether words written apart make one of the roster: “mc allister”."""
        joined = "".join(keys)
        return len(joined) >= TYPO_LENGTH and self.is_name is not None and self.is_name(joined)

    def _owner(self, word: str, key: str) -> int:
        name = key[:-1]
        if self.is_name is None or len(word) != len(key) or not key.endswith("s"):
            return 0
        known = len(name) >= SHORTEST_PART and standing(name) in ("name", "both")
        return OWNER if known and self.is_name(name) else 0

    def _judge(self, word: str, key: str) -> int:
        capital = CAPITAL if word[0].isupper() else 0
        if key in self.titles and (key != "miss" or capital):
            return TITLE | capital
        if word.isupper() and key in self.acronyms:
            return MAYBE | WORDLIKE | CAPITAL if self.is_name and self.is_name(key) else 0
        known = self._standing(word, key)
        plural = capital and key.endswith("s") and len(key) > TYPO_LENGTH and known != "name"
        if plural and standing(key[:-1]) == "name" and self._is_part(key[:-1]):
            return ROSTER | capital
        if roster := self._on_roster(word, key, known):
            return roster | capital
        if len(key) < 2 or key in self.proper or (len(key) < 5 and key in self.acronyms):
            return 0
        if word.isupper() and len(word) in INITIALS_LENGTH and known != "word":
            return INITIALS | capital
        return self._listed(word, key, known) | capital

    def _on_roster(self, word: str, key: str, known: str) -> int:
        if self.is_name is None or len(key) < 2:
            return 0
        plain = word.casefold().replace("’", "'")
        if self.is_name(plain) or (key != plain and self.is_name(key)):
            # Of a short word the set cannot tell whether it is a name with a letter left out.
            if known == "word" and key in self.words:
                return MAYBE | WHOLE if all(map(self.is_name, shorter(key))) else MAYBE
            if known == "word":
                return MAYBE | WORDLIKE
            return MAYBE | WORDLIKE if key in self.common else ROSTER
        if self._is_prefixed(plain):
            return ROSTER
        if len(word) != len(key) and any(map(self._is_part, PARTS.split(word))):
            return ROSTER
        if len(key) < TYPO_LENGTH or key in self.proper or key in self.words:
            return 0
        if known == "word" and not word[0].isupper():
            return 0
        if any(self.is_name(one) for one in shorter(key)) and (
            word[0].isupper() or known == "name" or not is_misspelt(key)
        ):
            return ROSTER
        return 0

    def _is_prefixed(self, plain: str) -> bool:
        """Whether a name stands behind a letter that Hebrew or Arabic writes onto it: “to”."""
        if plain[0] not in WRITTEN_ON or len(plain) <= SHORTEST_PART or self.is_name is None:
            return False
        return self.is_name(plain[1:])

    def _is_part(self, part: str) -> bool:
        """Whether one part of a double-barrelled word is on the roster."""
        piece = fold(part)
        if len(piece) < SHORTEST_PART or piece in self.common or standing(piece) == "word":
            return False
        return self.is_name is not None and self.is_name(piece)

    @staticmethod
    def _standing(word: str, key: str) -> str:
        """Of a word with a hyphen or apostrophe: that of its parts, where they say more."""
        if len(word) == len(key):
            return standing(key)
        parts = [standing(fold(part)) for part in PARTS.split(word) if len(part) >= SHORTEST_PART]
        if "word" in parts or not parts or set(parts) == {"both"}:
            return "word"
        return "name" if "name" in parts and word[0].isupper() else standing(key)

    @staticmethod
    def _listed(word: str, key: str, known: str) -> int:
        capital = word[0].isupper()
        if known == "name":
            return LISTED if capital or len(key) >= SHORTEST_LOW else 0
        if known == "both":
            return WORDLIKE if capital else 0
        if known == "unknown" and word.replace("'", "").replace("’", "").replace("-", "").isalpha():
            if not capital:
                return STRANGE_LOW
            if word.isupper():
                return SHOUTED if len(word) >= SHORTEST_LOW else 0
            # Capitals inside are a product's.
            return STRANGE if word[1:].islower() or PARTS.search(word) else 0
        return 0


def outside(words: list[Word], taken: list[tuple[int, int]]) -> Iterator[bool]:
    """For each word whether nothing that is taken lies over it. A mark such as [name] is taken."""
    waiting = deque(sorted(taken))
    for word in words:
        while waiting and waiting[0][1] <= word.start:
            waiting.popleft()
        yield not (waiting and waiting[0][0] < word.end)
