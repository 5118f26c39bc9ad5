"""The coder: themes, directions and functions of comments, with calibrated probabilities.

It has learnt from comments written for this project, so it works the same for the first pulse of
any organisation; what an organisation's own people code makes it better there. A probability is
right on average on comments like those it was calibrated on; how often a code is right in one
wave only an audit of that wave can say (TEXT 3).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import numpy as np

from analysis.instrument import Purpose
from analysis.text import direction as leaning
from analysis.text.asked import OPEN, read_question
from analysis.text.asked import Question as Question
from analysis.text.calibration import shipped, shipped_models
from analysis.text.codebook import Codebook, Direction, load
from analysis.text.direction import DIRECTIONS, Leaning, Reads, purpose_number
from analysis.text.evidence import Evidence, evidence
from analysis.text.learning import train
from analysis.text.reading import Ints, Reader, Reading
from analysis.text.scorer import Scored, Scorer
from analysis.text.seeds import seeds
from analysis.text.vocabulary import Floats

NAME = "candour"
VERSION = "2"
SURE = 0.8
BATCH = 2_000
FEW, SUBJECT = 10, 0.2

Function = Literal["enabler", "aspiration", "barrier", "offer", "unset"]
State = Literal["sure", "check"]
FUNCTIONS: dict[Direction, Function] = {
    "positive": "enabler",
    "negative": "barrier",
    "suggestion": "aspiration",
}


@dataclass(frozen=True)
class Mention:
    """One theme in one direction. ``start`` and ``end`` are the evidence's place in the redacted
    text; ``probability`` is the calibrated probability of the theme; ``state`` is ``sure`` from .8
    on, else ``check``."""

    theme: str
    direction: Direction
    function: Function
    start: int
    end: int
    state: State
    probability: float


@dataclass(frozen=True)
class Coded:
    """What the coder found in a comment, and which coder it was. ``empty``: nothing was said;
    ``covered``: it reads as English, the only language the coder learnt."""

    mentions: tuple[Mention, ...]
    flags: tuple[str, ...]
    empty: bool
    covered: bool
    coder: str

    @property
    def themes(self) -> frozenset[str]:
        return frozenset(mention.theme for mention in self.mentions)


class Coder:
    """Codes comments with one codebook, scorer of themes and model of directions."""

    def __init__(self, codebook: Codebook, scorer: Scorer, lean: Leaning) -> None:
        self.codebook = codebook
        self.scorer = scorer
        self.lean = lean
        self.themes = tuple(theme.id for theme in codebook.themes)
        self._number = {theme: place for place, theme in enumerate(self.themes)}

    @cached_property
    def sha256(self) -> str:
        """The hash of all that decides the codes."""
        parts = [NAME, VERSION, self.codebook.sha256, self.scorer.sha256(), self.lean.sha256()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def mark(self) -> str:
        """What every stored code carries: name, version, codebook and model hash."""
        scorers = f"{NAME} {VERSION}" + (" with MiniLM" if self.scorer.second else "")
        return f"{scorers}, codebook {self.codebook.version} ({self.sha256[:8]})"

    @property
    def thresholds(self) -> dict[str, float]:
        """The probability from which a theme is a mention."""
        chosen = self.scorer.joining.thresholds
        return {theme: float(cut) for theme, cut in zip(self.themes, chosen, strict=True)}

    def question(
        self, text: str, purpose: Purpose = "open", about: str = "", before: str = ""
    ) -> Question:
        """What a question brings to the reading of its answers; see :func:`read_question`."""
        return read_question(self.codebook, text, purpose, about, before)

    def subject(self, texts: Sequence[str]) -> str:
        """The theme that most answers to a question speak of, read without it; or none.

        For a question that only goes on from one that is not known ("Why or why not?").
        """
        share = self.scores(texts, [OPEN] * len(texts)).mean(axis=0) if texts else np.zeros(1)
        most = int(share.argmax())
        return self.themes[most] if len(texts) >= FEW and share[most] >= SUBJECT else ""

    def code(self, text: str, question: Question = OPEN) -> Coded:
        """The mentions in a redacted comment, read as an answer to the question."""
        return self.code_all([text], [question])[0]

    def code_all(
        self, texts: Sequence[str], questions: Sequence[Question] | None = None
    ) -> list[Coded]:
        """The mentions in each redacted comment; the same as one by one, and much faster."""
        asked = questions if questions is not None else [OPEN] * len(texts)
        found: list[Coded] = []
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            found += self._code(texts[part], asked[part])
        return found

    def scores(self, texts: Sequence[str], questions: Sequence[Question]) -> Floats:
        """Calibrated probabilities (comments, themes), in the order of ``themes``.

        A comment that says nothing, or not in English, has 0 throughout.
        """
        found = [np.zeros((0, len(self.themes)))]
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            reading, about, _ = self._read(texts[part], questions[part])
            asked = [question.words for question in questions[part]]
            found.append(_silenced(self.scorer.score(reading, about, asked), reading))
        return np.vstack(found)

    def direction_scores(self, texts: Sequence[str], questions: Sequence[Question]) -> Floats:
        """Calibrated probability of each theme in each direction (comments, themes, directions):
        the theme's, shared out by the probabilities of the directions given the theme."""
        count = len(self.themes)
        found = [np.zeros((0, count, len(DIRECTIONS)))]
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            reading, about, purpose = self._read(texts[part], questions[part])
            asked = [question.words for question in questions[part]]
            scored = self.scorer.score(reading, about, asked)
            rows, theme = (each.ravel() for each in np.indices((reading.texts, count)))
            seen = evidence(reading, scored.clause_logits, rows, theme)
            lean = self.lean.reads(reading, scored.clause_features, self.themes)
            ways = lean(seen.holds, theme, purpose[rows])
            shared = ways.reshape(reading.texts, count, len(DIRECTIONS))
            found.append(_silenced(scored, reading)[:, :, None] * shared)
        return np.concatenate(found)

    def _read(
        self, texts: Sequence[str], questions: Sequence[Question]
    ) -> tuple[Reading, Ints, Ints]:
        """The reading, the theme each was asked about (−1 for none), the number of the purpose."""
        reading = self.scorer.vocabulary.reader.read(texts)
        about = [self._number.get(question.about, -1) for question in questions]
        purpose = [purpose_number(question.purpose) for question in questions]
        return reading, np.array(about, np.int64), np.array(purpose, np.int64)

    def _code(self, texts: Sequence[str], questions: Sequence[Question]) -> list[Coded]:
        reading, about, purpose = self._read(texts, questions)
        scored = self.scorer.score(reading, about, [question.words for question in questions])
        probability = _silenced(scored, reading)
        rows, theme = np.nonzero(probability >= self.scorer.joining.thresholds)
        seen = evidence(reading, scored.clause_logits, rows, theme)
        lean = self.lean.reads(reading, scored.clause_features, self.themes)
        cues = lean.cues_of_clauses()
        mentions = mentions_of(
            texts, questions, self.scorer.vocabulary.reader, self.themes, probability, seen, lean,
            theme, purpose,
        )  # fmt: skip
        asks = np.bincount(reading.clause_text, cues.asks, reading.texts) > 0
        mocked = np.bincount(reading.clause_text, cues.mocks, reading.texts) > 0
        return [
            Coded(
                tuple(found),
                _flags(found, bool(asks[row]), bool(mocked[row])),
                bool(reading.empty[row]),
                bool(reading.covered[row]),
                self.mark,
            )
            for row, found in enumerate(mentions)
        ]


