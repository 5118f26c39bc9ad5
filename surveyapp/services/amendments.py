"""Changing a promise in the open: one person proposes, another in another role signs.

A change may only protect people more. It takes effect, and stands on the noticeboard, in the
transaction in which it is signed. Everything else is: close, and start again.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from surveyapp.errors import NotAllowed, NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import local
from surveyapp.models.accounts import Account, Role
from surveyapp.models.amendments import Amendment
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, noticeboard, turns, waves
from surveyapp.services.amendment_kinds import CHANGES, Change, draft_sha256

# Whoever signs for those who are asked may not work for those who ask.
PARTIES = (Role.HR, Role.MANAGER, Role.ADMIN)
PROPOSERS = (Role.HR, Role.BOARD, Role.WITNESS, Role.AUDITOR)
STATE_WORDS: Mapping[str, str] = {
    "proposed": "Waiting for the second signature",
    "signed": "Signed, and on the noticeboard",
    "withdrawn": "Withdrawn",
}


def propose(
    wave: Wave, change: str, wanted: Mapping[str, str], reason: str, by: Account, now: datetime
) -> Amendment:
    """Ask for a change; nothing changes before somebody else signs it."""
    kind = kind_of(change)
    if reason not in kind.reasons:
        raise Rejected("Choose a reason from the list.")
    if not _may(change, wave, by):
        raise NotAllowed("Your role cannot ask for this change.")
    _ready(wave, kind)
    kind.body(wave, wanted, now)
    proposed = Amendment(
        wave_id=wave.id,
        change=change,
        reason=reason,
        wanted=dict(wanted),
        proposed_on=local(now).date().isoformat(),
        proposed_by_id=by.id,
    )
    db.session.add(proposed)
    db.session.flush()
    audit.record(by.email, f"proposed {change}", _subject(wave), reason, on=local(now).date())
    return proposed


def sign(amendment: Amendment, by: Account, now: datetime) -> None:
    """Sign somebody else's proposal: it takes effect and is posted. Writes to two stores; commit
    ``who`` first."""
    wave, kind = amendment.wave, kind_of(amendment.change)
    turns.hold(wave)
    turns.hold(amendment)
    if amendment.state != "proposed":
        raise NotNow("This proposal is no longer open.")
    signed = _signatures(amendment, by)
    _ready(wave, kind)
    body = kind.body(wave, amendment.wanted, now)
    amendment.state, amendment.signed_by_id = "signed", by.id
    db.session.flush()
    today = local(now).date()
    audit.record(by.email, f"signed {amendment.change}", _subject(wave), amendment.reason, on=today)
    if kind.notice == "COMMITTED":
        waves.commit(wave, actor=by.email, now=now, signed=signed)
        return
    said = {
        "wave": str(wave.id),
        "name": f"{wave.programme.slug}/{wave.number}",
        "reason": kind.reasons[amendment.reason],
        "signed": signed,
    }
    if kind.notice == "AMENDED":
        said["change"] = amendment.change
    noticeboard.post(kind.notice, {**said, **body}, on=today)
    kind.apply(wave, body, now)
    db.session.flush()


def freeze(wave: Wave, by: Account, now: datetime) -> Amendment | None:
    """Lock a draft's promises; the proposal, where somebody else has to sign.

    Where nobody else could, because no witness and no member of the board has an account, HR locks
    them alone, and the noticeboard shows one name.
    """
    _, other = sides("freeze", wave)
    accounts = db.session.scalars(select(Account).where(Account.active)).all()
    if any(_role(account, other) for account in accounts):
        return propose(wave, "freeze", {"sha256": draft_sha256(wave)}, "agreed", by, now)
    alone = [{"role": str(Role.HR), "name": by.name}]
    waves.commit(wave, actor=by.email, now=now, signed=alone)
    return None


def waiting(wave: Wave) -> list[Amendment]:
    """The proposals about a wave that wait for a signature."""
    return list(
        db.session.scalars(
            select(Amendment)
            .where(Amendment.wave_id == wave.id, Amendment.state == "proposed")
            .order_by(Amendment.proposed_on, Amendment.id)
        )
    )


def withdraw(amendment: Amendment, by: Account, now: datetime) -> None:
    """Take a proposal back, by whoever made it or could sign it."""
    turns.hold(amendment)
    if amendment.state != "proposed":
        raise NotNow("This proposal is no longer open.")
    if by.id != amendment.proposed_by_id and not _may(amendment.change, amendment.wave, by):
        raise NotAllowed("Your role cannot withdraw this proposal.")
    amendment.state = "withdrawn"
    db.session.flush()
    audit.record(
        by.email, f"withdrew {amendment.change}", _subject(amendment.wave), on=local(now).date()
    )


def by_id(amendment_id: uuid.UUID) -> Amendment:
    """A proposal by its id. Raises :class:`NotFound`."""
    found = db.session.get(Amendment, amendment_id)
    if found is None:
        raise NotFound("There is no such proposal. Choose one from the list.")
    return found


def seen_by(account: Account) -> list[Amendment]:
    """The proposals that this person made or could sign, newest first; HR sees all."""
    everything = db.session.scalars(select(Amendment).order_by(Amendment.proposed_on.desc()))
    return [
        one
        for one in everything
        if account.has(Role.HR)
        or account.id in (one.proposed_by_id, one.signed_by_id)
        or _may(one.change, one.wave, account)
    ]


def open_to(wave: Wave, account: Account) -> list[str]:
    """The changes of this wave that this person may propose now."""
    return [
        name
        for name, kind in CHANGES.items()
        if wave.state in kind.states and _may(name, wave, account)
    ]


def may_sign(amendment: Amendment, account: Account) -> bool:
    """Whether this person's signature would be the second one."""
    if amendment.state != "proposed":
        return False
    try:
        return bool(_signatures(amendment, account))
    except NotAllowed:
        return False


