"""What reviewers decided, as it last stood, told outside the office's database.

Sealing keeps anybody who holds that database from reading a decision or making one up, but not from
deleting one or putting an older one back. So a digest of each part of the rows lies beside the
desk's key: it tells which parts were written to, and neither by whom nor what.

The digest is written before the rows are committed, next to the one before it, and stands alone
once they are. After a crash in between either is right. Rows that agree with neither count as if
they were not there, and their part is remembered as lost.
"""

import fcntl
import hmac
import json
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from surveyapp import keys
from surveyapp.extensions import OfficeSession, db
from surveyapp.models.review import ReviewNaming, ReviewReading

KEY, FILE = "review.key", "decided.json"
NAMINGS = "naming"  # a sheaf of readings is the part of its number
ATTEMPTS = 3  # somebody may save between the look at the rows and the one at the file
_CHANGES = "changes to reviews"


class Row(NamedTuple):
    """What one reviewer decided of one part, sealed."""

    reader: bytes
    wrapped_key: bytes
    sealed: bytes


Parts = Mapping[str, list[Row]]


@dataclass
class _Known:
    """``states``: the digests that each part may have, the newest last; ``lost``: the parts whose
    rows did not agree once. ``begun``: whether anything was ever written."""

    states: dict[str, list[str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    begun: bool = True


def trusted(wave_id: uuid.UUID) -> tuple[Parts, set[str]]:
    """A wave's rows, by part, as far as they are as they were left; and the parts that are not, or
    once were not."""
    for _ in range(ATTEMPTS):
        before, rows, after = _read(wave_id), _rows(wave_id), _read(wave_id)
        if not after.begun:
            return rows, set()
        wrong = {
            part
            for part in {*rows, *after.states}
            if not {*_states(wave_id, before, part), *_states(wave_id, after, part)}
            & {_digest(wave_id, part, rows.get(part, ()))}
        }
        if not wrong:
            break
    return {part: rows[part] for part in rows if part not in wrong}, wrong | after.lost


@dataclass
class _Change:
    """What this transaction does to a part, from its state ``old`` to ``new``; ``known`` is the
    register as it was before."""

    known: _Known
    old: str
    new: str = ""
    lost: bool = False


def _changes() -> dict[tuple[uuid.UUID, str], _Change]:
    found: dict[tuple[uuid.UUID, str], _Change] = db.session().info.setdefault(_CHANGES, {})
    return found


@contextmanager
def writing(
    wave_id: uuid.UUID, part: str, opens: Callable[[Collection[Row]], bool]
) -> Iterator[bool]:
    """Around a change of a part's rows, which is flushed within: gives whether they are as they
    were left and each of them ``opens``. Where not, the caller deletes them and begins anew. It
    holds the wave."""
    known = _read(wave_id)
    if not known.begun:
        # A desk of before there was a register: what lies there now is where it begins.
        known.states = {name: [_digest(wave_id, name, r)] for name, r in _rows(wave_id).items()}
    allowed = _states(wave_id, known, part)
    rows = _rows(wave_id, part).get(part, [])
    old = _digest(wave_id, part, rows)
    # What does not open was put there before there was a register, by somebody without the key.
    whole = old in allowed and opens(rows)
    yield whole
    new = _digest(wave_id, part, _rows(wave_id, part).get(part, ()))
    change = _changes().setdefault((wave_id, part), _Change(known, old if whole else allowed[-1]))
    change.new, change.lost = new, change.lost or not whole


def begin_lost(wave_id: uuid.UUID, parts: Collection[str]) -> None:
    """Remember that what was decided before the comments were laid out anew was lost."""
    _keep(wave_id, _Known({part: [_digest(wave_id, part, ())] for part in parts}, set(parts)))


def is_begun(wave_id: uuid.UUID) -> bool:
    """Whether reviewers have decided anything of a wave."""
    return _path(wave_id).exists()


@event.listens_for(OfficeSession, "before_commit")
def _announce(session: Session) -> None:
    for (wave_id, part), change in session.info.get(_CHANGES, {}).items():
        with _alone(wave_id):
            # What others have committed meanwhile stands alone by now.
            known = _read(wave_id)
            known = known if known.begun else change.known
            known.states[part] = [change.old, change.new]
            known.lost |= {part} if change.lost else set()
            _keep(wave_id, known)


@event.listens_for(OfficeSession, "after_commit")
def _settle(session: Session) -> None:
    for (wave_id, part), change in session.info.pop(_CHANGES, {}).items():
        # The desk may be gone by now; and where this cannot be written, two states stay right.
        with suppress(OSError), _alone(wave_id):
            known = _read(wave_id)
            # Somebody who saved after this has gone on from it.
            if known.states.get(part, [""])[-1] == change.new:
                known.states[part] = [change.new]
                _keep(wave_id, known)


@event.listens_for(OfficeSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_CHANGES, None)


@contextmanager
def _alone(wave_id: uuid.UUID) -> Iterator[None]:
    """Nobody else changes the file meanwhile, in whichever process."""
    handle = os.open(_path(wave_id).parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _rows(wave_id: uuid.UUID, part: str = "") -> dict[str, list[Row]]:
    """Every row as it is in the database now, by part; of one part, if given."""
    found: dict[str, list[Row]] = {}
    if part != NAMINGS:
        one = ReviewReading
        query = select(one.sheaf, one.reader, one.wrapped_key, one.sealed)
        query = query.where(one.wave_id == wave_id).order_by(one.sheaf, one.reader)
        if part:
            query = query.where(one.sheaf == int(part))
        for sheaf, *row in db.session.execute(query):
            found.setdefault(f"{sheaf}", []).append(Row(*row))
    if part in ("", NAMINGS):
        other = ReviewNaming
        kept = select(other.reader, other.wrapped_key, other.sealed)
        kept = kept.where(other.wave_id == wave_id).order_by(other.reader)
        if said := [Row(*row) for row in db.session.execute(kept)]:
            found[NAMINGS] = said
    return found


def _states(wave_id: uuid.UUID, known: _Known, part: str) -> list[str]:
    change = _changes().get((wave_id, part))
    if change is not None:
        return [change.new]
    return known.states.get(part) or [_digest(wave_id, part, ())]


def _digest(wave_id: uuid.UUID, part: str, rows: Collection[Row]) -> str:
    said = hmac.new(keys.get(_path(wave_id).with_name(KEY)), f"decided/{part}".encode(), "sha256")
    for cell in (cell for row in sorted(rows) for cell in row):
        said.update(len(cell).to_bytes(8, "big") + cell)
    return said.hexdigest()


def _read(wave_id: uuid.UUID) -> _Known:
    try:
        raw: Mapping[str, Any] = json.loads(keys.get(_path(wave_id)))
    except keys.MissingKey:
        return _Known(begun=False)
    return _Known({part: list(states) for part, states in raw["states"].items()}, set(raw["lost"]))


def _keep(wave_id: uuid.UUID, known: _Known) -> None:
    raw = {"states": known.states, "lost": sorted(known.lost)}
    keys.replace(_path(wave_id), json.dumps(raw).encode())


def _path(wave_id: uuid.UUID) -> Path:
    return keys.directory("review", wave_id) / FILE
