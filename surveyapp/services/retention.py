"""The end of a pulse's answers: on the promised day their key is destroyed, and every copy of the
sealed blocks, in backups too, is noise. Results and the noticeboard stay."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime

from flask import current_app
from sqlalchemy import func, select

from surveyapp import keys
from surveyapp.extensions import db, opens
from surveyapp.formatting import local
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import covenants


def ends(wave: Wave) -> date | None:
    """The day from which nobody can read the wave's answers; ``None`` before it has closed.

    As many months after closing as were promised. Answers from a file are kept as long from the day
    on which their results came out here.
    """
    promised = covenants.of(wave).get(covenants.KEPT) if wave.covenant else None
    since = wave.closed_on if wave.covenant else _released(wave)
    months = promised or current_app.config["ANSWERS_KEPT_MONTHS"]
    return _later(date.fromisoformat(since), months) if since else None


def over(now: datetime) -> Iterator[Wave]:
    """The published waves whose answers nobody may read any more."""
    today = local(now).date()
    for wave in db.session.scalars(select(Wave).where(Wave.state == "published")):
        last = ends(wave)
        if last is not None and last <= today:
            yield wave


def destroy_keys(now: datetime) -> None:
    """Destroy what unlocks the answers of each wave that is over, as far as this process holds it:
    the publisher the answers' key, the opener that of pair records no later wave was opened for."""
    for wave in over(now):
        if opens("box"):
            keys.destroy_pairs_key(wave.id)
        if opens("who") or not opens("box"):
            keys.destroy_all("publisher", wave.id)


def _released(wave: Wave) -> str | None:
    first = select(func.min(Publication.released_on)).where(Publication.wave_id == wave.id)
    return db.session.scalar(first)


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
