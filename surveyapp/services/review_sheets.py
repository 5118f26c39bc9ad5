"""The reviewers' desk as it is kept: sealed rows in the office store, under a key of their own.

The publisher lays the comments out, the office shows them and keeps what reviewers decide, and the
publisher takes it all away. Nothing here knows a comment that its author did not let be read.
"""

import hmac
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, select

from analysis.text.human_codes import Code
from analysis.text.masking import Masked, hides_most, mask, standing
from surveyapp import keys
from surveyapp.crypto import blocks
from surveyapp.extensions import db
from surveyapp.models.review import (
    ReviewComment,
    ReviewNaming,
    ReviewReading,
    ReviewSheet,
    ReviewSubjects,
)
from surveyapp.services.covenants import COMMENT_READERS

KEY = "review.key"
PAD = 512  # so that a row's length tells little of the comment's
SHEAF = 100
Outcome = Literal["unread", "differ", "cleared", "withheld"]

# Why a comment may be withheld: to protect somebody, never for what it says about the place. In the
# order of gravity: where two reviewers name two reasons, the first of them is counted.
REASONS: Mapping[str, str] = {
    "harm": "It tells of harm or of a risk to somebody",
    "case": "It tells of a child’s, patient’s or client’s own affairs",
    "author": "It could show who wrote it, whatever is masked",
    "other_person": "It could show who somebody else is",
    "masked": "More than half of it would have to be masked",
    "abuse": "It insults or threatens somebody",
    "language": "None of us reads the language well enough",
}


@dataclass(frozen=True)
class Question:
    """A question whose comments are read. ``audit`` is its random sample, as it was drawn."""

    id: str
    text: str
    purpose: str
    comments: int
    audit: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """What is to be read of a wave. ``themes`` are id, title and meaning; ``coder`` the mark of the
    software; ``few`` how many questions had too few comments to be read; ``flags`` what software
    flagged of each comment, in their order."""

    seed: int
    coder: str
    codebook: str
    themes: tuple[tuple[str, str, str], ...]
    questions: tuple[Question, ...]
    few: int
    flags: tuple[tuple[str, ...], ...]
    roster: bool = True  # whether its names were known when the comments were redacted

    @property
    def total(self) -> int:
        return len(self.flags)

    def question(self, question_id: str) -> Question:
        return next(one for one in self.questions if one.id == question_id)

    @property
    def sample(self) -> int:
        """How many comments are coded by people who have not seen what the software says."""
        return sum(len(question.audit["comments"]) for question in self.questions)


@dataclass(frozen=True)
class Entry:
    """A comment at the desk: masked, without date and with no group below a directorate.

    ``codes`` are the software's; ``blind`` how many reviewers are to code it without seeing them.
    """

    place: int
    id: str
    question: str
    text: str
    unit: str
    unit_name: str
    use: str
    flags: tuple[str, ...]
    codes: tuple[Code, ...]
    blind: int


@dataclass(frozen=True)
class Reading:
    """What one reviewer decided: ``reason`` is why it is withheld, empty when it may be quoted;
    ``masks`` are further words to mask. ``codes`` are theirs, ``None`` when they gave none, and
    ``seen`` what they had seen before: ``blind`` or the software's mark. ``checks`` is what they
    said of words that others masked (:mod:`surveyapp.services.review_masks`)."""

    place: int
    reader: str
    reason: str = ""
    masks: tuple[str, ...] = ()
    escalate: bool = False
    codes: tuple[Code, ...] | None = None
    seen: str = ""
    checks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Subject:
    """A group of comments that no theme covers, for reviewers to name. ``questions`` are each with
    its comments that may be read and its *themes only* ones; ``examples`` ids of comments whose
    authors let them be published, most typical first; ``like`` the name of a subject that it looks
    like, and ``like_of`` the wave whose results have that name."""

    number: int
    terms: tuple[str, ...]
    questions: tuple[tuple[str, int, int], ...]
    examples: tuple[str, ...]
    like: str = ""
    like_of: str = ""


