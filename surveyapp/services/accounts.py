"""People who sign in: their roles, their set-up link, and whether a sign-in is good."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from surveyapp.errors import CandourError, NotFound, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Account, Role, SignInFailure
from surveyapp.models.surveys import Programme, Wave, WaveUnit
from surveyapp.services import passwords, second_step, staff_sessions, turns

TRIES = 5
PAUSE = timedelta(minutes=15)
SETUP_LASTS = timedelta(hours=72)
HALFWAY_LASTS = timedelta(minutes=10)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

ROLE_WORDS = {
    Role.HR: "HR",
    Role.BOARD: "Board member",
    Role.MANAGER: "Manager",
    Role.ADMIN: "Administrator",
    Role.WITNESS: "Witness",
    Role.AUDITOR: "Auditor",
}
# Roles that one person may not hold together, and why (SECURITY 8).
APART = (
    (
        {Role.ADMIN},
        {Role.HR, Role.BOARD, Role.MANAGER, Role.WITNESS, Role.AUDITOR},
        "An administrator looks after the server, so holds no other role.",
    ),
    (
        {Role.BOARD},
        {Role.HR, Role.MANAGER},
        "The board checks the results for the front line, so HR and managers cannot sit on it.",
    ),
    (
        {Role.WITNESS},
        {Role.HR, Role.BOARD, Role.MANAGER, Role.AUDITOR},
        "A witness stands outside, so holds no other role.",
    ),
    (
        {Role.AUDITOR},
        {Role.HR, Role.BOARD, Role.MANAGER},
        "An auditor stands outside, so holds no other role.",
    ),
)


class Paused(CandourError):
    """Too many wrong tries for this address; said alike whether or not it has an account."""

    status = 429
    title = "Please wait a little"

    def __init__(self) -> None:
        super().__init__(
            "There were five wrong tries for this address. Wait 15 minutes, then try again."
        )


def everyone() -> list[Account]:
    """All accounts by name, those that are switched off last."""
    return list(db.session.scalars(select(Account).order_by(Account.active.desc(), Account.name)))


def add(
    email: str, name: str, roles: Iterable[Role], now: datetime, *, unit_key: str | None = None
) -> tuple[Account, str]:
    """A new account and the secret of its set-up link."""
    email = email.strip().lower()
    if not EMAIL.fullmatch(email):
        raise Rejected("Write a whole e-mail address, such as a.khan@example.org.")
    if by_email(email) is not None:
        raise Rejected("There is an account with this address already.")
    account = Account(email=email, name=name.strip(), role_names=[], password_hash="")
    set_roles(account, roles, unit_key=unit_key)
    db.session.add(account)
    db.session.flush()
    return account, new_setup_link(account, now)


def by_email(email: str) -> Account | None:
    """The account of this address, if there is one."""
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))


def set_roles(account: Account, roles: Iterable[Role], *, unit_key: str | None = None) -> None:
    """Give an account exactly these roles. It is signed out everywhere, so they count at once."""
    wanted = set(roles)
    if not wanted:
        raise Rejected("Choose at least one role, or switch the account off.")
    for one, others, why in APART:
        if wanted & one and wanted & others:
            raise Rejected(why)
    if unit_key and Role.MANAGER not in wanted:
        raise Rejected("Only a manager has a group. Leave the group empty, or add the role.")
    account.role_names = sorted(wanted)
    account.unit_key = unit_key or None
    if account.id is not None:
        staff_sessions.end_all(account.id)


def groups() -> list[str]:
    """The groups a manager may be given: those of each programme's newest pulse."""
    newest = (
        select(func.max(Wave.number))
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .where(Wave.programme_id == Programme.id)
        .correlate(Programme)
        .scalar_subquery()
    )
    keys = db.session.scalars(
        select(WaveUnit.key)
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .join(Programme, Programme.id == Wave.programme_id)
        .where(Wave.number == newest)
    )
    return sorted(set(keys))


def switch(account: Account, *, active: bool) -> None:
    """Let an account in again, or shut it out at once."""
    account.active = active
    staff_sessions.end_all(account.id)


def new_setup_link(account: Account, now: datetime) -> str:
    """The secret of a link that works once, for three days. What the account had stays until the
    link is used."""
    secret = secrets.token_urlsafe(32)
    account.setup_sha256 = hashlib.sha256(secret.encode()).digest()
    account.setup_until = now + SETUP_LASTS
    return secret


