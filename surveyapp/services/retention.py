"""The end of a pulse's answers: on the promised day their key is destroyed, and every copy of the
sealed blocks, in backups too, is noise. Results and the noticeboard stay.

What is destroyed cannot be brought back, so days are read from the noticeboard and not from the
wave's row, and a clock that is wrong for a while destroys nothing: the staff log tells of it first.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from surveyapp import keys
from surveyapp.extensions import db, opens
from surveyapp.formatting import local
from surveyapp.models.audit import AuditLine
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, covenants, noticeboard

TOLD_BEFORE = timedelta(days=7)
TOLD = "will destroy the key to the answers"


def ends(wave: Wave) -> date | None:
    """The day from which nobody can read the wave's answers; ``None`` before it has closed.

    As many months after closing as were promised. Answers from a file are kept as long from the day
    on which their results came out here.
    """
    promised = covenants.of(wave).get(covenants.KEPT) if wave.covenant else None
    since = covenants.closed_on(wave) if wave.covenant else _released(wave)
    months = promised or current_app.config["ANSWERS_KEPT_MONTHS"]
    return _later(date.fromisoformat(since), months) if since else None


def over(now: datetime) -> Iterator[Wave]:
    """The published waves whose answers nobody may read any more, of which the log told in time."""
    today = local(now).date()
    for wave, last in _ending(today):
        if last <= today and _was_told(wave, today - TOLD_BEFORE):
            yield wave


def destroy_keys(now: datetime) -> None:
    """Destroy what unlocks the answers of each wave that is over, as far as this process holds it:
    the publisher the answers' key, the opener that of pair records no later wave was opened for.

    Tells the staff log a week before, and commits that.
    """
    today = local(now).date()
    newest = next(iter(audit.lines(1)), None)
    if newest is not None and date.fromisoformat(newest.date) > today + timedelta(days=1):
        # Once: this line is the newest then, and no telling before it counts any more.
        audit.record("scheduler", "found that the clock had been ahead", newest.date, on=today)
        db.session.commit()
    for wave, last in _ending(today):
        if last - TOLD_BEFORE <= today and not _was_told(wave, today):
            audit.record("scheduler", TOLD, _subject(wave), on=today)
            db.session.commit()
    for wave in over(now):
        if opens("box"):
            keys.destroy_pairs_key(wave.id)
        if opens("who") or not opens("box"):
            keys.destroy_all("publisher", wave.id)


def _ending(today: date) -> list[tuple[Wave, date]]:
    """The waves that are out by the noticeboard's word, and the day on which each one's time ends,
    as far as it is not longer than a week away."""
    found = []
    for wave in db.session.scalars(select(Wave).where(Wave.state == "published")):
        last = ends(wave)
        if last is None or last - TOLD_BEFORE > today:
            continue
        out = noticeboard.about(wave.id, ("PUBLISHED",))
        if wave.covenant is None or (out and covenants.is_as_posted(wave)):
            found.append((wave, last))
    return found


def _was_told(wave: Wave, by: date) -> bool:
    """Whether the log told of a wave's end by that day, and no line after it is older: then the
    clock was wrong. Lines date by two zones, so a day does not count."""
    for line in db.session.scalars(
        select(AuditLine).where(
            AuditLine.verb == TOLD,
            AuditLine.subject == _subject(wave),
            AuditLine.date <= by.isoformat(),
        )
    ):
        before = (date.fromisoformat(line.date) - timedelta(days=1)).isoformat()
        older = select(AuditLine.n).where(AuditLine.n > line.n, AuditLine.date < before)
        if db.session.scalar(older.limit(1)) is None:
            return True
    return False


def _subject(wave: Wave) -> str:
    return f"wave {wave.programme.slug}/{wave.number}"


def _released(wave: Wave) -> str | None:
    first = select(func.min(Publication.released_on)).where(Publication.wave_id == wave.id)
    return db.session.scalar(first)


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