@dataclass(frozen=True)
class Naming:
    """What one reviewer makes of a subject: ``name`` it, put it with a ``theme`` that is there or
    with another new subject (``same``), or ``drop`` it. ``said`` is the name, the theme's id or the
    other's number."""

    subject: int
    reader: str
    act: str
    said: str = ""


def outcome(readings: Sequence[Reading]) -> Outcome:
    """What two reviewers, or a third where they differ, made of a comment."""
    if len(readings) < COMMENT_READERS:
        return "unread"
    against = sum(bool(one.reason) for one in readings)
    if 2 * against == len(readings):
        return "differ"
    return "withheld" if 2 * against > len(readings) else "cleared"


def outcome_of(entry: Entry, read: Sequence[Reading]) -> Outcome:
    """The same, of a comment of which reviewers may have masked too much between them to quote."""
    said = outcome(read)
    most = said == "cleared" and hides_most(entry.text, masked(entry, read).hidden)
    return "withheld" if most else said


def masked(entry: Entry, read: Iterable[Reading]) -> Masked:
    """A comment as its reviewers masked it: see :func:`analysis.text.masking.standing`. What one of
    them alone wants masked is masked, and marked so."""
    stands = standing(entry.text, [(one.masks, dict(one.checks)) for one in read])
    kept, alone = ([words for words in stands if stands[words] == how] for how in ("kept", "alone"))
    return mask(entry.text, kept, alone)


def reason_of(readings: Iterable[Reading]) -> str:
    """Why a withheld comment is: the gravest reason that was named; empty where none was."""
    named = {one.reason for one in readings}
    return next((reason for reason in REASONS if reason in named), "")


def lay_out(wave_id: uuid.UUID, sheet: Sheet, entries: Iterable[Entry]) -> None:
    """Seal a wave's sheet and comments for the desk, under a new key."""
    key = blocks.new_key()
    wrapped, sealed = _seal(key, wave_id, "sheet", asdict(sheet))
    db.session.add(ReviewSheet(wave_id=wave_id, wrapped_key=wrapped, sealed=sealed))
    # Of two at once only one gets past this, so nobody destroys the key to the other's rows.
    db.session.flush()
    keys.destroy_all("review", wave_id)
    keys.put(_path(wave_id), key)
    for entry in entries:
        wrapped, sealed = _seal(key, wave_id, f"{entry.place}", asdict(entry))
        db.session.add(
            ReviewComment(wave_id=wave_id, place=entry.place, wrapped_key=wrapped, sealed=sealed)
        )
    db.session.flush()


def is_laid_out(wave_id: uuid.UUID) -> bool:
    """Whether the wave's comments are at the desk, or none of them may be."""
    return db.session.scalar(select(func.count()).where(ReviewSheet.wave_id == wave_id)) == 1


def is_readable(wave_id: uuid.UUID) -> bool:
    """Whether the key to what lies at the desk is still there, and opens the sheet."""
    try:
        return sheet(wave_id) is not None
    except (keys.MissingKey, blocks.BlockError):
        return False


def how_many(wave_id: uuid.UUID) -> int:
    """How many comments lie at the desk, readable or not."""
    rows = select(func.count()).where(ReviewComment.wave_id == wave_id)
    return db.session.scalar(rows) or 0


def sheet(wave_id: uuid.UUID) -> Sheet | None:
    """What is to be read of a wave; ``None`` before it is laid out and after it was taken away."""
    row = db.session.execute(
        select(ReviewSheet.wrapped_key, ReviewSheet.sealed).where(ReviewSheet.wave_id == wave_id)
    ).one_or_none()
    return None if row is None else sheet_from(_unseal(wave_id, "sheet", row))


def entry(wave_id: uuid.UUID, place: int) -> Entry | None:
    """One comment at the desk."""
    found = list(entries(wave_id, [place]))
    return found[0] if found else None


