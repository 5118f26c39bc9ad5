"""The end of a pulse's answers: on the promised day their key is destroyed, and every copy of the
sealed blocks, in backups too, is noise. Results and the noticeboard stay.

What is destroyed cannot be brought back, so days are read from the noticeboard and not from the
wave's row, and a clock that is wrong for a while destroys nothing: the staff log tells of it first.
The auditors' files, which hold the same answers sealed, go by the same rules and sooner. So does
the scrambled list of names of a wave that was never opened.
"""

import calendar
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from surveyapp import keys
from surveyapp.extensions import db, opens
from surveyapp.formatting import local
from surveyapp.models.audit import AuditLine
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, audits, covenants, name_set, noticeboard, turns
from surveyapp.services.in_force import moment

FILES_KEPT = timedelta(days=30)  # after closing, as long as invitations
TOLD_BEFORE = timedelta(days=7)
KEY = "will destroy the key to the answers"
FILES = "will destroy the auditors’ files"
NAMES_KEPT = timedelta(days=30)  # after the promised day of results, if the wave was not opened
NAMES = "will destroy the list of names"
UNOPENED = ("committed", "open", "closed")


def ends(wave: Wave) -> date | None:
    """The day from which nobody can read the wave's answers; ``None`` before it has closed.

    As many months after closing as were promised. Answers from a file are kept as long from the day
    on which their results came out here.
    """
    promised = covenants.of(wave).get(covenants.KEPT) if wave.covenant else None
    since = covenants.closed_on(wave) if wave.covenant else _released(wave)
    months = promised or current_app.config["ANSWERS_KEPT_MONTHS"]
    return _later(date.fromisoformat(since), months) if since else None


def destroy_keys(now: datetime) -> None:
    """Destroy what unlocks the answers of each wave that is over, as far as this process holds it:
    the publisher the answers' key, the opener that of pair records no later wave was opened for.

    Tells the staff log a week before, and commits that.
    """
    for wave in _over(_published(), ends, _is_out_as_promised, KEY, now):
        if opens("box"):
            keys.destroy_pairs_key(wave.id)
        if opens("who") or not opens("box"):
            keys.destroy_all("publisher", wave.id)


def destroy_files(now: datetime) -> None:
    """Destroy what is sealed to witnesses and auditors, 30 days after closing. Whoever it was for
    had time to fetch it. Tells the staff log a week before, and commits that."""
    for wave in _over(_published(), _files_end, _is_out_as_promised, FILES, now):
        audits.forget(wave)


def destroy_names(now: datetime) -> None:
    """Destroy the scrambled list of names of each wave that was not opened 30 days after its
    results were promised: opening would have destroyed it. Tells the staff log a week before, and
    commits that.

    Should such a wave be opened after all, only names on the shipped lists go out of its comments,
    and reviewers are told to look for the others. A draft whose locking failed once its list was
    written loses it at once; locking writes it afresh.
    """
    for wave in _over(_unopened(), _names_end, covenants.is_as_posted, NAMES, now):
        name_set.destroy(wave.id)
    for wave in db.session.scalars(select(Wave).where(Wave.state == "draft")).all():
        if name_set.is_kept(wave.id):
            # It waits for whoever is locking it at this moment.
            turns.hold(wave)
            # What a row says is not enough: the noticeboard knows of promises that were locked.
            if wave.state == "draft" and not noticeboard.about(wave.id, ("COMMITTED",)):
                name_set.destroy(wave.id)
            db.session.commit()


def _unopened() -> list[Wave]:
    waves = db.session.scalars(select(Wave).where(Wave.state.in_(UNOPENED))).all()
    return [wave for wave in waves if name_set.is_kept(wave.id)]


def _names_end(wave: Wave) -> date | None:
    """The day from which a wave's list of names is gone, opened or not."""
    dates = covenants.in_force(wave).get("dates")
    return local(moment(dates["publishes"])).date() + NAMES_KEPT if dates else None


def _files_end(wave: Wave) -> date | None:
    """The day from which nobody can fetch the auditors' files; ``None`` where there are none."""
    closed = covenants.closed_on(wave) if audits.are_kept(wave) else None
    return date.fromisoformat(closed) + FILES_KEPT if closed else None


def _published() -> list[Wave]:
    return list(db.session.scalars(select(Wave).where(Wave.state == "published")))


def _over(
    waves: Iterable[Wave],
    ends: Callable[[Wave], date | None],
    stands: Callable[[Wave], bool],
    told: str,
    now: datetime,
) -> list[Wave]:
    """Those of the waves whose end has come and was told in the log a week before. Tells of those
    whose end is that near, and commits it. A wave that no longer ``stands`` as the noticeboard has
    it is left out."""
    today = local(now).date()
    newest = next(iter(audit.lines(1)), None)
    if newest is not None and date.fromisoformat(newest.date) > today + timedelta(days=1):
        # Once: this line is the newest then, and no telling before it counts any more.
        audit.record("scheduler", "found that the clock had been ahead", newest.date, on=today)
        db.session.commit()
    over = []
    for wave in waves:
        last = ends(wave)
        if last is None or last - TOLD_BEFORE > today or not stands(wave):
            continue
        if not _was_told(wave, told, today):
            audit.record("scheduler", told, _subject(wave), on=today)
            db.session.commit()
        if last <= today and _was_told(wave, told, today - TOLD_BEFORE):
            over.append(wave)
    return over


def _is_out_as_promised(wave: Wave) -> bool:
    """Whether results and promises are those of the noticeboard, where there are promises."""
    return covenants.is_out(wave) and (wave.covenant is None or covenants.is_as_posted(wave))


def _was_told(wave: Wave, told: str, by: date) -> bool:
    """Whether the log told of a wave's end by that day, and no line after it is older: then the
    clock was wrong. Lines date by two zones, so a day does not count."""
    for line in db.session.scalars(
        select(AuditLine).where(
            AuditLine.verb == told,
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
