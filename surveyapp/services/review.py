"""What the publisher does for the reviewers' desk, and what comes back from it.

After opening it lays out the comments that may be read; once the results are out it takes them away
and keeps what was decided with the answers, under the wave's own key. *Themes only* comments are
left out before anything else happens to a comment here.
"""

import io
import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analysis.dataset import Comment, descendants
from analysis.dataset import Wave as Data
from analysis.disclosure import Rule
from analysis.instrument import Instrument, Item
from analysis.text.asked import asked_before
from analysis.text.audit_sample import CODED_TWICE, AuditSample, draw_audit
from analysis.text.codebook import load as codebook
from analysis.text.coder import Coder, first_coder
from analysis.text.counts import text_theme
from analysis.text.human_codes import BLIND, Code, HumanCode
from analysis.text.masking import moved
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook, over, told_coders
from analysis.text.own_coder import with_own
from analysis.text.redact import redact
from surveyapp.extensions import answers_session, db
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    answer_blocks,
    authoring,
    covenants,
    own_codebooks,
    publishing,
    redacting,
)
from surveyapp.services import audit as log
from surveyapp.services import review_sheets as sheets
from surveyapp.services.review_reasons import DIFFER, GONE, MASKED, UNREAD, gravest
from surveyapp.services.review_record import Record
from surveyapp.services.review_subjects import Settled, settled

BLOCK = "review"
MAY_BE_READ = ("publish", "board")
FIRST = ("escalate", "quasi_identifier")


@dataclass(frozen=True)
class Cleared:
    """A comment that two reviewers cleared: everybody may read it where ``use`` is ``publish``,
    the board alone where it is ``board``. ``unit`` is a directorate or the whole organisation.
    ``codes`` are people's where they coded it, else the software's, with their places in ``text``;
    a code whose evidence was masked has the whole text."""

    comment: str
    question: str
    text: str
    unit: str
    unit_name: str
    use: str
    codes: tuple[Code, ...]


def prepare(wave: Wave) -> bool:
    """Lay out an opened wave's comments for the desk; give whether it was done now.

    Only where the wave promised that reviewers read what its authors let be read.
    """
    if not covenants.reads_comments(wave) or sheets.is_laid_out(wave.id):
        return False
    if answer_blocks.read(wave.id, BLOCK) is not None:
        return False
    data = publishing.load(wave)
    sheet, entries = laid_out(
        data,
        authoring.instrument_of(wave),
        covenants.rule_of(wave),
        own=own_codebooks.of_wave(wave),
    )
    block = io.BytesIO(answer_blocks.read(wave.id, "comments") or b"")
    known = redacting.UNKNOWN not in pl.read_parquet_metadata(block)
    sheets.lay_out(wave.id, replace(sheet, roster=known), entries)
    about = f"{wave.programme.slug} {wave.number}"
    log.record(publishing.SCHEDULER, "laid comments out for review", about)
    return True


def laid_out(
    data: Data,
    instrument: Instrument,
    rule: Rule,
    coder: Coder | None = None,
    own: OwnCodebook = NO_OWN,
) -> tuple[sheets.Sheet, list[sheets.Entry]]:
    """The sheet and the comments of a wave for the desk, in the order in which they are read:
    what tells of harm first, then what may point to one person, then by chance, the sample first.

    A question is read when enough people answered and enough comments to it may be read (D12).
    """
    used = with_own(coder or first_coder(), own)
    readable = [
        (str(place), comment)
        for place, comment in enumerate(data.comments)
        if comment.use in MAY_BE_READ
    ]
    questions: list[sheets.Question] = []
    found: list[sheets.Entry] = []
    few = 0
    for item in instrument.texts:
        rows = _coded(
            [row for row in readable if row[1].question == item.id], item, instrument, used
        )
        if data.responses.height < rule.comments_answers or len(rows) < rule.comments:
            few += 1
            continue
        drawn = draw_audit({row.id: row.use for row in rows}, secrets.randbits(63))
        blind = {**dict.fromkeys(drawn.comments, 1), **dict.fromkeys(drawn.twice, 2)}
        found += [replace(row, blind=blind.get(row.id, 0)) for row in rows]
        questions.append(
            sheets.Question(item.id, item.text, item.purpose, len(rows), drawn.to_dict())
        )
    seed = secrets.randbits(63)
    placed = [
        replace(entry, place=place)
        for place, entry in enumerate(_in_turn(_named(found, data, rule), questions, seed), 1)
    ]
    book = over(codebook(), own)
    sheet = sheets.Sheet(
        seed=seed,
        coder=used.mark,
        codebook=book.version,
        themes=tuple((theme.id, theme.title, told_coders(theme)) for theme in book.themes),
        questions=tuple(questions),
        few=few,
        flags=tuple(entry.flags for entry in placed),
    )
    return sheet, placed


