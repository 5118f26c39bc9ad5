"""The first coder: themes, directions and functions of a comment from a list of words alone.

It has learnt from nothing, so it works the same for the first pulse of any organisation, and it
is deterministic. Its weights are not probabilities: ``sure`` and ``check`` are grades of evidence,
and only an audit of the wave can say how often they are right (TEXT 3).
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from analysis.instrument import Purpose
from analysis.text import direction as leaning
from analysis.text.codebook import LONGEST, WEIGHTS, Codebook, Direction, load
from analysis.text.language import (
    WORDS,
    Clause,
    Token,
    clauses,
    is_covered,
    is_empty,
    tokens,
    words_of,
)

NAME = "candour-words"
VERSION = "1"
MENTIONED = 2.0
ASKED = 1.0
SURE = 4.0
DENSE = 0.1
SHORT = 8
SPELLING = 7

Function = Literal["enabler", "aspiration", "barrier", "offer", "unset"]
State = Literal["sure", "check"]


@dataclass(frozen=True)
class Mention:
    """One theme in one direction. ``start`` and ``end`` are the clause's place in the redacted
    text; ``evidence`` is the weight of the words found (2 is one telling phrase)."""

    theme: str
    direction: Direction
    function: Function
    start: int
    end: int
    state: State
    evidence: float


@dataclass(frozen=True)
class Coded:
    """What the coder found in a comment, and which coder it was. ``empty``: nothing was said;
    ``covered``: it reads as English, the only language of the word list."""

    mentions: tuple[Mention, ...]
    flags: tuple[str, ...]
    empty: bool
    covered: bool
    coder: str

    @property
    def themes(self) -> frozenset[str]:
        return frozenset(mention.theme for mention in self.mentions)


class Question(NamedTuple):
    """What was asked: for what purpose, and about which theme of the codebook, if one."""

    purpose: Purpose = "open"
    about: str = ""


OPEN = Question()


class _Phrase(NamedTuple):
    stems: tuple[str, ...]
    theme: str
    weight: float
    asked: bool


class Coder:
    """Codes comments with the words of one codebook."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.themes = tuple(theme.id for theme in codebook.themes)
        self.sha256 = _hash(codebook)
        self.mark = f"{NAME} {VERSION}, codebook {codebook.version} ({self.sha256[:8]})"
        self._defaults = {theme.id: theme.default for theme in codebook.themes}
        self._phrases = _phrases(codebook)
        self._stems = {word for group in self._phrases.values() for p in group for word in p.stems}
        self._spellings = _spellings(codebook)

    def question(self, text: str, purpose: Purpose = "open", about: str = "") -> Question:
        """What a question brings to the reading of its answers.

        Its own words say what the instrument leaves open: "improve" or "change" ask for a wish,
        and the codebook lists words of questions that are about one theme.
        """
        spoken = f" {' '.join(token.word for token in tokens(text))} "
        if purpose == "open" and any(f" {cue} " in spoken for cue in leaning.wishing()):
            purpose = "wish"
        about = about or next(
            (
                theme.id
                for theme in self.codebook.themes
                if any(f" {cue} " in spoken for cue in theme.questions)
            ),
            "",
        )
        return Question(purpose, about)

    def code(self, text: str, question: Question = OPEN) -> Coded:
        """The mentions in a redacted comment, read as an answer to the question.

        Words that point to a theme only in answer to a question about it ("stigma" to "would you
        raise it?") count when it is, and that theme then takes half the evidence.
        """
        purpose, about = question
        parts = clauses(text)
        words = tuple(token for clause in parts for token in clause.tokens)
        if is_empty(words):
            return Coded((), (), True, True, self.mark)
        if not is_covered(words):
            return Coded((), (), False, False, self.mark)
        evidence = [self._evidence(clause, about) for clause in parts]
        totals: dict[str, float] = defaultdict(float)
        for found in evidence:
            for (theme, _), weight in found.items():
                totals[theme] += weight
        mentions: list[Mention] = []
        for theme in self.themes:
            if totals[theme] >= (ASKED if theme == about else MENTIONED):
                weights = [sum(w for (t, _), w in e.items() if t == theme) for e in evidence]
                mentions += self._mentions(theme, parts, weights, purpose)
        return Coded(tuple(mentions), _flags(parts, mentions), False, True, self.mark)

    def _evidence(self, clause: Clause, about: str) -> Mapping[tuple[str, tuple[str, ...]], float]:
        """Weight of each phrase found in a clause, by theme; a phrase counts once."""
        stems = tuple(self._spelt(token) for token in clause.tokens)
        found: dict[tuple[str, tuple[str, ...]], float] = {}
        for place, first in enumerate(stems):
            for phrase in self._phrases.get(first, ()):
                if phrase.asked and phrase.theme != about:
                    continue
                if stems[place : place + len(phrase.stems)] == phrase.stems:
                    found[phrase.theme, phrase.stems] = phrase.weight
        return found

    def _spelt(self, token: Token) -> str:
        """The token's stem, or that of the listed word it misspells by one letter."""
        if len(token.word) < SPELLING or token.stem in self._stems:
            return token.stem
        return self._spellings.get(token.word, self._spellings.get(token.stem, token.stem))

    def _mentions(
        self, theme: str, parts: tuple[Clause, ...], weights: list[float], purpose: Purpose
    ) -> list[Mention]:
        """One mention, or two where one clause praises and another complains."""
        told = [
            (c, leaning.lean(c, theme, purpose), w)
            for c, w in zip(parts, weights, strict=True)
            if w > 0
        ]
        good = [one for one in told if one[1].good > one[1].bad]
        bad = [one for one in told if one[1].bad > one[1].good]
        groups = [good, bad] if good and bad else [told]
        total = sum(weights)
        mentions: list[Mention] = []
        for group in groups:
            way = leaning.direction((one[1] for one in group), self._defaults[theme], purpose)
            best = max(group, key=lambda one: one[2])[0]
            if any(leaning.sarcastic(one[0].tokens) for one in group):
                way = "negative"
            if way in {mention.direction for mention in mentions}:
                continue
            mentions.append(
                Mention(
                    theme,
                    way,
                    _function(way, best.tokens, purpose),
                    best.start,
                    best.end,
                    _state(total, parts),
                    round(total, 2),
                )
            )
        return mentions


