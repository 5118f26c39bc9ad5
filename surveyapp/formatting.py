"""How dates and numbers read on a page."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app


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


def init_app(app: Flask) -> None:
    """Offer these as template filters."""
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["moment"] = moment