def by_setup_link(secret: str, now: datetime) -> Account:
    """Whose set-up link this is. Raises ``NotFound`` when it was used, replaced or is too old."""
    digest = hashlib.sha256(secret.encode()).digest()
    account: Account | None = db.session.scalar(
        select(Account).where(Account.setup_sha256 == digest)
    )
    if account is None or not account.active or (account.setup_until or now) <= now:
        raise NotFound(
            "This set-up link was used already or is too old. Ask your administrator for a new one."
        )
    return account


def password_problem(account: Account, password: str) -> str | None:
    """Why this password will not do for this person, or ``None``."""
    local = account.email.partition("@")[0]
    return passwords.problem(password, about=(account.email, local, account.name))


def set_up(account: Account, password: str) -> None:
    """Take the password chosen through a set-up link. The link ends, and so does every earlier
    second step and sign-in."""
    change_password(account, password)
    account.setup_sha256 = account.setup_until = None
    account.totp_secret = None
    account.totp_last_step = 0
    account.recovery_hashes = []


def change_password(account: Account, password: str) -> None:
    """Take another password and sign the account out everywhere."""
    if problem := password_problem(account, password):
        raise Rejected(problem)
    account.password_hash = passwords.make_hash(password)
    staff_sessions.end_all(account.id)


def needs_second_step(account: Account) -> bool:
    """Everybody does but those who are managers and nothing else."""
    return account.roles != {Role.MANAGER}


def may_use(account: Account) -> bool:
    """Whether a session of this account counts: it is active and its sign-in is set up."""
    has_second_step = account.totp_secret is not None
    return (
        account.active
        and bool(account.password_hash)
        and (has_second_step or not needs_second_step(account))
    )


def take_try(email: str, now: datetime) -> None:
    """Use up one of an address's tries, before looking whether it is right. Raises :class:`Paused`.

    Commit before checking: many tries at once then cannot share one, and the database is free
    while a password is hashed.
    """
    db.session.execute(delete(SignInFailure).where(SignInFailure.since <= now - PAUSE))
    if _count_up(email):
        return
    address = _address_hash(email)
    if db.session.get(SignInFailure, address) is not None:
        raise Paused
    try:
        with db.session.begin_nested():
            db.session.add(SignInFailure(address_sha256=address, failures=1, since=now))
    except IntegrityError as error:  # several first tries at once
        if not _count_up(email):
            raise Paused from error


def _count_up(email: str) -> bool:
    counted = db.session.execute(
        update(SignInFailure)
        .where(SignInFailure.address_sha256 == _address_hash(email), SignInFailure.failures < TRIES)
        .values(failures=SignInFailure.failures + 1)
    )
    return bool(counted.rowcount)  # type: ignore[attr-defined]


def give_back(email: str) -> None:
    """A right password was no wrong try; the tries before it still count."""
    address = SignInFailure.address_sha256 == _address_hash(email)
    db.session.execute(delete(SignInFailure).where(address, SignInFailure.failures <= 1))
    db.session.execute(
        update(SignInFailure).where(address).values(failures=SignInFailure.failures - 1)
    )


def forget_tries(email: str) -> None:
    """Start counting anew: this was the right person."""
    address = SignInFailure.address_sha256 == _address_hash(email)
    db.session.execute(delete(SignInFailure).where(address))


def check_password(email: str, password: str) -> Account | None:
    """The account if the password is right. Takes as long when there is no such account."""
    account = by_email(email)
    stored = account.password_hash if account is not None and account.active else ""
    return account if passwords.matches(stored, password) else None


def check_second_step(account: Account, typed: str) -> bool:
    """Whether these are the digits of this half minute, or an unused recovery code; each works
    once, also for two who send it at the same moment."""
    if account.totp_secret is None or not account.active:
        return False
    secret = second_step.unlock(account, account.totp_secret)
    turns.hold(account)
    step = second_step.step_of(secret, typed)
    if step is None:
        return second_step.use_recovery_code(account, typed)
    if step <= account.totp_last_step:
        return False
    account.totp_last_step = step
    return True


def halfway(account_id: str | None, since: str | None, now: datetime) -> Account | None:
    """The account whose password was right at ``since``, while its second step may still come."""
    if not account_id or not since or now - datetime.fromisoformat(since) > HALFWAY_LASTS:
        return None
    account = db.session.get(Account, uuid.UUID(account_id))
    return account if account is not None and account.active else None


def enrol(account: Account, locked: str, typed: str) -> list[str] | None:
    """Start using an app's secret once its digits are right: the recovery codes, else ``None``."""
    step = second_step.step_of(second_step.unlock(account, locked), typed)
    if step is None:
        return None
    account.totp_secret, account.totp_last_step = locked, step
    return second_step.new_recovery_codes(account)


def _address_hash(email: str) -> bytes:
    return hashlib.sha256(email.strip().lower().encode()).digest()
