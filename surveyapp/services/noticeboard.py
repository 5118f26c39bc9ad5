"""The public noticeboard: dated lines, each holding the hash of the one before.

A line is the canonical JSON of ``{n, prev, type, body, date}`` and its hash is the SHA-256 of those
bytes, so that anyone with the file can check it. Dates are days: a time would tell too much. With
each line the board is signed anew. ``docs/noticeboard.md`` describes every type.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, select, text

from surveyapp import keys
from surveyapp.crypto import merkle
from surveyapp.crypto.canonical import canonical
from surveyapp.crypto.checkpoint import Checkpoint
from surveyapp.extensions import db, opens
from surveyapp.models.audit import AuditLine
from surveyapp.models.publications import Notice, SignedCheckpoint
from surveyapp.services import noticeboard_key

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
    "AUDIT": "The log of what staff did was fixed",
    "RESTORED": "A backup was restored",
    "TOMBSTONE": "Something was removed",
    "KEY": "The key that signs this noticeboard was announced",
}


class Line(NamedTuple):
    """A line as it is stored; ``about``: the wave it is filed under."""

    n: int
    prev: str
    type: str
    body: dict[str, Any]
    date: str
    sha256: str
    about: str | None


_LINES = select(*(getattr(Notice, name) for name in Line._fields)).order_by(Notice.n)


def post(type: str, body: Mapping[str, object], *, on: date) -> Notice:
    """Add a line to this transaction, and sign the board that ends with it. Of two writers the
    second waits for the first. The first line of all announces the board's key."""
    if type not in TYPES:
        raise ValueError(f"{type} is not a type of notice")
    _wait_for_turn()
    announced = _announced()
    if announced is None:
        key = noticeboard_key.new()
        announced = {"origin": noticeboard_key.origin(), "ed25519": noticeboard_key.shown(key)}
        _add("KEY", announced, on)
    notice = _add(type, body, on)
    try:
        _sign(announced)
    except (noticeboard_key.KeyLost, PermissionError):
        # The opener and the publisher have no business with the office's keys: it signs for them.
        if opens("who"):
            raise
    return notice


def rotate(*, on: date) -> Notice:
    """Let a fresh key sign from here on. After the commit the caller destroys the old one with
    :func:`noticeboard_key.forget_others`."""
    _wait_for_turn()
    announced = _announced()
    if announced is None:
        raise LookupError("The noticeboard has no line yet, so it has no key.")
    old, fresh = str(announced["ed25519"]), noticeboard_key.shown(noticeboard_key.next_one())
    last = _last()
    place, prev = (last.n + 1, last.sha256) if last else (0, START)
    signature = noticeboard_key.of(old).sign(noticeboard_key.rotation(place, prev, old, fresh))
    body = {
        "origin": announced["origin"],
        "ed25519": fresh,
        "previous": old,
        "signature": signature.hex(),
    }
    notice = _add("KEY", body, on)
    _sign(body)
    return notice


def fix_log(last: AuditLine | None, *, on: date) -> Notice | None:
    """Post how the log of what staff did stood at the end of an earlier day, once."""
    if last is None or _told_of(last):
        return None
    _wait_for_turn()
    if _told_of(last):  # by another scheduler, while this one waited
        return None
    return post("AUDIT", {"lines": last.n + 1, "head": last.sha256}, on=on)


def sign() -> None:
    """Sign lines that were posted by a process without the board's key."""
    last, signed = _last(), _signed()
    if last is None or (signed is not None and signed.size > last.n):
        return
    _wait_for_turn()
    announced = _announced()
    if announced is not None:
        _sign(announced)


def lines(since: int = 0, limit: int | None = None) -> list[Line]:
    """The lines from number ``since`` on, oldest first; at most ``limit``."""
    query = _LINES.where(Notice.n >= since).limit(limit)
    return [Line(*row) for row in db.session.execute(query)]


def about(wave_id: object, types: Sequence[str] = TYPES) -> list[Line]:
    """The lines about one wave, oldest first; of some types only, if that is asked."""
    query = _LINES.where(Notice.about == str(wave_id), Notice.type.in_(types))
    return [Line(*row) for row in db.session.execute(query)]