@lru_cache(maxsize=1)
def first_coder() -> Coder:
    """The coder shipped with Candour, learnt from the seed corpus when first asked for."""
    codebook = load()
    return Coder(codebook, *train(codebook, seeds(), shipped(codebook), shipped_models))


def function_of(way: Direction, purpose: Purpose) -> Function:
    """The function that goes with a direction, for who undertakes nothing."""
    if way != "mixed":
        return FUNCTIONS[way]
    by_purpose: dict[Purpose, Function] = {"shadow": "barrier", "peak": "enabler"}
    return by_purpose.get(purpose, "unset")


def mentions_of(
    texts: Sequence[str],
    questions: Sequence[Question],
    reader: Reader,
    themes: Sequence[str],
    probability: Floats,
    seen: Evidence,
    lean: Reads,
    theme: Ints,
    purpose: Ints,
) -> list[list[Mention]]:
    """The mentions of each comment that was just read, from the evidence for each.

    ``probability`` (comments, ``themes``); ``theme`` has the theme's number for each mention of
    ``seen``, ``purpose`` the number of each comment's question's.
    """
    said = _ways(seen, lean, theme, purpose[seen.rows])
    cues = lean.cues_of_clauses()
    clause = seen.holds.indices[said.entry]
    offers, mocks = (
        np.bincount(said.code, cue[clause], len(said.mention)) > 0
        for cue in (cues.offers, cues.mocks)
    )
    way = np.where(mocks & (said.way == leaning.POSITIVE), leaning.NEGATIVE, said.way)
    rows, number = seen.rows[said.mention], theme[said.mention]
    chance = probability[rows, number]
    sure = (chance >= SURE) & ~mocks
    columns = (rows, number, way, chance, sure, offers, *seen.spans(said.code, said.entry))
    found: list[list[Mention]] = [[] for _ in texts]
    read = -1
    for row, which, leans, p, certain, offered, first, last in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if row != read:
            read, pieces = row, reader.pieces(texts[row])
        direction = DIRECTIONS[leans]
        found[row].append(
            Mention(
                themes[which],
                direction,
                "offer" if offered else function_of(direction, questions[row].purpose),
                pieces[first].start(),
                pieces[last].end(),
                "sure" if certain else "check",
                round(p, 3),
            )
        )
    return found


