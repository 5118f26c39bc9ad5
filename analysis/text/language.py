"""Words and stems of a comment, with their place in its text, and the word lists shipped.

NLTK's stemmer is used without its downloadable data, which is never fetched (TEXT 2.2).
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nltk.stem.snowball import SnowballStemmer

WORDS = Path(__file__).parent / "words.toml"
WORD = re.compile(r"\[(?:name|place|date|number|contact)\]|[^\W_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=1)
def lists() -> Mapping[str, Any]:
    """The word lists shipped with Candour, as written."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def words_of(name: str) -> tuple[str, ...]:
    """One of the lists that are written as running words."""
    return tuple(str(lists()[name]).split())


NO_CONTENT = frozenset(words_of("no_content"))
COMMON = frozenset(words_of("common"))
FEW_WORDS = 6
TELLING = 9
COVERED, KNOWN = 0.1, 0.3
# With so many words of another language to each English one a comment is not English. A mix of
# Welsh and English has fewer.
FOREIGN_SHARE = 3
SHARED = frozenset(str(lists()["languages"]["shared"]).split())
FOREIGN = frozenset(
    word
    for language, words in lists()["languages"].items()
    if language != "shared"
    for word in str(words).split()
)
WELSH = frozenset(str(lists()["languages"]["welsh"]).split())
# Letters that English words, also borrowed ones, are not written with.
FOREIGN_LETTERS = frozenset("ąćęłńśźżăâîșțşţãõŵŷ")
ENGLISH = COMMON.union(*map(words_of, ("stating", "negative", "positive", "negators", "asking")))


def is_foreign(word: str) -> bool:
    """Whether a lower-case word is one by which Polish, Welsh, Romanian, Urdu or Portuguese is
    known. Words that are English too, and names, speak for none.

    >>> [is_foreign(word) for word in ("gormod", "słucha", "fantastic", "dim")]
    [True, True, False, False]
    """
    return word in FOREIGN or not FOREIGN_LETTERS.isdisjoint(word)


class Token(NamedTuple):
    """One word: its lower-case form, its stem, and where it stands in the comment."""

    word: str
    stem: str
    start: int
    end: int


STEMMER = SnowballStemmer("english")


@lru_cache(maxsize=50_000)
def forms(written: str) -> tuple[str, str]:
    """A word in lower case with straight apostrophes, and its Snowball stem; "n't" words stay.

    >>> forms("Caseloads"), forms("Don’t")
    (('caseloads', 'caseload'), ("don't", "don't"))
    """
    word = written.lower().replace("’", "'")
    return word, word if "n't" in word else str(STEMMER.stem(word))


def stem(word: str) -> str:
    """The stem alone."""
    return forms(word)[1]


def tokens(text: str, offset: int = 0) -> tuple[Token, ...]:
    """The words of a text, in order; a mask such as ``[name]`` is one word."""
    return tuple(
        Token(*forms(match.group()), offset + match.start(), offset + match.end())
        for match in WORD.finditer(text)
    )