def checkpoint() -> str:
    """The signed checkpoint of the board as it stands; empty before its first line."""
    signed = _signed()
    return signed.checkpoint if signed else ""


def words() -> list[str]:
    """The twelve words of the board as it stands; none before its first line."""
    signed = _signed()
    if signed is None:
        return []
    origin = signed.checkpoint.partition("\n")[0]
    peaks = [bytes.fromhex(peak) for peak in signed.peaks]
    return Checkpoint(origin, signed.size, merkle.root_of(peaks)).words()


def hand_out() -> None:
    """Leave the checkpoint where processes find it that may not open the office's database."""
    path, signed = _handed_out(), checkpoint().encode()
    if not signed or (path.is_file() and path.read_bytes() == signed):
        return
    keys.replace(path, signed)


def handed_out_words() -> list[str]:
    """The twelve words of the checkpoint that was last handed out; none before the first."""
    try:
        text, _, _ = _handed_out().read_text("utf-8").partition("\n\n")
    except FileNotFoundError:
        return []
    origin, size, root = text.split("\n")
    return Checkpoint(origin, int(size), base64.b64decode(root)).words()


def as_jsonl() -> str:
    """The whole board as anyone may download it, one canonical line each."""
    return "".join(bytes_of(notice).decode() + "\n" for notice in lines())


def bytes_of(notice: Line | Notice) -> bytes:
    """The bytes of a line: what its hash is made from, and a leaf of the board's tree."""
    return canonical(
        {
            "n": notice.n,
            "prev": notice.prev,
            "type": notice.type,
            "body": notice.body,
            "date": notice.date,
        }
    )


def _handed_out() -> Path:
    return keys.directory("public") / "checkpoint.txt"


def _wait_for_turn() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    else:
        # SQLite takes its one write lock at the first write, even one that changes nothing.
        db.session.execute(text("UPDATE notice SET n = n WHERE 1 = 0"))


def _told_of(last: AuditLine) -> bool:
    # An AUDIT line about a wave is another thing: that somebody fetched the auditor's file.
    of_log = select(Notice.body).where(Notice.type == "AUDIT", Notice.about.is_(None))
    newest = of_log.order_by(Notice.n.desc()).limit(1)
    told = db.session.scalar(newest)
    return told is not None and told.get("head") == last.sha256


def _last() -> Notice | None:
    return db.session.scalars(select(Notice).order_by(Notice.n.desc()).limit(1)).first()


def _announced() -> dict[str, object] | None:
    """The newest KEY line's body: whose key signs the board."""
    newest = select(Notice.body).where(Notice.type == "KEY").order_by(Notice.n.desc()).limit(1)
    return db.session.scalar(newest)


def _add(type: str, body: Mapping[str, object], on: date) -> Notice:
    last = _last()
    # After a clock that ran ahead the board stays on its day until that day comes.
    day = max(on.isoformat(), last.date) if last else on.isoformat()
    wave = body.get("wave")
    notice = Notice(
        n=last.n + 1 if last else 0,
        prev=last.sha256 if last else START,
        type=type,
        body=dict(body),
        date=day,
        about=str(wave) if wave else None,
    )
    notice.sha256 = hashlib.sha256(bytes_of(notice)).hexdigest()
    db.session.add(notice)
    db.session.flush()
    return notice


def _signed() -> SignedCheckpoint | None:
    return db.session.scalars(
        select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc())
    ).first()


def _sign(announced: Mapping[str, object]) -> None:
    """Replace the checkpoint by one of the board as it stands."""
    key = noticeboard_key.of(str(announced["ed25519"]))
    before = _signed()
    size = before.size if before else 0
    peaks = [bytes.fromhex(peak) for peak in before.peaks] if before else []
    for line in lines(size):
        peaks = merkle.grown(peaks, size, bytes_of(line))
        size += 1
    found = Checkpoint(str(announced["origin"]), size, merkle.root_of(peaks))
    db.session.execute(delete(SignedCheckpoint))
    db.session.add(
        SignedCheckpoint(
            size=found.size, checkpoint=found.signed(key), peaks=[peak.hex() for peak in peaks]
        )
    )
    db.session.flush()
