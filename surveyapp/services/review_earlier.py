"""What earlier pulses lend to the search for new subjects: comments that reviewers could read, and
the subjects that they named.

Only pulses whose results are out and whose answers are still there lend anything. Comments come
from the reviews that were put away, which never held one that its author did not let be read.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from analysis.text.masking import BY_PEOPLE
from surveyapp.crypto.blocks import BlockError
from surveyapp.keys import MissingKey
from surveyapp.models.surveys import Wave
from surveyapp.services import answer_blocks, covenants, results, review
from surveyapp.services import review_sheets as sheets
from surveyapp.services.review_record import Record
from surveyapp.services.review_subjects import settled

POOLED = 3  # how many pulses lend to the next
LIKE, FEWEST = 0.5, 3
Asked = tuple[str, str, str]  # a question's id, text and purpose


@dataclass(frozen=True)
class Lent:
    """A comment of an earlier pulse as reviewers left it. ``subject`` is the name of the one that
    it was grouped under, where the results have that name and the author let it be published."""

    wave: int
    label: str
    question: str
    text: str
    unit: str
    use: str
    subject: str = ""


def lent(wave: Wave, asked: Collection[Asked]) -> list[Lent]:
    """Comments to the same questions in the last pulses of a programme, the newest pulse first.

    Without those that reviewers withheld, and with every word masked that one of them masked.
    """
    found: list[Lent] = []
    for earlier in _last(wave):
        record = _put_away(earlier.id)
        if record is not None:
            found += _comments(earlier, record, asked)
    return found


def _last(wave: Wave) -> list[Wave]:
    """The last pulses before this one whose results are out and whose comments were read."""
    out = [
        one
        for one in sorted(wave.programme.waves, key=lambda one: -one.number)
        if one.number < wave.number and one.state == "published" and covenants.reads_comments(one)
    ]
    return out[:POOLED]


def _put_away(wave_id: uuid.UUID) -> Record | None:
    """A pulse's review; ``None`` where there was none, once nobody can read its answers, and where
    somebody damaged it: no later pulse is searched less for that."""
    block = None
    with suppress(MissingKey, BlockError):
        block = answer_blocks.read(wave_id, review.BLOCK)
    return Record.from_bytes(block) if block else None


def _comments(wave: Wave, record: Record, asked: Collection[Asked]) -> Iterable[Lent]:
    same = {one.id for one in record.sheet.questions if (one.id, one.text, one.purpose) in asked}
    told = _told(wave)
    subjects = {
        comment: one.name
        for one in settled(record.subjects, record.namings, record.readings.values()).named
        if one.name in told
        for comment in one.examples
    }
    for entry in record.entries:
        read = record.readings.get(entry.place, [])
        if entry.question in same and sheets.outcome_of(entry, read) != "withheld":
            yield Lent(
                wave=wave.number,
                label=wave.label,
                question=entry.question,
                # A mark is no word of theirs.
                text=BY_PEOPLE.sub(" ", sheets.masked(entry, read).text),
                unit=entry.unit,
                use=entry.use,
                subject=subjects.get(entry.id, ""),
            )


def _told(wave: Wave) -> set[str]:
    """The subjects that everybody can read of in a pulse's results."""
    sent = results.publication_of(wave)
    if sent is None:
        return set()
    return {name for result in results.summary_of(sent).text for name, _ in result.subjects}


def looks_like(group: Sequence[Lent], every: Iterable[Lent]) -> tuple[str, str]:
    """The name and the pulse of the earlier subject that a group looks like, both empty where there
    is none: ``group`` are the earlier comments that lie in it, ``every`` all that were lent.

    It looks like one when three comments or more of that subject lie in it, and they are half or
    more of the subject's, or of the comments that it has of that pulse: an overlap coefficient of
    .5 (Szymkiewicz–Simpson). The newest pulse goes before an older one, then the larger overlap.
    """
    may_be_published = [one for one in group if one.use == "publish"]
    of_pulse = Counter(one.wave for one in may_be_published)
    of_subject = Counter((one.wave, one.label, one.subject) for one in every if one.subject)
    inside = Counter((one.wave, one.label, one.subject) for one in may_be_published if one.subject)
    rated = [
        (wave, share, both, name, label)
        for (wave, label, name), both in inside.items()
        if both >= FEWEST
        and (share := both / min(of_subject[wave, label, name], of_pulse[wave])) >= LIKE
    ]
    if not rated:
        return "", ""
    *_, name, label = max(rated)
    return name, label
