"""The staff audit log: each line holds the hash of the one before, so a changed line shows."""

import hashlib
from datetime import date

from sqlalchemy import select, text

from surveyapp import clock
from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import db
from surveyapp.models.audit import AuditLine

NOTHING_BEFORE = "0" * 64
# An arbitrary number that stands for "the end of the audit log" in PostgreSQL's lock table.
_LOCK = 7_260_001


def record(
    actor: str, verb: str, subject: str, detail: str = "", *, on: date | None = None
) -> None:
    """Add a line to this transaction. ``actor`` is an address, or ``scheduler``."""
    _wait_for_turn()
    last = db.session.scalar(select(AuditLine).order_by(AuditLine.n.desc()).limit(1))
    line = AuditLine(
        n=0 if last is None else last.n + 1,
        prev=NOTHING_BEFORE if last is None else last.sha256,
        date=(on or clock.now().date()).isoformat(),
        actor=actor,
        verb=verb,
        subject=subject,
        detail=detail,
    )
    line.sha256 = hash_of(line)
    db.session.add(line)
    db.session.flush()


def _wait_for_turn() -> None:
    """Hold the end of the log until this transaction ends: two writers would fork the chain."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    else:
        # SQLite takes its one write lock at the first write, even one that changes nothing.
        db.session.execute(text("UPDATE audit_line SET n = n WHERE 1 = 0"))


def hash_of(line: AuditLine) -> str:
    """SHA-256 over everything a line says, the hash before it included."""
    said = {
        name: getattr(line, name)
        for name in ("n", "prev", "date", "actor", "verb", "subject", "detail")
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def lines(limit: int = 100) -> list[AuditLine]:
    """The newest lines, newest first."""
    return list(db.session.scalars(select(AuditLine).order_by(AuditLine.n.desc()).limit(limit)))


def check() -> list[str]:
    """One sentence a fault: a line changed, missing or out of order. Empty when all is sound."""
    problems: list[str] = []
    before = NOTHING_BEFORE
    expected = 0
    for line in db.session.scalars(select(AuditLine).order_by(AuditLine.n)):
        if line.n != expected:
            problems.append(f"Line {expected} of the audit log is missing.")
        elif line.prev != before:
            problems.append(f"Line {line.n} of the audit log does not follow the one before.")
        if hash_of(line) != line.sha256:
            problems.append(f"Line {line.n} of the audit log was changed.")
        expected, before = line.n + 1, line.sha256
    return problems


def days_end(today: date) -> AuditLine | None:
    """The last line of the days before this one."""
    before = select(AuditLine).where(AuditLine.date < today.isoformat())
    return db.session.scalar(before.order_by(AuditLine.n.desc()).limit(1))


def last_of(actor: str) -> AuditLine | None:
    """The newest line of this actor."""
    newest = select(AuditLine).where(AuditLine.actor == actor).order_by(AuditLine.n.desc())
    return db.session.scalar(newest.limit(1))
