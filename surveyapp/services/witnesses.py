"""Witnesses: who holds the outer keys of a wave, and what passes between them and the opener.

Two files a wave, outside the databases: the bundle, which the scheduler lays out after closing,
and what a witness hands in. Neither can be read without the inner key, and neither says who cast
what. Both go when the wave is opened.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from surveyapp import keys
from surveyapp.crypto import bundle as bundles
from surveyapp.crypto import peeled, witness_key
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import local
from surveyapp.models.accounts import Account, Role
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from surveyapp.services import covenants, mail, messages, opening

MOST = 2
REMINDER_DAYS = (0, 2, 5, 9, 14)
LONG = 14
BUNDLE, PEELED = "bundle.jsonl", "peeled.json"
SUMMARY = "candour/sealed-summary/1"


def name(wave: Wave, public_file: bytes) -> witness_key.PublicWitness:
    """Make whoever made this public file a witness of a draft. Raises :class:`Rejected`."""
    _only_draft(wave)
    try:
        found = witness_key.PublicWitness.from_bytes(public_file)
    except witness_key.KeyFileError as error:
        raise Rejected(str(error)) from error
    if any(found.name == one["name"] or found.key == one["key"] for one in wave.witnesses):
        raise Rejected("This witness is named already.")
    if len(wave.witnesses) == MOST:
        raise Rejected("A pulse has two witnesses at most. Take one away first.")
    wave.witnesses = [*wave.witnesses, found.entry()]
    db.session.flush()
    return found


def take_away(wave: Wave, gone: str) -> None:
    """Let a draft no longer have this witness."""
    _only_draft(wave)
    wave.witnesses = [one for one in wave.witnesses if one["name"] != gone]
    db.session.flush()


def of(wave: Wave) -> Sequence[witness_key.PublicWitness]:
    """The witnesses that the covenant names, or a draft would."""
    listed = wave.witnesses if wave.covenant is None else covenants.of(wave).get("witnesses", ())
    return [witness_key.PublicWitness(**one) for one in listed]


def waves() -> Sequence[Wave]:
    """Every wave whose promises name a witness, the newest first."""
    promised = select(Wave).where(Wave.covenant.is_not(None)).order_by(Wave.opens_at.desc())
    return [wave for wave in db.session.scalars(promised) if of(wave)]


def awaited(wave: Wave) -> bool:
    """Whether a wave is closed and only a witness can open it."""
    return wave.state == "closed" and wave.covenant is not None and bool(of(wave))


def prepare(wave: Wave) -> None:
    """Lay out the bundle for the witnesses, once. Safe to repeat."""
    if not _path(wave.id, BUNDLE).exists():
        _put(_path(wave.id, BUNDLE), opening.bundle(wave))


def bundle(wave: Wave) -> bytes:
    """The bundle as laid out. Raises :class:`NotNow` before that."""
    try:
        return keys.get(_path(wave.id, BUNDLE))
    except keys.MissingKey as error:
        raise NotNow(
            "The ballots are not ready to be fetched. Try again in a few minutes."
        ) from error


def hand_in(wave: Wave, data: bytes) -> peeled.Peeled:
    """Take what a witness made of the bundle, once: the opener goes on with it by itself.

    What comes second is checked as well and changes nothing, also where it is not the same: one
    voter can seal different answers for each of two witnesses. Gives what is kept. Raises
    :class:`Rejected`.
    """
    if not awaited(wave):
        raise NotNow("This pulse waits for no witness.")
    try:
        given = peeled.Peeled.from_bytes(data)
        given.check(bundles.Bundle.from_bytes(bundle(wave)))
    except peeled.PeeledError as error:
        raise Rejected(str(error)) from error
    _put(_path(wave.id, PEELED), data)
    return handed_in(wave) or given


def beside(kept: peeled.Peeled, data: bytes) -> str:
    """How a file that was taken differs from the one that is kept; empty when it does not."""
    given = peeled.Peeled.from_bytes(data)
    return peeled.unlike(kept.statement, given)


def handed_in(wave: Wave) -> peeled.Peeled | None:
    """What a witness handed in for a wave that waits; ``None`` before."""
    try:
        return peeled.Peeled.from_bytes(keys.get(_path(wave.id, PEELED)))
    except keys.MissingKey:
        return None


def is_handed_in(wave: Wave) -> bool:
    """Whether a witness has handed something in, without reading it."""
    return _path(wave.id, PEELED).exists()


def clear(wave_id: uuid.UUID) -> None:
    """Destroy both files of a wave that is opened. Safe to repeat."""
    keys.destroy_folder(_folder(wave_id))


def remind(wave: Wave, now: datetime) -> int:
    """Queue word to the witnesses that ballots wait for them, on a few days after closing; how
    many. Every witness's account gets it: either of two may open."""
    waited = days_waiting(wave, now)
    # Within two days of its day only: after that the outbox has forgotten whom it told.
    late = [
        number for number in REMINDER_DAYS if 0 <= waited - number < mail.KEPT_AFTER_SENDING.days
    ]
    if not late or is_handed_in(wave):
        return 0
    subject, body = messages.ballots_wait(wave, waited, _base_url())
    round_ = 1 + REMINDER_DAYS.index(late[0])
    return mail.queue_all(wave.id, "witness", _letters(subject, body), round=round_, now=now)


