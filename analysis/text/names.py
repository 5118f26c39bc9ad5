"""Names: the lists shipped with Candour, nicknames, and in what spellings a name may stand.

``names.toml`` is compiled by ``tools/names``; ``name_words.toml`` was written for this project.
"""

import re
import tomllib
from functools import lru_cache
from itertools import chain, takewhile
from pathlib import Path
from typing import Literal, NamedTuple

from analysis.text.folding import fold

HERE = Path(__file__).parent
TYPO_LENGTH = 5
# Longer is nobody's name, and to try each letter of it would take minutes.
LONGEST = 200
SHORTEST_PART = 3
Standing = Literal["name", "both", "word", "unknown"]

ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"), ("ing", ""),
    ("ing", "e"), ("ly", ""), ("ily", "y"), ("ness", ""), ("nt", ""), ("ise", "ize"),
    ("ised", "ize"), ("ises", "ize"), ("ising", "ize"), ("isation", "ize"), ("our", "or"),
    ("ours", "or"),
)  # fmt: skip
DOUBLED = ("ed", "ing")
BEGINNINGS = (
    "un",
    "re",
    "non",
    "pre",
    "over",
    "under",
    "mis",
    "anti",
    "multi",
    "micro",
    "co",
    "in",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Lists(NamedTuple):
    """What is compiled: names that are no words, names that are words too, and words.

    ``common``: names and words that are taken for a name in context only."""

    names: frozenset[str]
    both: frozenset[str]
    words: frozenset[str]
    common: frozenset[str]


def _running(name: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _written() -> dict[str, str | list[str]]:
    return _running("name_words.toml")


def cue(name: str) -> frozenset[str]:
    """One of the hand-written lists of words around names."""
    return frozenset(str(_written()[name]).split())


@lru_cache(maxsize=1)
def lists() -> Lists:
    """The lists, read when first asked for."""
    told = {name: frozenset(str(value).split()) for name, value in _running("names.toml").items()}
    nicknames = frozenset(chain.from_iterable(shortened().values())) | frozenset(shortened())
    words = told["words"] | cue("spoken")
    both = told["also_words"] | (nicknames & words)
    common = told["common"] | ((cue("common_given") & words) - both)
    found = told["given"] | told["surnames"] | told["either"] | nicknames
    return Lists(found - both - words, both, words, common)


@lru_cache(maxsize=1)
def shortened() -> dict[str, tuple[str, ...]]:
    """How people of a name are called for short."""
    lines = (line.split() for line in _written()["nicknames"])
    return {full: tuple(short) for full, *short in lines}


def standing(key: str) -> Standing:
    """What a folded word is: a listed name, a name and a word, a word, or not known.

    >>> [standing(word) for word in ("siobhan", "hope", "caseloads", "xyqz")]
    ['name', 'both', 'word', 'unknown']
    """
    known = lists()
    if key in known.names:
        return "name"
    if key in known.both or key in known.common:
        return "both"
    if key in known.words or _inflected(key, known):
        return "word"
    return "unknown"


def _inflected(key: str, known: Lists) -> bool:
    for ending, instead in ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= SHORTEST_PART:
            base = key[: len(key) - len(ending)] + instead
            if base in known.words:
                return True
            if ending in DOUBLED and base[-1] == base[-2] and base[:-1] in known.words:
                return True
    return any(
        key.startswith(start) and len(key) > len(start) + 3 and key[len(start) :] in known.words
        for start in BEGINNINGS
    )


def shorter(word: str) -> tuple[str, ...]:
    """A word with one letter left out, every way; none for a word of under five letters or of more
    than 200."""
    if not TYPO_LENGTH <= len(word) <= LONGEST:
        return ()
    return tuple(word[:place] + word[place + 1 :] for place in range(len(word)))


def is_misspelt(key: str) -> bool:
    """Whether an unknown word is one letter, or two that changed places, away from a word."""
    words = lists().words
    if len(key) > LONGEST:
        return False
    if any(one in words for one in shorter(key)):
        return True
    for place in range(len(key) + 1):
        head, tail = key[:place], key[place:]
        if tail[1:2] and head + tail[1] + tail[0] + tail[2:] in words:
            return True
        for letter in LETTERS:
            if head + letter + tail in words or (tail and head + letter + tail[1:] in words):
                return True
    return False


_OUTSIDE = re.compile(r"[^\w'’‘ʻʼ`.-]+|[\d_]+")
_APOSTROPHE = re.compile(r"['’‘ʻʼ`]")


def spellings(name: str) -> frozenset[str]:
    """Everything that a person of this full name may be called in one word, folded: each part, the
    parts of a double-barrelled one, nicknames, and each of these with one letter left out.

    A name to be known by may stand in brackets or quotes. Titles are no names, nor are particles
    but at the end, or as a given name ("Van Tran").

    >>> sorted(word for word in spellings("Siân (Shan) O’Brien") if len(word) > 4)
    ['brien', 'obien', 'obren', 'obrie', 'obrien', 'obrin', 'orien']
    """
    left_out = cue("particles") | cue("titles")
    found: set[str] = set()
    words = _OUTSIDE.sub(" ", name).split()
    for place, word in enumerate(words):
        after = fold(words[place + 1]) if place + 1 < len(words) else ""
        given = place == 0 and fold(word) in cue("particles_given") and after not in left_out
        if after and fold(word) in left_out and not given:
            continue
        whole = fold(word)
        parts = [part for one in word.split("-") for part in (one, *_APOSTROPHE.split(one)[1:])]
        least = min(SHORTEST_PART, max(2, len(whole)))
        pieces = {fold(piece) for piece in (word, *parts)}
        found.update(one for one in pieces if len(one) >= least)
        # “Vanderberg”, for van der Berg.
        before = list(takewhile(cue("particles").__contains__, map(fold, reversed(words[:place]))))
        if before:
            found.add("".join([*reversed(before), whole]))
    found.update(*(shortened().get(word, ()) for word in tuple(found)))
    return frozenset(found.union(*(shorter(word) for word in found)))
