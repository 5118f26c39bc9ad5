"""The reviewers' desk as it is kept: sealed rows in the office store, under a key of their own.

The publisher lays the comments out, the office shows them and keeps what reviewers decide, and the
publisher takes it all away. Nothing here knows a comment that its author did not let be read.
"""

import hmac
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
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
from surveyapp.services import review_register as register
from surveyapp.services.covenants import COMMENT_READERS

PAD = 512  # so that a row's length tells little of the comment's
SHEAF = 100
Outcome = Literal["unread", "differ", "cleared", "withheld"]


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


def lay_out(wave_id: uuid.UUID, sheet: Sheet, entries: Iterable[Entry]) -> None:
    """Seal a wave's sheet and comments for the desk, under a new key."""
    key = blocks.new_key()
    wrapped, sealed = _seal(key, wave_id, "sheet", asdict(sheet))
    db.session.add(ReviewSheet(wave_id=wave_id, wrapped_key=wrapped, sealed=sealed))
    # Of two at once only one gets past this, so nobody destroys the key to the other's rows.
    db.session.flush()
    again = register.is_begun(wave_id)
    keys.destroy_all("review", wave_id)
    keys.put(_path(wave_id), key)
    if again:
        # Somebody emptied the desk's tables, and with them what reviewers had decided.
        register.begin_lost(wave_id, {f"{n // SHEAF}" for n in range(sheet.total + 1)})
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
    """Everything that reviewers decided of a wave's comments, by place; see :func:`lost_places`."""
    found: dict[int, list[Reading]] = {}
    said, _ = _said(wave_id)
    for part, rows in said.items():
        for raw in (raw for row in rows if part != register.NAMINGS for raw in row["readings"]):
            one = reading_from(raw)
            found.setdefault(one.place, []).append(one)
    return found


def lost_places(wave_id: uuid.UUID, places: Iterable[int]) -> set[int]:
    """Those of these places of which decisions were lost, because somebody damaged or deleted rows
    or put back older ones: theirs and those of their sheaf count no more."""
    _, lost = _said(wave_id)
    return {place for place in places if f"{place // SHEAF}" in lost}


def keep(wave_id: uuid.UUID, reading: Reading) -> None:
    """Keep what a reviewer decided, in place of what they decided before. The caller holds the
    wave, so that what the same person does twice at once is done one after the other."""
    with _changing(wave_id, f"{reading.place // SHEAF}", reading.reader) as said:
        kept = [one for one in said.get("readings", ()) if one["place"] != reading.place]
        said["readings"] = [*kept, asdict(reading)]


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
    said, _ = _said(wave_id)
    return [Naming(**one) for row in said.get(register.NAMINGS, ()) for one in row["namings"]]


def keep_naming(wave_id: uuid.UUID, naming: Naming) -> None:
    """Keep what a reviewer makes of a subject, in place of what they made of it before. The caller
    holds the wave."""
    with _changing(wave_id, register.NAMINGS, naming.reader) as said:
        kept = [one for one in said.get("namings", ()) if one["subject"] != naming.subject]
        said["namings"] = [*kept, asdict(naming)]


@contextmanager
def _changing(wave_id: uuid.UUID, part: str, reader: str) -> Iterator[dict[str, Any]]:
    """What a reviewer said of a part, to be changed, and then sealed anew. Where that part is not
    as it was left, it begins anew."""
    named = part == register.NAMINGS
    table: type[ReviewNaming | ReviewReading] = ReviewNaming if named else ReviewReading
    sheaf = {} if named else {"sheaf": int(part)}
    place = {"wave_id": wave_id, **sheaf, "reader": bytes.fromhex(reader)}
    name = f"{part}/{reader}"
    with register.writing(wave_id, part, partial(_opens, wave_id, part)) as whole:
        if not whole:
            db.session.execute(delete(table).filter_by(wave_id=wave_id, **sheaf))
        row: Any = db.session.get(table, place, populate_existing=True)
        said = {} if row is None else _unseal(wave_id, name, row)
        yield said
        if row is None:
            row = table(**place)
            db.session.add(row)
        row.wrapped_key, row.sealed = _seal(keys.get(_path(wave_id)), wave_id, name, said)
        db.session.flush()


def _opens(wave_id: uuid.UUID, part: str, rows: Iterable[register.Row]) -> bool:
    """Whether every row of a part was sealed at this desk."""
    try:
        for row in rows:
            _unseal(wave_id, f"{part}/{row.reader.hex()}", row)
    except blocks.BlockError:
        return False
    return True


def _said(wave_id: uuid.UUID) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """What was decided, by part, as far as it is as it was left; and the parts that are not."""
    parts, lost = register.trusted(wave_id)
    found = {}
    for part, rows in parts.items():
        try:
            found[part] = [_unseal(wave_id, f"{part}/{row.reader.hex()}", row) for row in rows]
        except blocks.BlockError:
            # The register knows of no damage to a desk that is older than it.
            lost.add(part)
    return found, lost


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
    return keys.directory("review", wave_id) / register.KEY


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
