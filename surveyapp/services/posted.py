"""What the office posts of each wave for the respondents' door, which may not open its database.

Two files beside the wave's public keys: what is asked and promised, which never changes, and where
the wave stands, written anew at each move and change. A process that may open the office reads its
rows, and takes no notice of the files.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from surveyapp import keys
from surveyapp.extensions import db, opens, read
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import Wave
from surveyapp.prepared import Prepared
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


_WAVE = Wave.__table__
_NOTICE = Notice.__table__
_COLUMNS = tuple(one.name for one in fields(Standing) if one.name != "changes")
_STATED = tuple(_WAVE.c[name] for name in _COLUMNS)
_CHANGE = (_NOTICE.c.type, _NOTICE.c.body)
_CHANGES_IT = or_(*(_NOTICE.c.type == kind for kind in in_force.LINES))
_CHANGES = Prepared(
    select(*_CHANGE).where(_NOTICE.c.about == bindparam("about"), _CHANGES_IT).order_by(_NOTICE.c.n)
)
# A wave and its changes in one read: a row for each change, and one for a wave without any.
_ONE = Prepared(
    select(*_STATED, *_CHANGE)
    .outerjoin_from(
        _WAVE,
        _NOTICE,
        (_NOTICE.c.about == bindparam("about")) & _CHANGES_IT,
    )
    .where(_WAVE.c.covenant_sha256.is_not(None), _WAVE.c.id == bindparam("wave"))
    .order_by(_NOTICE.c.n)
)
# The same of every open wave. Changes are few, so each is matched with its wave by the reader: the
# databases spell a wave's id and what a notice is about in different ways.
_OPEN = Prepared(
    select(*_STATED, *_CHANGE, _NOTICE.c.about)
    .outerjoin_from(_WAVE, _NOTICE, _CHANGES_IT)
    .where(_WAVE.c.covenant_sha256.is_not(None), _WAVE.c.state == "open")
    .order_by(_NOTICE.c.n)
)
_COVENANT = Prepared(
    select(_WAVE.c.covenant).where(
        _WAVE.c.covenant_sha256.is_not(None), _WAVE.c.id == bindparam("wave")
    )
)


def standing(wave_id: uuid.UUID) -> Standing | None:
    """Where the wave is now; ``None`` for one without promises."""
    if opens(None):
        rows = read(None, _ONE, {"wave": wave_id, "about": str(wave_id)})
        return _joined(rows) if rows else None
    return _posted_standing(wave_id)


def open_ones() -> list[Standing]:
    """The waves that are open."""
    if not opens(None):
        return [one for one in all_posted() if one.state == "open"]
    found: dict[uuid.UUID, list[Sequence[Any]]] = {}
    for *row, about in read(None, _OPEN, {}):
        mine = about == str(row[0])
        found.setdefault(row[0], []).append(row if mine else [*row[:-2], None, None])
    return [_joined(rows) for rows in found.values()]


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
    return Asked(**_kept(keys.directory("public", wave_id) / ASKED))


def covenant(wave_id: uuid.UUID) -> str | None:
    """The wave's promises as they were frozen; ``None`` for a wave without any."""
    if opens(None):
        rows = read(None, _COVENANT, {"wave": wave_id})
        return rows[0][0] if rows else None
    return None if _posted_standing(wave_id) is None else asked(wave_id).covenant


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


def _joined(rows: Sequence[Sequence[Any]]) -> Standing:
    """One wave's rows, each with a change at its end, or with nothing."""
    changes = [(kind, body) for *_, kind, body in rows if kind]
    stated = Standing(*rows[0][:-2])
    return replace(stated, changes=_listed(changes)) if changes else stated


def _changes(wave_id: uuid.UUID) -> str:
    rows = read(None, _CHANGES, {"about": str(wave_id)})
    return _listed((kind, body) for kind, body in rows)


def _listed(changes: Iterable[tuple[str, Any]]) -> str:
    return json.dumps([list(one) for one in changes], sort_keys=True)


def _posted_standing(wave_id: uuid.UUID) -> Standing | None:
    try:
        raw = _kept(keys.directory("public", wave_id) / STANDING)
    except keys.MissingKey:
        return None
    times = {name: datetime.fromisoformat(raw[name]) for name in TIMES}
    ended = {"state": "closed"} if raw["state"] == "open" and has_ended(wave_id) else {}
    return Standing(**(raw | ended | {"id": wave_id} | times))


_read: dict[Path, tuple[tuple[int, ...], dict[str, Any]]] = {}


def _kept(path: Path) -> dict[str, Any]:
    """What a posted file says, read again only once another file stands in its place. Nobody
    changes what is given. Raises :class:`keys.MissingKey`."""
    try:
        seen = path.stat()
    except FileNotFoundError as error:
        _read.pop(path, None)
        raise keys.MissingKey(f"There is no file {path.name}.") from error
    which = (seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size)
    known = _read.get(path)
    if known is None or known[0] != which:
        # Of two files the older one's mark is kept with the newer words, and they are read again.
        known = _read[path] = (which, json.loads(keys.get(path)))
    return known[1]


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
    keys.replace(path, data)