def _coded(
    rows: Sequence[tuple[str, Comment]], item: Item, instrument: Instrument, coder: Coder
) -> list[sheets.Entry]:
    """The comments with content to one question, redacted and coded by the software."""
    about, before = text_theme(item, instrument), asked_before(item, instrument)
    question = coder.question(item.text, item.purpose, about, before)
    redacted = [redact(comment.text) for _, comment in rows]
    every = coder.code_all([one.text for one in redacted], [question] * len(rows))
    found = []
    for (comment_id, comment), clean, coded in zip(rows, redacted, every, strict=True):
        if coded.empty:
            continue
        mentions = coded.mentions
        found.append(
            sheets.Entry(
                place=0,
                id=comment_id,
                question=item.id,
                text=clean.text,
                unit=comment.unit,
                unit_name="",
                use=comment.use,
                flags=tuple(flag for flag in FIRST if flag in (*clean.flags, *coded.flags)),
                codes=tuple(
                    Code(m.theme, m.direction, m.function, m.start, m.end) for m in mentions
                ),
                blind=0,
            )
        )
    return found


def _named(found: Sequence[sheets.Entry], data: Data, rule: Rule) -> list[sheets.Entry]:
    """Each with its directorate where all of them are large enough, else with the whole
    organisation alone: one left out would tell where the others come from. A comment that names no
    group is the whole organisation's."""
    below = descendants(data.units)
    whole = data.root
    found = [replace(entry, unit=entry.unit or whole.id) for entry in found]
    counts: Counter[str] = Counter(data.responses["unit"].to_list())
    written = Counter((entry.unit, entry.question) for entry in found)
    large = all(
        sum(
            counts[unit]
            for unit in ({directorate} if directorate == whole.id else below[directorate])
        )
        >= rule.comments_answers
        and comments >= rule.comments
        for (directorate, _), comments in written.items()
    )
    names = {unit.id: unit.name for unit in data.units}
    units = [entry.unit if large else whole.id for entry in found]
    return [
        replace(entry, unit=unit, unit_name=names[unit])
        for entry, unit in zip(found, units, strict=True)
    ]


def _in_turn(
    found: Sequence[sheets.Entry], questions: Sequence[sheets.Question], seed: int
) -> list[sheets.Entry]:
    chance = np.random.default_rng(seed).permutation(len(found))
    # The sample in the order in which it was drawn: as far as it goes, it is a random sample.
    turn = {
        comment: place
        for question in questions
        for place, comment in enumerate(question.audit["comments"])
    }

    def key(row: int) -> tuple[int, int, int]:
        entry = found[row]
        flagged = next((n for n, flag in enumerate(FIRST) if flag in entry.flags), len(FIRST))
        return flagged, turn.get(entry.id, len(found)), int(chance[row])

    return [found[row] for row in sorted(range(len(found)), key=key)]


def put_away(wave: Wave) -> bool:
    """Once the results are out: keep the review with the answers, and leave nothing at the desk.

    Commits store by store; after a crash the next round finishes. Gives whether there was anything.
    Where the desk's key is lost there is nothing to keep.
    """
    if not sheets.is_laid_out(wave.id):
        return False
    record = _at_the_desk(wave.id) if sheets.is_readable(wave.id) else None
    if record is not None:
        answer_blocks.write(wave.id, BLOCK, record.to_bytes())
        answers_session().commit()
    sheets.take_away(wave.id)
    db.session.commit()
    sheets.destroy_key(wave.id)
    return True


def audit(wave_id: uuid.UUID) -> list[HumanCode]:
    """The random sample as people coded it blind, in the order in which it was drawn, question by
    question: as far as it was coded without a gap, which is a random sample all the same.

    A comment that was to be coded twice has two rows one after the other, if it was; the first
    counts, the second says how far two people agree.
    """
    record = _record(wave_id)
    if record is None:
        return []
    by_id = {entry.id: entry for entry in record.entries}
    found: list[HumanCode] = []
    for question in record.sheet.questions:
        drawn = AuditSample.from_dict(question.audit)
        for place, comment in enumerate(drawn.comments):
            entry = by_id.get(comment)
            read = record.readings.get(entry.place, []) if entry else []
            blind = [one for one in read if one.seen == BLIND]
            if entry is None or not blind:
                break
            wanted = 2 if place < CODED_TWICE else 1
            found += [_human(record, entry, one) for one in blind[:wanted]]
    return found


