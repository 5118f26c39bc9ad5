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
COMPLAINT = 2.0
FEAR = "fear_speaking_out"
STRAIN = "wellbeing_stress"
ASKED_FOR: frozenset[Purpose] = frozenset({"wish"})
COMPLAINED: frozenset[Purpose] = frozenset({"shadow"})
PRAISED: frozenset[Purpose] = frozenset({"peak", "offer"})


class Polarity(NamedTuple):
    """The word lists, stemmed; phrases between spaces, in lower case."""

    value: dict[str, float]
    strain: frozenset[str]
    safety: frozenset[str]
    negators: frozenset[str]
    asking: frozenset[str]
    removing: frozenset[str]
    imperatives: frozenset[str]
    asking_phrases: tuple[str, ...]
    offering_phrases: tuple[str, ...]
    sarcastic: tuple[str, ...]


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
        frozenset(map(stem, words_of("strain"))),
        frozenset(map(stem, words_of("safety"))),
        frozenset(words_of("negators")),
        frozenset(words_of("asking")),
        frozenset(words_of("removing")),
        frozenset(words_of("imperatives")),
        *(
            tuple(f" {phrase} " for phrase in lists()[key])
            for key in ("asking_phrases", "offering_phrases", "sarcastic")
        ),
    )


def lean(clause: Clause, theme: str, purpose: Purpose = "open") -> Lean:
    """Complaint, praise and request in one clause.

    A leaning word counts 1; after a negator within four words it counts .8 the other way. A
    negator with nothing to turn ("no supervision") is a complaint of weight 1, unless the clause
    asks for something ("no more than 16, please"); what is to be cut or reduced is no complaint.
    Words of strain count for the wellbeing theme alone; only words of safety praise speaking out.
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
        value = _value(token.stem, theme)
        if not value:
            continue
        if negator >= 0 and place - negator <= REACH:
            value *= -TURNED
            open_negator = False
        bad, good = (bad - value, good) if value < 0 else (bad, good + value)
    asking = asks(clause.tokens, purpose)
    if clause.tokens[0].word in known.removing:
        bad = 0.0
    elif open_negator and not asking:
        bad += 1.0
    return Lean(bad, good, asking)


def _value(word: str, theme: str) -> float:
    known = polarity()
    if theme == FEAR and word in known.safety:
        return 1.0
    value = known.value.get(word, 0.0)
    if theme == FEAR and value > 0:
        return 0.0
    return 0.0 if theme != STRAIN and word in known.strain else value


def asks(words: Sequence[Token], purpose: Purpose = "open") -> bool:
    """Whether a clause requests: "should", "please", "would help", or begins with what to do."""
    known = polarity()
    spoken = [token.word for token in words]
    for place, word in enumerate(spoken):
        if word in known.asking and not known.negators.intersection(
            spoken[max(place - 2, 0) : place]
        ):
            return True
    if _holds(spoken, known.asking_phrases):
        return True
    if spoken[0] in known.imperatives:
        return True
    return purpose in ASKED_FOR and len(spoken) > 1 and spoken[1] in known.imperatives


def offers(words: Sequence[Token]) -> bool:
    """Whether the writer undertakes something."""
    return _holds([token.word for token in words], polarity().offering_phrases)


def wishing() -> tuple[str, ...]:
    """Words of a question that asks what should be different."""
    return tuple(lists()["wishing"])


def sarcastic(words: Sequence[Token]) -> bool:
    """Whether a set phrase of mock praise stands there; other sarcasm is missed."""
    return _holds([token.word for token in words], polarity().sarcastic)


def direction(leans: Iterable[Lean], default: Direction, purpose: Purpose) -> Direction:
    """The direction of a theme from the clauses that mention it.

    Asked what to change, an answer is a suggestion unless it only complains; to other questions a
    request with no complaint is one. What the question asks for weighs like one leaning word. Both
    poles alike and strong: mixed. Nothing said and nothing asked for: the theme's own default.
    """
    found = list(leans)
    bad, good = sum(one.bad for one in found), sum(one.good for one in found)
    asking = any(one.asks for one in found)
    if purpose in ASKED_FOR and (asking or bad < COMPLAINT):
        return "suggestion"
    if asking and bad == 0:
        return "suggestion"
    if bad == good == 0 and purpose not in (*PRAISED, *COMPLAINED):
        return default
    good += purpose in PRAISED
    bad += purpose in COMPLAINED
    if bad == good:
        return "positive" if purpose in PRAISED else "mixed" if bad >= COMPLAINT else "negative"
    return "negative" if bad > good else "positive"


def _holds(spoken: Sequence[str], phrases: Iterable[str]) -> bool:
    text = f" {' '.join(spoken)} "
    return any(phrase in text for phrase in phrases)