def summary_for(wave: Wave, name: str) -> bytes:
    """The results as drawn up, sealed to one witness: nobody can bury what they hold.

    Raises :class:`NotNow` before there are any.
    """
    to = next((one for one in of(wave) if one.name == name), None)
    summary = db.session.scalar(
        select(Publication.summary)
        .where(Publication.wave_id == wave.id, Publication.withdrawn_on.is_(None))
        .order_by(Publication.number.desc())
        .limit(1)
    )
    if to is None or summary is None:
        raise NotNow("There are no results to fetch for this witness yet.")
    head = canonical({"format": SUMMARY, "wave": str(wave.id), "witness": name})
    return head + b"\n" + to.seal(str(wave.id), summary.encode())


def tell(wave: Wave, now: datetime) -> int:
    """Queue word to the witnesses that the results lie ready, sealed to each; how many."""
    if not of(wave):
        return 0
    subject, body = messages.summary_waits(wave, _base_url())
    return mail.queue_all(wave.id, "sealed", _letters(subject, body), now=now)


def days_waiting(wave: Wave, now: datetime) -> int:
    """Whole days since the wave closed."""
    closed = date.fromisoformat(wave.closed_on) if wave.closed_on else local(now).date()
    return (local(now).date() - closed).days


def words(wave: Wave, now: datetime) -> str:
    """Where a wave stands that waits for its witness; empty for any other."""
    if not awaited(wave):
        return ""
    if is_handed_in(wave):
        return "The witness has taken the outer lock off. The answers are opened within minutes."
    names = " or ".join(one.name for one in of(wave))
    if (waited := days_waiting(wave, now)) >= LONG:
        return (
            f"Waiting for the witness for {waited} days. Only {names} can open the answers. The "
            "results date stays as promised."
        )
    return f"Waiting for the witness, {names}. The results date stays as promised."


def _letters(subject: str, body: str) -> list[mail.Message]:
    return [
        mail.Message(account.email, subject, body)
        for account in db.session.scalars(select(Account).where(Account.active))
        if account.has(Role.WITNESS)
    ]


def _only_draft(wave: Wave) -> None:
    if wave.state != "draft":
        raise NotNow("The witnesses are part of our promises. They can no longer be changed.")


def _put(path: Path, data: bytes) -> None:
    try:
        keys.put(path, data)
    except FileExistsError:
        return  # somebody else was first; what they put stays


def _folder(wave_id: uuid.UUID) -> Path:
    return Path(current_app.config["HANDOVER"]) / str(wave_id)


def _path(wave_id: uuid.UUID, file: str) -> Path:
    return _folder(wave_id) / file


def _base_url() -> str:
    return str(current_app.config["BASE_URL"]).rstrip("/")
