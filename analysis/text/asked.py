"""What a question brings to the reading of its answers: what it asks for and about which theme."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from analysis.instrument import Instrument, Item, Purpose
from analysis.text.codebook import Codebook
from analysis.text.language import lists, tokens


class Question(NamedTuple):
    """What was asked: for what purpose, about which theme of the codebook, if one, and the stems
    of its words, by which a coder that learns tells an organisation's questions apart."""

    purpose: Purpose = "open"
    about: str = ""
    words: str = ""


OPEN = Question()


def read_question(
    codebook: Codebook, text: str, purpose: Purpose = "open", about: str = "", before: str = ""
) -> Question:
    """The question as its words have it, where the instrument leaves purpose or theme open.

    ``before`` is what was asked just before it: "Why or why not?" asks nothing by itself. Cues of
    two purposes ("What works, and what should change?") leave the purpose open; of cues of several
    themes the longest holds.
    """
    spoken = _stems(f"{before} {text}" if goes_on(text) else text)
    if purpose == "open":
        found = [name for name, cues in _purposes().items() if _longest(spoken, cues)]
        purpose = found[0] if len(found) == 1 else "open"
    if not about:
        cues = [(_longest(spoken, cues), theme) for theme, cues in _about(codebook).items()]
        longest = max(length for length, _ in cues)
        about = next(theme for length, theme in cues if length == longest) if longest else ""
    return Question(purpose, about, " ".join(spoken))


def goes_on(text: str) -> bool:
    """Whether a question only asks to go on from the one before it.

    >>> [goes_on(text) for text in ("Why or why not?", "Please explain.", "Why do people leave?")]
    [True, True, False]
    """
    words = {token.word for token in tokens(text) if token.word.isalpha()}
    known = lists()["questions"]
    return bool(words & set(known["leading_on"].split())) and words <= {
        *known["leading_on"].split(),
        *known["small"].split(),
    }


def asked_before(item: Item, instrument: Instrument) -> str:
    """The words of the item that stands before one in the instrument; none before the first."""
    place = instrument.items.index(item)
    return instrument.items[place - 1].text if place else ""


@lru_cache(maxsize=1)
def _purposes() -> Mapping[Purpose, tuple[tuple[str, ...], ...]]:
    cues = lists()["questions"]
    purposes: tuple[Purpose, ...] = ("wish", "peak", "shadow", "offer")
    return {purpose: tuple(map(_stems, cues[purpose])) for purpose in purposes}


@lru_cache(maxsize=4)
def _about_of(
    cues: tuple[tuple[str, tuple[str, ...]], ...],
) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return {theme: tuple(map(_stems, some)) for theme, some in cues}


def _about(codebook: Codebook) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return _about_of(tuple((theme.id, theme.questions) for theme in codebook.themes))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens(text))


def _longest(spoken: tuple[str, ...], cues: Iterable[tuple[str, ...]]) -> int:
    """Words of the longest cue that stands in what was spoken; 0 where none does."""
    found = (
        len(cue)
        for cue in cues
        if any(spoken[at : at + len(cue)] == cue for at in range(len(spoken)))
    )
    return max(found, default=0)