@lru_cache(maxsize=1)
def first_coder() -> Coder:
    """The coder with the codebook shipped with Candour."""
    return Coder(load())


def _state(evidence: float, parts: tuple[Clause, ...]) -> State:
    """``sure``: much evidence, and not thinly spread over a long comment.

    On the 290 development comments two human coders agreed with 87 % of such mentions.
    """
    words = max(SHORT, sum(len(clause.tokens) for clause in parts))
    return "sure" if evidence >= SURE and evidence / words >= DENSE else "check"


def _function(way: Direction, words: tuple[Token, ...], purpose: Purpose) -> Function:
    if leaning.offers(words):
        return "offer"
    if way == "mixed":
        by_purpose: dict[Purpose, Function] = {"shadow": "barrier", "peak": "enabler"}
        return by_purpose.get(purpose, "unset")
    functions: dict[Direction, Function] = {
        "positive": "enabler",
        "negative": "barrier",
        "suggestion": "aspiration",
    }
    return functions[way]


def _flags(parts: tuple[Clause, ...], mentions: list[Mention]) -> tuple[str, ...]:
    negative = any(mention.direction == "negative" for mention in mentions)
    flags = {
        "has_suggestion": negative and any(leaning.asks(clause.tokens) for clause in parts),
        "sarcasm": any(leaning.sarcastic(clause.tokens) for clause in parts),
    }
    return tuple(flag for flag, raised in flags.items() if raised)


def _phrases(codebook: Codebook) -> dict[str, tuple[_Phrase, ...]]:
    """Phrases by their first stem."""
    found: dict[str, list[_Phrase]] = defaultdict(list)
    for theme in codebook.themes:
        for kind, phrases in theme.words.items():
            for text in phrases:
                stems = tuple(token.stem for token in tokens(text))[:LONGEST]
                found[stems[0]].append(_Phrase(stems, theme.id, WEIGHTS[kind], kind == "asked"))
    return {first: tuple(phrases) for first, phrases in found.items()}


def _spellings(codebook: Codebook) -> dict[str, str]:
    """Listed words and stems with one letter left out, doubled or swapped with the next, and the
    stem meant; a spelling that fits two stems is left out."""
    phrases = [p for theme in codebook.themes for kind in theme.words.values() for p in kind]
    listed = {
        (spelling, token.stem)
        for phrase in (*phrases, *words_of("misspelt"))
        for token in tokens(phrase)
        for spelling in (token.word, token.stem)
    }
    found: dict[str, set[str]] = defaultdict(set)
    for word, stem in listed:
        if len(word) > SPELLING:
            for i in range(1, len(word)):
                found[word[:i] + word[i + 1 :]].add(stem)
                found[word[:i] + word[i] + word[i:]].add(stem)
                found[word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]].add(stem)
    return {wrong: next(iter(right)) for wrong, right in found.items() if len(right) == 1}


def _hash(codebook: Codebook) -> str:
    """SHA-256 over the codebook, the leaning words and the version: what decides the codes."""
    parts = [NAME, VERSION, codebook.sha256, WORDS.read_text(encoding="utf-8")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
