"""What the office posts of each wave for the respondents' door, which may not open its database.

Two files beside the wave's public keys: what is asked and promised, which never changes, and where
the wave stands, written anew at each move and change. A process that may open the office reads its
rows, and takes no notice of the files.
"""

import json
import os
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from surveyapp import keys
from surveyapp.config import write_private
from surveyapp.extensions import db, opens, read
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import Wave
from surveyapp.services import in_force

ASKED, STANDING, ENDED = "asked.json", "standing.json", "ended"
TIMES = ("opens_at", "closes_at", "publishes_at")


class Change(NamedTuple):
    """A line that changed a wave's promises, as far as it counts."""

    type: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """Where a wave is now, read for every request. ``changes``: the noticeboard's lines that
    changed its promises, as JSON."""

    id: uuid.UUID
    state: str
    opens_at: datetime
    closes_at: datetime
    publishes_at: datetime
    covenant_sha256: str
    results_key: str
    closed_on: str | None
    changes: str = "[]"

    def lines(self) -> list["Change"]:
        return [Change(*one) for one in json.loads(self.changes)]

    def is_open(self, now: datetime) -> bool:
        return self.state == "open" and now < self.closes_at

    def is_waiting(self) -> bool:
        return self.state == "committed"


@dataclass(frozen=True)
class Asked:
    """What a wave asks and promises. ``covenant`` and ``instrument`` are JSON as it was frozen."""

    covenant: str
    instrument: str
    label: str
    simulated: bool
    contact: str
    support: str


# Built once: composing a statement costs more than running it.
_WAVE = Wave.__table__
_COLUMNS = tuple(one.name for one in fields(Standing) if one.name != "changes")
_STANDINGS = select(*(_WAVE.c[name] for name in _COLUMNS)).where(
    _WAVE.c.covenant_sha256.is_not(None)
)
_ONE = _STANDINGS.where(_WAVE.c.id == bindparam("wave"))
_OPEN = _STANDINGS.where(_WAVE.c.state == "open")
_NOTICE = Notice.__table__
_CHANGES = (
    select(_NOTICE.c.type, _NOTICE.c.body)
    .where(_NOTICE.c.about == bindparam("wave"), _NOTICE.c.type.in_(in_force.LINES))
    .order_by(_NOTICE.c.n)
)


def standing(wave_id: uuid.UUID) -> Standing | None:
    """Where the wave is now; ``None`` for one without promises."""
    if opens(None):
        rows = read(None, _ONE, {"wave": wave_id})
        return _with_changes(rows[0]) if rows else None
    return _posted_standing(wave_id)


def open_ones() -> list[Standing]:
    """The waves that are open."""
    if opens(None):
        return [_with_changes(row) for row in read(None, _OPEN, {})]
    return [one for one in all_posted() if one.state == "open"]


def all_posted() -> Iterator[Standing]:
    """Every wave as posted, whatever its state."""
    for path in sorted(keys.directory("public").glob(f"*/{STANDING}")):
        found = _posted_standing(uuid.UUID(path.parent.name))
        if found is not None:
            yield found


def asked(wave_id: uuid.UUID) -> Asked:
    """What the wave asks and promises. Raises :class:`keys.MissingKey` when it is not posted."""
    if opens(None):
        return _asked(db.session.get_one(Wave, wave_id))
    return Asked(**json.loads(keys.get(keys.directory("public", wave_id) / ASKED)))


def catch_up() -> None:
    """Post what changed since the last time. After every commit of the office; safe to repeat."""
    for wave in db.session.scalars(select(Wave).where(Wave.covenant.is_not(None))):
        folder = keys.directory("public", wave.id)
        _write(folder / ASKED, asdict(_asked(wave)))
        row = {name: getattr(wave, name) for name in _COLUMNS}
        times = {name: row[name].isoformat() for name in TIMES}
        changes = {"changes": _changes(wave.id)}
        _write(folder / STANDING, row | {"id": str(wave.id)} | times | changes)


def end(wave_id: uuid.UUID) -> None:
    """Note for every process that HR ends this wave now. It cannot be taken back."""
    if not has_ended(wave_id):
        keys.put(keys.directory("public", wave_id) / ENDED, b"")


def has_ended(wave_id: uuid.UUID) -> bool:
    """Whether HR ended the wave before its date."""
    return (keys.directory("public", wave_id) / ENDED).exists()


def _with_changes(row: Sequence[Any]) -> Standing:
    return replace(Standing(*row), changes=_changes(row[0]))


def _changes(wave_id: uuid.UUID) -> str:
    rows = read(None, _CHANGES, {"wave": str(wave_id)})
    return json.dumps([[type, body] for type, body in rows], sort_keys=True)


def _posted_standing(wave_id: uuid.UUID) -> Standing | None:
    try:
        raw = json.loads(keys.get(keys.directory("public", wave_id) / STANDING))
    except keys.MissingKey:
        return None
    times = {name: datetime.fromisoformat(raw[name]) for name in TIMES}
    if has_ended(wave_id) and raw["state"] == "open":
        raw["state"] = "closed"
    return Standing(**(raw | {"id": wave_id} | times))


def _asked(wave: Wave) -> Asked:
    home = wave.programme
    return Asked(
        covenant=str(wave.covenant),
        instrument=wave.instrument_json,
        label=wave.label,
        simulated=home.simulated,
        contact=home.contact,
        support=home.support,
    )


def _write(path: Path, value: Mapping[str, Any]) -> None:
    data = json.dumps(value, sort_keys=True).encode()
    if path.exists() and path.read_bytes() == data:
        return
    # Whoever reads finds the old file whole or the new one.
    draft = path.with_name(f".{secrets.token_hex(8)}")
    write_private(draft, data, for_all=True)
    os.replace(draft, path)
