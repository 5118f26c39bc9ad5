"""The time, in one place. All times are UTC without a zone; pages show the organisation's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_instead: ContextVar[datetime | None] = ContextVar("instead", default=None)


def now() -> datetime:
    """This moment in UTC, to the second."""
    return _instead.get() or datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def as_if(moment: datetime) -> Iterator[None]:
    """Let this thread live at another moment: for the demo's made-up past, and for tests."""
    token = _instead.set(moment)
    try:
        yield
    finally:
        _instead.reset(token)
