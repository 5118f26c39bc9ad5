"""Which way a mention leans: a complaint, praise, a request, or both poles.

Rules over a list of words of our own (``words.toml``): leaning words, words that turn them,
words that ask. The question asked gives the direction when nothing in the clause does.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from analysis.instrument import Purpose
from analysis.text.codebook import Direction
from analysis.text.language import Clause, Token, lists, stem, words_of

REACH = 4
TURNED = 0.8
ASKED_FOR: frozenset[Purpose] = frozenset({"wish"})
PRAISED: frozenset[Purpose] = frozenset({"peak", "offer"})


class Polarity(NamedTuple):
    """The word lists, stemmed; phrases as tuples of words in lower case."""

    value: dict[str, float]
    negators: frozenset[str]
    asking: frozenset[str]
    imperatives: frozenset[str]
    asking_phrases: tuple[tuple[str, ...], ...]
    offering_phrases: tuple[tuple[str, ...], ...]
    sarcastic: tuple[tuple[str, ...], ...]


class Lean(NamedTuple):
    """What a clause holds: weight of complaint, weight of praise, and whether it asks."""

    bad: float
    good: float
    asks: bool


@lru_cache(maxsize=1)
def polarity() -> Polarity:
    """The lists shipped with Candour."""
    value = {stem(word): 1.0 for word in words_of("positive")}
    value |= {stem(word): -1.0 for word in words_of("negative")}
    return Polarity(
        value,
        frozenset(words_of("negators")),
        frozenset(words_of("asking")),
        frozenset(words_of("imperatives")),
        *(
            tuple(tuple(phrase.split()) for phrase in lists()[key])
            for key in ("asking_phrases", "offering_phrases", "sarcastic")
        ),
    )


def lean(clause: Clause, purpose: Purpose = "open") -> Lean:
    """Complaint, praise and request in one clause.

    A leaning word counts 1; after a negator within four words it counts .8 the other way. A
    negator with nothing to turn ("no supervision") is a complaint of weight 1.
    """
    known = polarity()
    bad = good = 0.0
    negator = -1
    open_negator = False
    for place, token in enumerate(clause.tokens):
        if token.word in known.negators:
            if not (open_negator and place - negator <= REACH):
                negator, open_negator = place, True
            continue
        value = known.value.get(token.stem, 0.0)
        if not value:
            continue
        if negator >= 0 and place - negator <= REACH:
            value *= -TURNED
            open_negator = False
        bad, good = (bad - value, good) if value < 0 else (bad, good + value)
    if open_negator:
        bad += 1.0
    return Lean(bad, good, asks(clause.tokens, purpose))


def asks(words: Sequence[Token], purpose: Purpose = "open") -> bool:
    """Whether a clause requests: "should", "please", "would help", or begins with what to do."""
    known = polarity()
    spoken = [token.word for token in words]
    if known.asking.intersection(spoken) or _holds(spoken, known.asking_phrases):
        return True
    if spoken[0] in known.imperatives:
        return True
    return purpose in ASKED_FOR and len(spoken) > 1 and spoken[1] in known.imperatives


def offers(words: Sequence[Token]) -> bool:
    """Whether the writer undertakes something."""
    return _holds([token.word for token in words], polarity().offering_phrases)


def sarcastic(words: Sequence[Token]) -> bool:
    """Whether a set phrase of mock praise stands there; other sarcasm is missed."""
    return _holds([token.word for token in words], polarity().sarcastic)


def direction(leans: Iterable[Lean], default: Direction, purpose: Purpose) -> Direction:
    """The direction of a theme from the clauses that mention it.

    A request with no complaint is a suggestion, one with a complaint negative. Both poles within
    a factor of two: mixed. Nothing said: what the question asks for, else the theme's own default.
    """
    found = list(leans)
    bad, good = sum(one.bad for one in found), sum(one.good for one in found)
    asking = any(one.asks for one in found)
    if asking and (bad == 0 or purpose in ASKED_FOR):
        return "suggestion"
    if bad == good == 0:
        if purpose in ASKED_FOR:
            return "suggestion"
        if purpose in PRAISED:
            return "positive"
        return "negative" if purpose == "shadow" else default
    if min(bad, good) > 0 and max(bad, good) < 2 * min(bad, good):
        return "mixed"
    return "negative" if bad > good else "positive"


def _holds(spoken: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    text = f" {' '.join(spoken)} "
    return any(f" {' '.join(phrase)} " in text for phrase in phrases)
