"""How dates and numbers read on a page."""

from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from analysis.printing import number
from analysis.summary import BAND_WORDS, VERDICT_SHAPES, VERDICT_WORDS


def local(moment: datetime) -> datetime:
    """A stored UTC time in the organisation's zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(current_app.config["TIMEZONE"]))


def day(value: datetime | date | str) -> str:
    """``4 December 2026``, from a stored UTC time, a date or an ISO date."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    elif isinstance(value, datetime):
        value = local(value)
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """``Friday 4 December 2026, 9:00 am``, from a stored UTC time."""
    there = local(value)
    clock = f"{there:%I:%M %p}".lstrip("0").lower()
    return f"{there:%A} {there.day} {there:%B %Y}, {clock}"


def score(value: float) -> str:
    """``62`` or ``61.9``: a released figure with no digit more than was released."""
    return number(value)


def office(app: Flask, path: str) -> str:
    """The address of an office page, also at a door that does not serve it."""
    if app.config["ROLE"] in ("all", "office"):
        return path
    return str(app.config["BASE_URL"]).rstrip("/") + path


def init_app(app: Flask) -> None:
    """Offer these as template filters, and the words and shapes of verdicts to every template."""
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["score"] = score
    app.jinja_env.globals["office"] = partial(office, app)
    app.jinja_env.globals["verdict_words"] = VERDICT_WORDS
    app.jinja_env.globals["verdict_shapes"] = VERDICT_SHAPES
    app.jinja_env.globals["band_words"] = BAND_WORDS
