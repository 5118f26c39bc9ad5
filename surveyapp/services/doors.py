"""A wave's two doors, one row each: the registrar's desk and the ballot box, each in its own store.

What passes a door and the check that it is open are one transaction, and shutting waits for those
that are passing, in every process. So what is counted after shutting stays so, and the box needs
no other store to know that a wave has closed.
"""

import uuid
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.prepared import Prepared

# The model of either door: columns ``wave_id`` and ``open``. Nobody may import both.
Door = Any


def still_open(session: Session, door: Door, wave_id: uuid.UUID) -> bool:
    """Whether the door is open, and stays so until this transaction ends.

    Ask after writing: SQLite then holds its one write lock; PostgreSQL locks the door's row.
    """
    return _passing(door).rows(session.connection(), {"wave": wave_id}) == [(True,)]


@cache
def _passing(door: Door) -> Prepared:
    row = door.__table__.c
    asked = select(row.open).where(row.wave_id == bindparam("wave"))
    return Prepared(asked.with_for_update(read=True))


def open_once(session: Session, door: Door, wave_id: uuid.UUID) -> None:
    """Open a door that was never opened, and commit."""
    known = session.get_bind().dialect.name
    insert = postgresql.insert(door) if known == "postgresql" else sqlite.insert(door)
    session.execute(insert.values(wave_id=wave_id, open=True).on_conflict_do_nothing())
    session.commit()


def shut(session: Session, door: Door, wave_id: uuid.UUID) -> None:
    """Shut a door for good, and commit. A door that was never opened is kept shut."""
    open_once(session, door, wave_id)
    session.execute(
        update(door).where(door.wave_id == wave_id).values(open=False),
        execution_options={"synchronize_session": False},
    )
    session.commit()