def entries(wave_id: uuid.UUID, places: Sequence[int] | None = None) -> Iterable[Entry]:
    """A wave's comments at the desk, in their order; only these places, if given. A row that
    somebody damaged is left out, as one that somebody deleted is."""
    query = select(ReviewComment.wrapped_key, ReviewComment.sealed, ReviewComment.place)
    query = query.where(ReviewComment.wave_id == wave_id).order_by(ReviewComment.place)
    if places is not None:
        query = query.where(ReviewComment.place.in_(places))
    for row in db.session.execute(query):
        with suppress(blocks.BlockError):
            yield entry_from(_unseal(wave_id, f"{row.place}", row))


def readings(wave_id: uuid.UUID) -> dict[int, list[Reading]]:
    """Everything that reviewers decided of a wave's comments, by place."""
    found: dict[int, list[Reading]] = {}
    rows = select(ReviewReading).where(ReviewReading.wave_id == wave_id)
    for row in db.session.scalars(rows.order_by(ReviewReading.sheaf, ReviewReading.reader)):
        for one in _opened(row):
            found.setdefault(one.place, []).append(one)
    return found


def keep(wave_id: uuid.UUID, reading: Reading) -> None:
    """Keep what a reviewer decided, in place of what they decided before. The caller holds the
    wave, so that what the same person does twice at once is done one after the other."""
    sheaf, reader = reading.place // SHEAF, bytes.fromhex(reading.reader)
    row = db.session.get(ReviewReading, (wave_id, sheaf, reader), populate_existing=True)
    kept = [] if row is None else [one for one in _opened(row) if one.place != reading.place]
    if row is None:
        row = ReviewReading(wave_id=wave_id, sheaf=sheaf, reader=reader)
        db.session.add(row)
    said = {"readings": [asdict(one) for one in [*kept, reading]]}
    row.wrapped_key, row.sealed = _seal(keys.get(_path(wave_id)), wave_id, _name(row), said)
    db.session.flush()


def lay_subjects(wave_id: uuid.UUID, found: Sequence[Subject]) -> None:
    """Seal what software found among a wave's comments, under the key that the desk has."""
    raw = {"subjects": [asdict(one) for one in found]}
    wrapped, sealed = _seal(keys.get(_path(wave_id)), wave_id, "subjects", raw)
    db.session.add(ReviewSubjects(wave_id=wave_id, wrapped_key=wrapped, sealed=sealed))
    db.session.flush()


def subjects(wave_id: uuid.UUID) -> tuple[Subject, ...] | None:
    """A wave's new subjects, the largest first; ``None`` before they were looked for. Of a row that
    somebody damaged nothing is left, nor of what was said of them."""
    kept = select(ReviewSubjects.wrapped_key, ReviewSubjects.sealed)
    row = db.session.execute(kept.where(ReviewSubjects.wave_id == wave_id)).one_or_none()
    if row is None:
        return None
    with suppress(blocks.BlockError):
        return tuple(map(subject_from, _unseal(wave_id, "subjects", row)["subjects"]))
    return ()


def namings(wave_id: uuid.UUID) -> list[Naming]:
    """Everything that reviewers made of a wave's new subjects."""
    rows = select(ReviewNaming).where(ReviewNaming.wave_id == wave_id)
    found: list[Naming] = []
    for row in db.session.scalars(rows.order_by(ReviewNaming.reader)):
        with suppress(blocks.BlockError):
            said = _unseal(wave_id, f"naming/{row.reader.hex()}", row)["namings"]
            found += [Naming(**one) for one in said]
    return found


