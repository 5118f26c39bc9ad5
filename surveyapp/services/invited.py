"""The list of people invited as it was fixed: one root in the covenant, a proof for each person.

A row of the list says wave, group, class and a salt, and not who: a person finds their own row by
the salt in their message, and nobody else can guess it. Salts are made from a key that lies with
the registrar's until closing, so no store holds them.
"""

import hmac
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from surveyapp import keys
from surveyapp.crypto import merkle
from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import who_session
from surveyapp.models.participation import Invitation
from surveyapp.models.people import Person
from surveyapp.services import posted
from surveyapp.services.registrar import Found

KEY = "roster.key"
KEY_BYTES = 32
SALT_BYTES = 16
_PURPOSE = b"candour/roster/v1\0"


class Row(NamedTuple):
    """Somebody invited, as the list has them."""

    person_id: uuid.UUID
    unit_key: str
    class_key: str


class Root(NamedTuple):
    """The Merkle root over the salted rows, as hex, and how many rows there are."""

    root: str
    size: int


# For each wave of this process what proves each row. The promised list never changes.
_fixed: dict[tuple[str, uuid.UUID], dict[bytes, dict[str, Any]]] = {}


def make_key(wave_id: uuid.UUID) -> None:
    """A fresh key for a wave's salts. The registrar's keys are destroyed with it at closing."""
    keys.put(_path(wave_id), secrets.token_bytes(KEY_BYTES))


def salt(wave_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """One person's salt for one wave, as hex: HMAC-SHA-256 under the wave's key, cut to 128 bits.

    Raises :class:`keys.MissingKey` once the wave has closed.
    """
    return _salt(keys.get(_path(wave_id)), person_id)


def leaf(wave_id: uuid.UUID, unit_key: str, class_key: str, salt: str) -> bytes:
    """A row as it enters the tree."""
    return canonical({"wave": str(wave_id), "unit": unit_key, "class": class_key, "salt": salt})


def from_roster(wave_id: uuid.UUID, programme_id: uuid.UUID, class_of: Mapping[str, str]) -> Root:
    """The root over everybody on the roster now, for the covenant."""
    people = select(Person.id, Person.unit_key).where(
        Person.programme_id == programme_id, Person.active
    )
    rows = (Row(id_, unit, class_of[unit]) for id_, unit in who_session().execute(people))
    return _root(_leaves(wave_id, rows))


def as_invited(wave_id: uuid.UUID) -> Root:
    """The root over everybody who has an invitation now: another one, if the list was changed."""
    return _root(_leaves(wave_id, _rows(wave_id)))


def proof_of(found: Found) -> dict[str, Any] | None:
    """What shows that a person's row is in the list that was promised; ``None`` when it is not, or
    when the list is another one by now."""
    proofs = _promised(found.wave_id)
    if proofs is None:
        return None
    mine = salt(found.wave_id, found.person_id)
    return proofs.get(leaf(found.wave_id, found.unit_key, found.class_key, mine))


def _promised(wave_id: uuid.UUID) -> dict[bytes, dict[str, Any]] | None:
    """Every row's proof, or ``None`` when the rows are not those that were promised."""
    place = (str(_path(wave_id)), wave_id)
    if place not in _fixed:
        promised = json.loads(posted.asked(wave_id).covenant).get("roster")
        try:
            leaves = _leaves(wave_id, _rows(wave_id))
        except keys.MissingKey:
            return None
        if promised != _root(leaves)._asdict():
            return None
        _fixed[place] = {
            row: {"index": at, "size": len(leaves), "proof": [step.hex() for step in path]}
            for at, (row, path) in enumerate(
                zip(leaves, merkle.inclusion_proofs(leaves), strict=True)
            )
        }
    return _fixed[place]


def _rows(wave_id: uuid.UUID) -> Iterable[Row]:
    rows = select(Invitation.person_id, Invitation.unit_key, Invitation.class_key)
    return (Row(*row) for row in who_session().execute(rows.where(Invitation.wave_id == wave_id)))


def _leaves(wave_id: uuid.UUID, rows: Iterable[Row]) -> list[bytes]:
    """The rows as leaves, in the order of their hashes, which says nothing of who is who."""
    key = keys.get(_path(wave_id))
    found = [leaf(wave_id, row.unit_key, row.class_key, _salt(key, row.person_id)) for row in rows]
    return sorted(found, key=merkle.leaf_hash)


def _root(leaves: list[bytes]) -> Root:
    return Root(merkle.root(leaves).hex(), len(leaves))


def _salt(key: bytes, person_id: uuid.UUID) -> str:
    return hmac.digest(key, _PURPOSE + person_id.bytes, "sha256")[:SALT_BYTES].hex()


def _path(wave_id: uuid.UUID) -> Path:
    return keys.directory("registrar", wave_id) / KEY
