"""Sentences, clauses, words and stems of a comment, all with their place in its text.

NLTK's tools are used without its downloadable data, which is never fetched (TEXT 2.2).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nltk.stem.snowball import SnowballStemmer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

WORDS = Path(__file__).parent / "words.toml"
WORD = re.compile(r"\[(?:name|place|date|number|contact)\]|[^\W_]+(?:['’][^\W\d_]+)*")
BREAK = re.compile(r"[.?!…]\W")
TURN = re.compile(r"\b(?:but|however|although|though|yet|whereas)\b|[;\n]| [–—-] ", re.IGNORECASE)


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
COVERED = 0.1


class Token(NamedTuple):
    """One word: its lower-case form, its stem, and where it stands in the comment."""

    word: str
    stem: str
    start: int
    end: int


class Clause(NamedTuple):
    """Words up to the next full stop, semicolon or "but". ``turned``: it follows a "but"."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    turned: bool


def _punkt() -> PunktSentenceTokenizer:
    parameters = PunktParameters()
    parameters.abbrev_types = set(words_of("abbreviations"))
    return PunktSentenceTokenizer(parameters)


SENTENCES = _punkt()
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


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a comment, those without a word left out."""
    found: list[Clause] = []
    for start, end in _sentences(text):
        marks = [(start, start, False)]
        marks += [
            (m.start(), m.end(), m.group().isalpha()) for m in TURN.finditer(text, start, end)
        ]
        ends = [mark[0] for mark in marks[1:]] + [end]
        for (_, begin, turned), stop in zip(marks, ends, strict=True):
            words = tokens(text[begin:stop], begin)
            if words:
                found.append(Clause(words[0].start, words[-1].end, words, turned))
    return tuple(found)


def _sentences(text: str) -> Iterable[tuple[int, int]]:
    # Most comments are one sentence, and Punkt takes most of the time.
    if not BREAK.search(text):
        return ((0, len(text)),)
    spans: Iterable[tuple[int, int]] = SENTENCES.span_tokenize(text)
    return spans


def is_empty(words: tuple[Token, ...]) -> bool:
    """Whether a comment says nothing: no letters, or only "n/a", "none", "as above"."""
    spoken = [token.word for token in words if any(c.isalpha() for c in token.word)]
    return len(spoken) <= FEW_WORDS and all(word in NO_CONTENT for word in spoken)


def is_covered(words: tuple[Token, ...]) -> bool:
    """Whether a comment reads as English: of nine words or more, one in ten is a common one."""
    if len(words) < TELLING:
        return True
    common = sum(token.word in COMMON for token in words)
    return common >= COVERED * len(words)