class _Said(NamedTuple):
    """Codes in order: the ``mention`` and the direction (``way``) of each, and for each ``entry``
    of the evidence that is used its ``code``."""

    mention: Ints
    way: Ints
    code: Ints
    entry: Ints


def _ways(seen: Evidence, lean: Reads, theme: Ints, purpose: Ints) -> _Said:
    """One code for each mention, or two where one clause praises and another complains."""
    chosen = leaning.choose(lean(seen.holds, theme, purpose))
    kept, alone = seen.apart()
    owner = seen.owner
    by_clause = lean(alone, theme[owner[kept]], purpose[owner[kept]])
    bad, good = np.zeros(len(owner), bool), np.zeros(len(owner), bool)
    bad[kept] = by_clause[:, leaning.NEGATIVE] >= leaning.SPLIT
    good[kept] = by_clause[:, leaning.POSITIVE] >= leaning.SPLIT
    complains, praises = (np.bincount(owner, one, len(theme)) > 0 for one in (bad, good))
    both = complains & praises
    mention = np.repeat(np.arange(len(theme)), 1 + both)
    way = chosen[mention]
    at = np.arange(len(theme)) + np.cumsum(both) - both
    way[at[both]] = leaning.NEGATIVE
    way[at[both] + 1] = leaning.POSITIVE
    entry = np.flatnonzero(~both[owner] | bad | good)
    code = at[owner[entry]] + (both[owner[entry]] & good[entry])
    order = np.argsort(code, kind="stable")
    return _Said(mention, way, code[order], entry[order])


def _silenced(scored: Scored, reading: Reading) -> Floats:
    """The probabilities, 0 where nothing was said or the language is not covered."""
    spoken = ~reading.empty & reading.covered
    found: Floats = scored.probabilities * spoken[:, None]
    return found


def _flags(mentions: list[Mention], asks: bool, mocks: bool) -> tuple[str, ...]:
    negative = any(mention.direction == "negative" for mention in mentions)
    flags = {"has_suggestion": negative and asks, "sarcasm": mocks}
    return tuple(flag for flag, raised in flags.items() if raised)