def keep_naming(wave_id: uuid.UUID, naming: Naming) -> None:
    """Keep what a reviewer makes of a subject, in place of what they made of it before. The caller
    holds the wave."""
    mine = [one for one in namings(wave_id) if one.reader == naming.reader]
    said = [one for one in mine if one.subject != naming.subject]
    reader = bytes.fromhex(naming.reader)
    row = db.session.get(ReviewNaming, (wave_id, reader), populate_existing=True)
    if row is None:
        row = ReviewNaming(wave_id=wave_id, reader=reader)
        db.session.add(row)
    raw = {"namings": [asdict(one) for one in [*said, naming]]}
    key = keys.get(_path(wave_id))
    row.wrapped_key, row.sealed = _seal(key, wave_id, f"naming/{naming.reader}", raw)
    db.session.flush()


def _opened(row: ReviewReading) -> list[Reading]:
    """What a reviewer decided; nothing where somebody damaged the row."""
    with suppress(blocks.BlockError):
        return [reading_from(one) for one in _unseal(row.wave_id, _name(row), row)["readings"]]
    return []


def _name(row: ReviewReading) -> str:
    return f"{row.sheaf}/{row.reader.hex()}"


def mark_of(wave_id: uuid.UUID, account_id: uuid.UUID) -> str:
    """What stands for a reviewer in this wave and in no other."""
    key = keys.get(_path(wave_id))
    return hmac.digest(key, b"reader" + account_id.bytes, "sha256")[:16].hex()


def take_away(wave_id: uuid.UUID) -> None:
    """Delete a wave's rows at the desk. The key goes when that is committed."""
    for table in (ReviewNaming, ReviewSubjects, ReviewReading, ReviewComment, ReviewSheet):
        db.session.execute(
            delete(table).where(table.wave_id == wave_id),
            execution_options={"synchronize_session": False},
        )


def destroy_key(wave_id: uuid.UUID) -> None:
    """Make every copy of a wave's rows at the desk noise."""
    keys.destroy_all("review", wave_id)


def sheet_from(raw: Mapping[str, Any]) -> Sheet:
    """A sheet as it was sealed."""
    themes = tuple((name, title, meaning) for name, title, meaning in raw["themes"])
    questions = tuple(Question(**question) for question in raw["questions"])
    flags = tuple(map(tuple, raw["flags"]))
    return Sheet(**{**raw, "themes": themes, "questions": questions, "flags": flags})


def entry_from(raw: Mapping[str, Any]) -> Entry:
    """A comment as it was sealed."""
    codes = tuple(Code(*code) for code in raw["codes"])
    return Entry(**{**raw, "flags": tuple(raw["flags"]), "codes": codes})


def reading_from(raw: Mapping[str, Any]) -> Reading:
    """A reviewer's decision as it was sealed."""
    codes = None if raw["codes"] is None else tuple(Code(*code) for code in raw["codes"])
    # Reviews of before masks were checked have none.
    checks = tuple((words, said) for words, said in raw.get("checks", ()))
    return Reading(**{**raw, "masks": tuple(raw["masks"]), "codes": codes, "checks": checks})


def subject_from(raw: Mapping[str, Any]) -> Subject:
    """A new subject as it was sealed."""
    questions = tuple((name, int(n), int(closed)) for name, n, closed in raw["questions"])
    terms, examples = tuple(raw["terms"]), tuple(raw["examples"])
    return Subject(**{**raw, "terms": terms, "questions": questions, "examples": examples})


def _path(wave_id: uuid.UUID) -> Any:
    return keys.directory("review", wave_id) / KEY


def _seal(key: bytes, wave_id: uuid.UUID, what: str, raw: Mapping[str, Any]) -> tuple[bytes, bytes]:
    plain = json.dumps(raw).encode()
    plain += b" " * (-len(plain) % PAD)
    context = blocks.context(wave_id, f"review/{what}")
    return blocks.seal(key, plain, context)


def _unseal(wave_id: uuid.UUID, what: str, row: Any) -> dict[str, Any]:
    context = blocks.context(wave_id, f"review/{what}")
    plain = blocks.unseal(keys.get(_path(wave_id)), row.wrapped_key, row.sealed, context)
    found: dict[str, Any] = json.loads(plain)
    return found
