"""The registrar: gives each person invited one credential, blindly, and never sees a ballot.

It knows who collected, and the hash of what it was asked to sign. Neither says anything about the
ballot that the credential is for.
"""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from flask import current_app
from sqlalchemy import bindparam, func, select, update

from surveyapp import keys
from surveyapp.crypto import blind, tokens
from surveyapp.crypto.canonical import canonical, parse
from surveyapp.errors import NotFound, NotNow
from surveyapp.extensions import read, who_session
from surveyapp.models.participation import Desk, Invitation, InvitationKey
from surveyapp.models.surveys import Wave
from surveyapp.prepared import Prepared
from surveyapp.services import doors, terms


class UnknownCode(NotFound):
    """No invitation has this token or code. Nothing says which part was wrong."""

    title = "That code did not open a pulse"

    def __init__(self) -> None:
        super().__init__("Check the code in your message and try again.")


class AlreadyUsed(NotNow):
    """The invitation’s one credential went to another ballot."""

    title = "This invitation has been used"

    def __init__(self) -> None:
        super().__init__("Somebody has already answered with this invitation.")


class Closed(NotNow):
    """The signing keys are destroyed, or not made yet."""

    title = "This pulse is not open"

    def __init__(self) -> None:
        super().__init__("Answers can be sent only between opening and closing.")


class Found(NamedTuple):
    """An invitation as far as a respondent's pages need it. ``unit_key`` is the person's own group
    as the list was fixed, which may be too small to be a class."""

    id: uuid.UUID
    wave_id: uuid.UUID
    person_id: uuid.UUID
    unit_key: str
    class_key: str
    collected: bool
    blinded_sha256: bytes | None


class Handover(NamedTuple):
    """What the registrar tells the opener at closing. ``by_class``: each class and how many of its
    credentials were issued, for checking the ballots only."""

    invited: int
    issued: int
    reported: int
    by_class: list[list[str | int]]


HANDOVER = "handover.json"

_INVITATION = Invitation.__table__
_KEY = InvitationKey.__table__
_FOUND = select(*(_INVITATION.c[name] for name in Found._fields))
_FIND = Prepared(
    _FOUND.join(_KEY, _KEY.c.invitation_id == _INVITATION.c.id).where(
        _KEY.c.sha256 == bindparam("sha256")
    )
)
_TAKE = Prepared(
    update(_INVITATION)
    .where(_INVITATION.c.id == bindparam("invitation"), _INVITATION.c.collected.is_(False))
    .values(collected=True, blinded_sha256=bindparam("wanted"))
)
_KEPT = Prepared(
    select(_INVITATION.c.blinded_sha256).where(_INVITATION.c.id == bindparam("invitation"))
)


def make_keys(wave: Wave, class_keys: Sequence[str]) -> dict[str, str]:
    """Make a signing key for each class; each class with the SHA-256 of its public key.

    Repeated for a wave that is still a draft, it starts afresh. Once a covenant lists the keys
    they stay.
    """
    if wave.covenant is not None:
        raise NotNow("This pulse has its keys already. They are part of our promises.")
    destroy_keys(wave.id)
    public: dict[str, blind.PublicKey] = {}
    for class_key in class_keys:
        signing = blind.generate(_bits())
        keys.put(_path(wave.id, class_key), signing.to_bytes())
        public[class_key] = signing.public
    return terms.publish_classes(wave.id, public)


def destroy_keys(wave_id: uuid.UUID) -> None:
    """Destroy the signing keys: from here on nobody can make a ballot. Safe to repeat."""
    keys.destroy_all("registrar", wave_id)


def has_keys(wave_id: uuid.UUID) -> bool:
    """Whether the signing keys are still here."""
    return keys.directory("registrar", wave_id).is_dir()


def look_up(text: str) -> Invitation | None:
    """The invitation that a token or typed code opens. Changes nothing."""
    return who_session().scalar(
        select(Invitation)
        .join(InvitationKey, InvitationKey.invitation_id == Invitation.id)
        .where(InvitationKey.sha256 == tokens.digest(text))
    )


def reports(wave_id: uuid.UUID) -> int:
    """How many people said that somebody else used their invitation."""
    return _count(Invitation.wave_id == wave_id, Invitation.reported)


