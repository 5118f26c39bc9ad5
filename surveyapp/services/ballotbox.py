"""The ballot box: takes sealed ballots and can open none.

It checks what can be checked from outside: the class's credential, the ballot key's signature,
the size, and that the wave's box is open. It learns neither who sent a ballot nor what it says,
and needs no other store.
"""

import hashlib
import uuid
from typing import Any

from sqlalchemy import CursorResult, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from surveyapp import keys
from surveyapp.crypto import ballot
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import box_session, read
from surveyapp.models.ballots import Ballot, Poll
from surveyapp.prepared import Prepared
from surveyapp.services import doors, terms


class BadBallot(Rejected):
    """The record is no ballot of an open wave; ``reason`` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__("These answers could not be taken. Open your link again and resend them.")
        self.reason = reason


class Superseded(NotNow):
    """Newer answers from the same ballot key are in the box already."""

    def __init__(self) -> None:
        super().__init__("Newer answers have been sent already, and those are kept.")


class BoxClosed(NotNow):
    """The wave takes no ballots now."""

    title = "This pulse is not open"

    def __init__(self) -> None:
        super().__init__("Answers can be sent only between opening and closing.")


def cast(record: bytes) -> None:
    """Take a ballot. An exact repeat is taken again to no effect; a higher counter replaces; a
    lower one, or other bytes under the same, is refused with :class:`Superseded`. An envelope that
    lies under another ballot key already is refused.

    The caller commits, and only then tells the respondent. SQLite syncs every commit to disk.
    """
    keep(check(record), record)


def check(record: bytes) -> ballot.Record:
    """The ballot that these bytes are, when credential, signature and size are right and the box
    is open. Writes nothing."""
    try:
        given = ballot.Record.from_bytes(record)
        _must_be_open(given.wave_id)
        conditions = terms.of(given.wave_id)
        ballot.verify(
            given,
            conditions.classes[given.class_key],
            envelopes=len(conditions.lid.outer),
            size=conditions.lid.size,
        )
    except ballot.BallotError as error:
        raise BadBallot(error.reason) from error
    except (keys.MissingKey, KeyError) as error:
        raise BadBallot("class") from error
    return given


def keep(given: ballot.Record, record: bytes) -> None:
    """Put in what :func:`check` let through; see :func:`cast`."""
    row = {
        "key_sha256": given.key_sha256,
        "wave_id": given.wave_id,
        "class_key": given.class_key,
        "counter": given.counter,
        "envelope_sha256": hashlib.sha256(given.outer[0]).digest(),
        "record": record,
    }
    session = box_session()
    try:
        done = _put(row)
    except IntegrityError:
        # PostgreSQL says so also of the same ballot sent twice at once; by now one of them is in.
        session.rollback()
        try:
            done = _put(row)
        except IntegrityError as error:
            session.rollback()
            raise BadBallot("repeated") from error
    if not doors.still_open(session, Poll, given.wave_id):
        session.rollback()
        raise BoxClosed
    if done.rowcount != 1 and _kept(given.key_sha256) != record:
        raise Superseded


def _put(row: dict[str, object]) -> CursorResult[Any]:
    connection = box_session().connection()
    return _UPSERT[connection.dialect.name].run(connection, row)


def admit(wave_id: uuid.UUID) -> None:
    """Take this wave's ballots from now on. Never opens again what was shut. Commits."""
    doors.open_once(box_session(), Poll, wave_id)


def shut(wave_id: uuid.UUID) -> None:
    """Take no more of this wave's ballots, in any process. Waits for those on their way, and
    commits: what :func:`leaves` lists after this stays so."""
    doors.shut(box_session(), Poll, wave_id)


def leaves(wave_id: uuid.UUID) -> list[str]:
    """The SHA-256 of each record in the box, sorted, so that nobody sees who came when."""
    records = box_session().scalars(select(Ballot.record).where(Ballot.wave_id == wave_id))
    return sorted(hashlib.sha256(record).hexdigest() for record in records)


def counter(key_sha256: bytes) -> int:
    """The counter of the ballot kept under this ballot key; 0 when there is none."""
    found = box_session().scalar(select(Ballot.counter).where(Ballot.key_sha256 == key_sha256))
    return found or 0


def count(wave_id: uuid.UUID) -> int:
    """How many ballots of a wave are in the box."""
    number = box_session().scalar(
        select(func.count()).select_from(Ballot).where(Ballot.wave_id == wave_id)
    )
    return number or 0


def _must_be_open(wave_id: uuid.UUID) -> None:
    if not read("box", _OPEN, {"wave": wave_id}):
        raise BoxClosed


def _upsert(insert: Any) -> Prepared:
    """One statement, so that of many casts at once none is lost and none doubles."""
    statement = insert(_BALLOT)
    put = statement.on_conflict_do_update(
        index_elements=[_BALLOT.c.key_sha256],
        set_={name: statement.excluded[name] for name in ("counter", "envelope_sha256", "record")},
        # A ballot key belongs to one wave and class; a record of another never replaces.
        where=(statement.excluded.counter > _BALLOT.c.counter)
        & (statement.excluded.wave_id == _BALLOT.c.wave_id)
        & (statement.excluded.class_key == _BALLOT.c.class_key),
    )
    return Prepared(put, _BALLOT.c.keys())


_POLL = Poll.__table__
_OPEN = Prepared(select(_POLL.c.wave_id).where(_POLL.c.wave_id == bindparam("wave"), _POLL.c.open))
_BALLOT = Ballot.__table__
_UPSERT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def _kept(key_sha256: bytes) -> bytes | None:
    return box_session().scalar(select(Ballot.record).where(Ballot.key_sha256 == key_sha256))
