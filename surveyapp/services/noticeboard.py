"""The public noticeboard: dated lines, each holding the hash of the one before.

A line is the canonical JSON of ``{n, prev, type, body, date}`` and its hash is the SHA-256 of those
bytes, so that anyone with the file can check it. Dates are days: a time would tell too much.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select, text

from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import db
from surveyapp.models.publications import Notice

START = "0" * 64
# An arbitrary number that stands for the end of the board in PostgreSQL's lock table.
_LOCK = 7_260_002
TYPES = (
    "COMMITTED", "ROSTER", "OPEN", "AMENDED", "CLOSED", "OPENED", "HELD", "PUBLISHED", "ACTION",
    "ACTION_UPDATE", "AUDIT", "RESTORED", "TOMBSTONE", "KEY",
)  # fmt: skip

WORDS: Mapping[str, str] = {
    "COMMITTED": "Our promises were fixed and locked",
    "ROSTER": "The list of people invited was fixed",
    "OPEN": "The pulse opened",
    "AMENDED": "A rule was changed in the open",
    "CLOSED": "The pulse closed",
    "OPENED": "The answers were opened and shuffled",
    "HELD": "The results were held back",
    "PUBLISHED": "The results were published",
    "ACTION": "An answer to the results was given",
    "ACTION_UPDATE": "An answer to the results was updated",
    "AUDIT": "An auditor looked",
    "RESTORED": "A backup was restored",
    "TOMBSTONE": "Something was removed",
    "KEY": "A key was changed",
}


def post(type: str, body: Mapping[str, object], *, on: date) -> Notice:
    """Add a line to this transaction. Of two writers the second waits for the first."""
    if type not in TYPES:
        raise ValueError(f"{type} is not a type of notice")
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    else:
        # SQLite takes its one write lock at the first write, even one that changes nothing.
        db.session.execute(text("UPDATE notice SET n = n WHERE 1 = 0"))
    last = db.session.scalars(select(Notice).order_by(Notice.n.desc()).limit(1)).first()
    notice = Notice(
        n=last.n + 1 if last else 0,
        prev=last.sha256 if last else START,
        type=type,
        body=dict(body),
        date=on.isoformat(),
    )
    notice.sha256 = hashlib.sha256(_bytes(notice)).hexdigest()
    db.session.add(notice)
    db.session.flush()
    return notice


def lines() -> list[Notice]:
    """Every line, oldest first."""
    return list(db.session.scalars(select(Notice).order_by(Notice.n)))


def about(wave_id: object) -> list[Notice]:
    """The lines about one wave, oldest first."""
    return [notice for notice in lines() if notice.body.get("wave") == str(wave_id)]


def check() -> list[str]:
    """What is wrong with the stored board, one sentence each; empty when it is sound."""
    problems: list[str] = []
    expected, previous_date = START, ""
    for place, notice in enumerate(lines()):
        if notice.n != place:
            problems.append(f"Line {place} is missing.")
            break
        if notice.prev != expected:
            problems.append(f"Line {place} does not follow from the line before it.")
        if hashlib.sha256(_bytes(notice)).hexdigest() != notice.sha256:
            problems.append(f"Line {place} was changed after it was written.")
        if notice.date < previous_date:
            problems.append(f"Line {place} is dated before the line above it.")
        expected, previous_date = notice.sha256, notice.date
    return problems


def as_jsonl() -> str:
    """The whole board as anyone may download it, one canonical line each."""
    return "".join(_bytes(notice).decode() + "\n" for notice in lines())


def _bytes(notice: Notice) -> bytes:
    return canonical(
        {
            "n": notice.n,
            "prev": notice.prev,
            "type": notice.type,
            "body": notice.body,
            "date": notice.date,
        }
    )