def find(text: str) -> Found | None:
    """The same as plain facts, without loading an object: for every request of a respondent."""
    rows = read("who", _FIND, {"sha256": tokens.digest(text)})
    return Found(*rows[0]) if rows else None


def issue(found: Found, blinded: bytes) -> bytes:
    """Sign a blinded message once for an invitation: the same message gets the same answer again,
    any other is refused with :class:`AlreadyUsed`. The caller commits before using the answer.
    """
    wanted = hashlib.sha256(blinded).digest()
    if found.collected and found.blinded_sha256 != wanted:
        raise AlreadyUsed
    try:
        signed = blind.blind_sign(_signing_key(found.wave_id, found.class_key), blinded)
    except keys.MissingKey as error:
        raise Closed from error
    if found.collected:
        return signed
    # Of two that ask at once only one finds the row still free; nothing was released before.
    connection = who_session().connection()
    if _TAKE.run(connection, {"invitation": found.id, "wanted": wanted}).rowcount != 1:
        kept = _KEPT.rows(connection, {"invitation": found.id})
        if [(wanted,)] != kept:
            raise AlreadyUsed
    if not doors.still_open(who_session(), Desk, found.wave_id):
        who_session().rollback()
        raise Closed
    return signed


def admit(wave_id: uuid.UUID) -> None:
    """Give out this wave's credentials from now on. Never again after shutting. Commits."""
    doors.open_once(who_session(), Desk, wave_id)


def shut(wave_id: uuid.UUID) -> Handover:
    """Give out no more credentials, in any process, and count them once for the opener.

    Waits for those being signed, and commits. Safe to repeat: what was counted stays.
    """
    doors.shut(who_session(), Desk, wave_id)
    known = handover(wave_id)
    if known is not None:
        return known
    counted = Handover(
        invited=_count(Invitation.wave_id == wave_id),
        issued=_count(Invitation.wave_id == wave_id, Invitation.collected),
        reported=_count(Invitation.wave_id == wave_id, Invitation.reported),
        by_class=_issued_by_class(wave_id),
    )
    try:
        keys.put(keys.directory("desk", wave_id) / HANDOVER, canonical(counted._asdict()))
    except FileExistsError:
        # Another process counted the same in between.
        return cast(Handover, handover(wave_id))
    return counted


def handover(wave_id: uuid.UUID) -> Handover | None:
    """What the registrar counted at closing, for the opener; ``None`` before."""
    try:
        return Handover(**parse(keys.get(keys.directory("desk", wave_id) / HANDOVER)))
    except keys.MissingKey:
        return None


def report(text: str) -> None:
    """Note that somebody says another person used their invitation. Only the count is published."""
    invitation = look_up(text)
    if invitation is None:
        raise UnknownCode
    if not invitation.collected:
        raise NotNow("Nobody has answered with this invitation yet. You can answer now.")
    invitation.reported = True
    who_session().flush()


def _count(*where: Any) -> int:
    return who_session().scalar(select(func.count()).select_from(Invitation).where(*where)) or 0


def _issued_by_class(wave_id: uuid.UUID) -> list[list[str | int]]:
    counts = select(Invitation.class_key, func.count()).where(
        Invitation.wave_id == wave_id, Invitation.collected
    )
    rows = who_session().execute(counts.group_by(Invitation.class_key))
    return sorted([key, number] for key, number in rows)


def _path(wave_id: uuid.UUID, class_key: str) -> Path:
    name = hashlib.sha256(class_key.encode()).hexdigest()
    return keys.directory("registrar", wave_id) / f"{name}.key"


def _signing_key(wave_id: uuid.UUID, class_key: str) -> blind.SigningKey:
    return blind.SigningKey.from_bytes(keys.get(_path(wave_id, class_key)))


def _bits() -> int:
    bits = int(current_app.config.get("CLASS_KEY_BITS", blind.SMALLEST))
    if bits < blind.SMALLEST and not current_app.testing:
        raise NotNow(f"Signing keys need at least {blind.SMALLEST} bits. Change CLASS_KEY_BITS.")
    return bits
