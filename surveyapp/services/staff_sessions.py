"""Signed-in browsers: found by a secret reference, of which only the hash is stored."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from surveyapp.extensions import db
from surveyapp.models.accounts import StaffSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)


def new_reference() -> str:
    """A fresh 256-bit reference for a cookie."""
    return secrets.token_urlsafe(32)


def digest(reference: str) -> bytes:
    """What is stored of a reference."""
    return hashlib.sha256(reference.encode()).digest()


def find(reference: str, now: datetime) -> StaffSession | None:
    """The session of this reference, unless it was idle or open for too long."""
    row = db.session.get(StaffSession, digest(reference))
    if row is None or now - row.seen_at > IDLE or now - row.started_at > ABSOLUTE:
        return None
    return row


def end_all(account_id: uuid.UUID) -> None:
    """Sign an account out of every browser."""
    db.session.execute(delete(StaffSession).where(StaffSession.account_id == account_id))


def forget_old(now: datetime) -> None:
    """Delete the sessions that no longer count."""
    db.session.execute(
        delete(StaffSession).where(
            or_(StaffSession.seen_at < now - IDLE, StaffSession.started_at < now - ABSOLUTE)
        )
    )