def words(amendment: Amendment, now: datetime) -> str:
    """What the change comes to, as whoever signs reads it; what stands in its way, if anything."""
    kind = kind_of(amendment.change)
    try:
        _ready(amendment.wave, kind)
        return kind.words(kind.body(amendment.wave, amendment.wanted, now))
    except (Rejected, NotNow) as refusal:
        return refusal.message


def kind_of(change: str) -> Change:
    """The kind of change of that name. Raises :class:`NotFound`."""
    if change not in CHANGES:
        raise NotFound("There is no such change.")
    return CHANGES[change]


def sides(change: str, wave: Wave) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles of the one signature and of the other (SECURITY 4)."""
    if change == "hold":
        return frozenset({Role.HR, Role.BOARD}), frozenset({Role.WITNESS, Role.AUDITOR})
    if change in ("freeze", "tombstone"):
        # Once promised, a witness stays the one who signs; a draft may name keys that HR made.
        promised = wave.covenant is not None and bool(wave.witnesses)
        other = Role.WITNESS if promised or _has_witness() else Role.BOARD
        return frozenset({Role.HR}), frozenset({other})
    return frozenset({Role.HR}), frozenset({Role.BOARD, Role.WITNESS})


def _has_witness() -> bool:
    """Whether anybody could sign as a witness."""
    witness = frozenset({Role.WITNESS})
    accounts = db.session.scalars(select(Account).where(Account.active))
    return any(_role(account, witness) for account in accounts)


def _signatures(amendment: Amendment, by: Account) -> list[dict[str, str]]:
    """The two signatures, proposer first. Raises :class:`NotAllowed` unless two people sign for
    two sides."""
    proposer = amendment.proposed_by
    if by.id == proposer.id:
        raise NotAllowed("You proposed this. Somebody else must sign it.")
    one, other = sides(amendment.change, amendment.wave)
    for first, second in ((one, other), (other, one)):
        roles = _role(proposer, first), _role(by, second)
        if all(roles):
            return [
                {"role": str(role), "name": account.name}
                for role, account in zip(roles, (proposer, by), strict=True)
            ]
    raise NotAllowed("This needs a second signature from another role than the first.")


def _role(account: Account, side: frozenset[Role]) -> Role | None:
    """The role in which somebody may sign for a side, if any."""
    for role in (role for role in PROPOSERS if role in side and account.has(role)):
        if role == Role.HR or not account.has(*PARTIES):
            return role
    return None


def _may(change: str, wave: Wave, account: Account) -> bool:
    return any(_role(account, side) for side in sides(change, wave))


def _ready(wave: Wave, kind: Change) -> None:
    promised = wave.covenant is not None or kind.notice in ("COMMITTED", "TOMBSTONE")
    if not promised or wave.state not in kind.states:
        raise NotNow("This pulse is not at a stage at which that can be changed.")


def _subject(wave: Wave) -> str:
    return f"wave {wave.programme.slug}/{wave.number}"