def seeds(wave_id: uuid.UUID) -> dict[str, int]:
    """The seed by which each question's random sample was drawn, by question."""
    record = _record(wave_id)
    if record is None:
        return {}
    return {one.id: int(one.audit["seed"]) for one in record.sheet.questions}


def cleared(wave_id: uuid.UUID) -> list[Cleared]:
    """The comments that may be quoted, in the desk's random order, masked as reviewers said."""
    record = _record(wave_id)
    if record is None:
        return []
    return [
        _cleared(entry, record.readings[entry.place])
        for entry in sorted(record.entries, key=lambda entry: entry.place)
        if sheets.outcome_of(entry, record.readings.get(entry.place, [])) == "cleared"
    ]


def new_subjects(wave_id: uuid.UUID) -> Settled:
    """What reviewers made of the subjects that no theme covers."""
    record = _record(wave_id)
    return (
        settled(record.subjects, record.namings, record.readings.values())
        if record
        else settled((), ())
    )


def withheld(wave_id: uuid.UUID) -> Counter[str]:
    """How many comments that may be read are not quoted, by reason: those of
    :data:`review_reasons.TOLD`. ``differ`` is one that two reviewers read, of whom one withheld it,
    and that no third decided; ``unread`` one that no two read in time. One of which reviewers
    masked more than half between them is withheld as ``masked``; one that is no longer at the desk,
    or cannot be read there, is ``gone``, and so is one whose decisions were."""
    record = _record(wave_id)
    found: Counter[str] = Counter()
    for entry in record.entries if record else ():
        read = record.readings.get(entry.place, []) if record else []
        said = sheets.outcome_of(entry, read)
        if said == "withheld":
            found[gravest({one.reason for one in read}) or MASKED] += 1
        elif said != "cleared":
            found[DIFFER if said == "differ" else UNREAD] += 1
    if record is not None and len(record.entries) < record.sheet.total:
        found[GONE] = record.sheet.total - len(record.entries)
    return found


def read(wave_id: uuid.UUID) -> list[tuple[sheets.Entry, list[sheets.Reading]]]:
    """Every comment that could be read, with what reviewers decided of it."""
    record = _record(wave_id)
    entries = record.entries if record else ()
    return [(one, record.readings.get(one.place, []) if record else []) for one in entries]


def _cleared(entry: sheets.Entry, read: Sequence[sheets.Reading]) -> Cleared:
    done = sheets.masked(entry, read)
    people = next((one.codes for one in read if one.codes is not None), None)
    codes = []
    for code in entry.codes if people is None else people:
        start, end = moved(code.start, code.end, done.hidden, done.marks) or (0, len(done.text))
        codes.append(code._replace(start=start, end=end))
    return Cleared(
        comment=entry.id,
        question=entry.question,
        text=done.text,
        unit=entry.unit,
        unit_name=entry.unit_name,
        use=entry.use,
        codes=tuple(codes),
    )


def _human(record: Record, entry: sheets.Entry, one: sheets.Reading) -> HumanCode:
    return HumanCode(
        comment=entry.id,
        question=entry.question,
        text=entry.text,
        codes=one.codes or (),
        kind="audit",
        coder=record.reader(one.reader),
        codebook=record.sheet.codebook,
        seen=one.seen,
    )


def _record(wave_id: uuid.UUID) -> Record | None:
    """The review as it stands at the desk, or as it was put away."""
    block = answer_blocks.read(wave_id, BLOCK)
    return _at_the_desk(wave_id) if block is None else Record.from_bytes(block)


def _at_the_desk(wave_id: uuid.UUID) -> Record | None:
    sheet = sheets.sheet(wave_id)
    if sheet is None:
        return None
    entries, readings = list(sheets.entries(wave_id)), sheets.readings(wave_id)
    # Nobody can tell whether a comment was withheld whose decisions were lost: it is lost itself,
    # unless two have read it anew.
    lost = sheets.lost_places(wave_id, (one.place for one in entries))
    return Record(
        sheet,
        tuple(
            one
            for one in entries
            if one.place not in lost or sheets.outcome(readings.get(one.place, [])) != "unread"
        ),
        readings,
        sheets.subjects(wave_id) or (),
        tuple(sheets.namings(wave_id)),
    )
