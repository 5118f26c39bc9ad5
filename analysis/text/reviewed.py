"""What people's review of a wave's comments leaves for its results: counts, and cleared comments.

Kept with the answers, so that a later wave can say what changed and the same results can be made
again when the comments are gone. Counts hold no text and no score.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from analysis.dataset import Comment
from analysis.instrument import Instrument
from analysis.text.asked import asked_before
from analysis.text.audited import NO_THEMES, NONE
from analysis.text.coder import Coder
from analysis.text.counts import USES, text_theme
from analysis.text.direction import DIRECTIONS
from analysis.text.drift import borrow, why_not_lent
from analysis.text.human_codes import HumanCode
from analysis.text.new_subjects import NewSubjects
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook
from analysis.text.own_coder import with_own
from analysis.text.redact import redact
from analysis.text.score_bins import BoolArray, FloatArray, ScoreBins, tabulate
from analysis.text.second_coder import Agreement, agreement, with_evidence


@dataclass(frozen=True, eq=False)
class AuditedCounts:
    """One question's counts by score, the ``seed`` of its draws, how far two people who coded the
    same comments agreed, and the counts of ``parts``, by directorate, that may be compared; no
    promise names the table where that is ``None``."""

    bins: ScoreBins
    seed: int
    agreement: Mapping[str, Agreement]
    parts: Mapping[str, ScoreBins] | None = None

    def to_dict(self) -> dict[str, Any]:
        agreed = [one.to_dict() for one in self.agreement.values()]
        found = {"bins": self.bins.to_dict(), "seed": self.seed, "agreement": agreed}
        if self.parts is None:
            return found
        return found | {"parts": {name: part.to_dict() for name, part in self.parts.items()}}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "AuditedCounts":
        agreed = [Agreement.from_dict(one) for one in raw["agreement"]]
        bins = ScoreBins.from_dict(raw["bins"])
        found = cls(bins, int(raw["seed"]), {one.label: one for one in agreed})
        if "parts" not in raw:
            return found
        parts = {name: ScoreBins.from_dict(part) for name, part in raw["parts"].items()}
        return replace(found, parts=parts)


@dataclass(frozen=True)
class Example:
    """A comment that two reviewers cleared for everybody, masked, and the themes it is about."""

    comment: str
    question: str
    text: str
    themes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reviewed:
    """A wave's review: ``questions`` that were audited, ``examples`` that may be quoted, and how
    many comments are ``withheld``, by the reason in words. ``seed`` puts the examples in order;
    ``subjects`` are those that no theme covers."""

    questions: tuple[AuditedCounts, ...]
    examples: tuple[Example, ...]
    withheld: tuple[tuple[str, int], ...]
    seed: int
    subjects: NewSubjects = NewSubjects()

    def question(self, question_id: str) -> AuditedCounts | None:
        return next((one for one in self.questions if one.bins.question == question_id), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "questions": [one.to_dict() for one in self.questions],
            "examples": [asdict(one) for one in self.examples],
            "withheld": [list(one) for one in self.withheld],
            "seed": self.seed,
            "subjects": self.subjects.to_dict(),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Reviewed":
        # What was kept before new subjects were looked for has none.
        subjects = NewSubjects.from_dict(raw["subjects"]) if "subjects" in raw else NewSubjects()
        return cls(
            tuple(AuditedCounts.from_dict(one) for one in raw["questions"]),
            tuple(Example(**{**one, "themes": tuple(one["themes"])}) for one in raw["examples"]),
            tuple((reason, int(count)) for reason, count in raw["withheld"]),
            int(raw["seed"]),
            subjects,
        )


def count_audit(
    wave: str,
    comments: Sequence[Comment],
    instrument: Instrument,
    human: Sequence[HumanCode],
    seeds: Mapping[str, int],
    coder: Coder,
    earlier: Sequence[ScoreBins] = (),
    directorates: Collection[str] | None = None,
    own: OwnCodebook = NO_OWN,
) -> tuple[AuditedCounts, ...]:
    """Each question with a seed, its comments counted by the coder's scores and by people's codes.

    ``human`` are blind codes; their ``comment`` is the place in ``comments``. A comment coded twice
    has two rows: the first counts, both tell how far people agree. Labels are the themes,
    ``other``, ``none`` and ``theme/direction``; the score of ``other`` and ``none`` is one less the
    largest theme's. Comments without content are left out. ``earlier`` audits lend what they may
    (:mod:`analysis.text.drift`). Those of ``directorates`` are counted by themselves as well; the
    caller names such as are large enough (:mod:`analysis.text.directorates`), or ``None`` where
    none may be compared. ``own`` themes are counted beside what ``coder`` codes.
    """
    mark, coder = coder.mark, with_own(coder, own)
    texts = [redact(comment.text).text for comment in comments]
    found = []
    for item in instrument.texts:
        if item.id not in seeds:
            continue
        about, before = text_theme(item, instrument), asked_before(item, instrument)
        asked = coder.question(item.text, item.purpose, about, before)
        by_comment: dict[str, list[HumanCode]] = {}
        for one in human:
            if one.question == item.id:
                by_comment.setdefault(one.comment, []).append(one)
        places = [n for n, comment in enumerate(comments) if comment.question == item.id]
        coded = coder.code_all([texts[n] for n in places], [asked] * len(places))
        kept = [
            n for n, one in zip(places, coded, strict=True) if not one.empty or str(n) in by_comment
        ]
        labels, scores = _scores(coder, [texts[n] for n in kept], [asked] * len(kept))
        bins, parts = _tables(
            (wave, item.id, mark),
            labels,
            scores,
            [comments[n] for n in kept],
            [by_comment.get(str(n), [None])[0] for n in kept],
            directorates,
        )
        twice = [rows[:2] for rows in by_comment.values() if len(rows) > 1]
        agreed = {}
        if twice:
            first, second = (_found(labels, [rows[n] for rows in twice]) for n in (0, 1))
            agreed = with_evidence(
                agreement(labels, first, second),
                [(rows[0].text, rows[0].codes, rows[1].codes) for rows in twice],
            )
        bins = replace(bins, own=own.fingerprints)
        lent = [table for table in earlier if bins.rows and not why_not_lent(bins, table)]
        found.append(AuditedCounts(borrow(bins, lent), seeds[item.id], agreed, parts))
    return tuple(found)


def _tables(
    head: tuple[str, str, str],
    labels: tuple[str, ...],
    scores: FloatArray,
    comments: Sequence[Comment],
    firsts: Sequence[HumanCode | None],
    directorates: Collection[str] | None,
) -> tuple[ScoreBins, dict[str, ScoreBins] | None]:
    """Counts of all comments, and of each directorate's."""
    use = np.array([USES.index(comment.use) for comment in comments], np.int64)
    audited = np.array([one is not None for one in firsts], bool)
    people = _found(labels, firsts)
    units = np.array([comment.unit for comment in comments], object)

    def counted(rows: BoolArray) -> ScoreBins:
        # The shipped coder has learnt from no comment of the organisation.
        return tabulate(
            head, labels, scores[rows], use[rows], audited[rows], people[rows], out_of_fold=True
        )

    everybody = counted(np.ones(len(comments), bool))
    if directorates is None:
        return everybody, None
    return everybody, {unit: counted(units == unit) for unit in directorates}


def _scores(
    coder: Coder, texts: Sequence[str], asked: Sequence[Any]
) -> tuple[tuple[str, ...], FloatArray]:
    """Labels, and the probability of each in each comment, (comments, labels)."""
    themes = coder.scores(texts, asked)
    ways = coder.direction_scores(texts, asked)
    nothing = 1 - themes.max(axis=1, initial=0, keepdims=True)
    labels = (*coder.themes, *NO_THEMES)
    labels += tuple(f"{theme}/{way}" for theme in coder.themes for way in DIRECTIONS)
    scores = np.hstack([themes, nothing, nothing, ways.reshape(len(texts), -1)])
    return labels, np.clip(scores, 0.0, 1.0)


def _found(labels: Sequence[str], codes: Sequence[HumanCode | None]) -> BoolArray:
    """Which labels a person gave to each comment, (comments, labels)."""
    rows = np.zeros((len(codes), len(labels)), bool)
    place = {label: n for n, label in enumerate(labels)}
    for row, one in enumerate(codes):
        if one is None:
            continue
        given = {code.theme for code in one.codes} or {NONE}
        given |= {f"{code.theme}/{code.direction}" for code in one.codes}
        rows[row, [place[label] for label in given if label in place]] = True
    return rows
