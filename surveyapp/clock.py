"""The time, in one place. All times are UTC without a zone; pages show the organisation's zone."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
