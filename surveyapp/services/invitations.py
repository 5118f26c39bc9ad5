"""Who is invited to a wave, and what is written to them."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import CursorResult, Row, Select, delete, func, insert, select, update

from analysis.claims import five_sentences
from analysis.summary import Summary
from surveyapp.crypto import tokens
from surveyapp.errors import NotNow
from surveyapp.extensions import db, who_session
from surveyapp.formatting import day, local
from surveyapp.models.accounts import Account, Role
from surveyapp.models.actions import Commitment
from surveyapp.models.participation import Invitation, InvitationKey
from surveyapp.models.people import Person
from surveyapp.models.surveys import Wave, WaveUnit
from surveyapp.services import covenants, mail, messages, roster
from surveyapp.services import invited as invited_list

REMINDER_DAYS = (4, 10)
KEPT_AFTER_CLOSING = timedelta(days=30)
MOST_PROMISES = 3


def prepare(wave: Wave) -> int:
    """Invite everybody on the roster, each in the class of their group; how many. Sends nothing.

    Repeated for a wave nobody was written to, it starts afresh.
    """
    session = who_session()
    written = session.scalar(
        select(func.count())
        .select_from(InvitationKey)
        .join(Invitation, Invitation.id == InvitationKey.invitation_id)
        .where(Invitation.wave_id == wave.id)
    )
    if written:
        raise NotNow("People have been invited to this pulse. Its list cannot change any more.")
    session.execute(delete(Invitation).where(Invitation.wave_id == wave.id))
    class_of = {unit.key: unit.class_key for unit in wave.units}
    people = session.execute(
        select(Person.id, Person.unit_key).where(
            Person.programme_id == wave.programme_id, Person.active
        )
    ).all()
    rows = [
        {
            "id": uuid.uuid4(),
            "wave_id": wave.id,
            "person_id": person.id,
            "unit_key": person.unit_key,
            "class_key": class_of[person.unit_key],
        }
        for person in people
    ]
    if rows:
        session.execute(insert(Invitation), rows)
    return len(rows)


def invite(wave: Wave, now: datetime) -> int:
    """Queue the first message to everybody who has had none; how many. Safe to repeat."""
    if wave.state != "open" or (wave.closes_at is not None and wave.closes_at <= now):
        raise NotNow("Invitations go out while a pulse is open.")
    fresh = _people().where(
        Invitation.wave_id == wave.id,
        ~select(InvitationKey).where(InvitationKey.invitation_id == Invitation.id).exists(),
    )
    covenant = covenants.in_force(wave)
    kept = promises_kept(wave.programme_id, local(now).date())
    base_url = _base_url()
    return _write(
        wave,
        fresh,
        "invite",
        1,
        messages.invitation(wave, covenant, base_url, kept),
        now,
    )


def remind(wave: Wave, now: datetime, round: int) -> int:
    """Queue a reminder to everybody invited, answered or not; how many. Each round goes out once.

    Writes to both stores; commit ``who`` first.
    """
    if wave.state != "open" or (wave.closes_at is not None and wave.closes_at <= now):
        raise NotNow("Reminders go out while a pulse is open.")
    if not _next_round(wave, round):
        return 0
    everyone = _people().where(Invitation.wave_id == wave.id, Invitation.reminders)
    covenant = covenants.in_force(wave)
    base_url = _base_url()
    last_day = wave.closes_at is not None and (
        local(wave.closes_at).date() - local(now).date() == timedelta(days=1)
    )
    return _write(
        wave,
        everyone,
        "remind",
        round,
        messages.reminder(wave, covenant, base_url, last_day=last_day),
        now,
    )


def reminder_due(wave: Wave, now: datetime) -> int | None:
    """The round to send by itself now: on days 4 and 10 after opening and the day before closing.

    A round that a person sent by hand counts; several missed at once make one message.
    """
    if wave.state != "open" or wave.opens_at is None or wave.closes_at is None:
        return None
    opened, today = local(wave.opens_at).date(), local(now).date()
    last = local(wave.closes_at).date() - timedelta(days=1)
    days = [opened + timedelta(days=number) for number in REMINDER_DAYS]
    plan = sorted({day for day in [*days, last] if opened < day <= last})
    wanted = sum(day <= today for day in plan)
    return wanted if wanted > wave.reminded and now < wave.closes_at else None


def announce_results(wave: Wave, summary: Summary, now: datetime) -> int:
    """Queue the results to everybody invited; how many. None for a wave that came from a file."""
    if wave.covenant is None:
        return 0
    subject, body = messages.results(
        wave,
        covenants.in_force(wave),
        five_sentences(summary),
        _base_url(),
        promises_kept(wave.programme_id, local(now).date()),
    )
    return _same_to_all(wave, "results", 1, subject, body, now)


def announce_hold(wave: Wave, now: datetime) -> int:
    """Queue word to everybody invited that the results are held back; how many."""
    subject, body = messages.held(wave, covenants.in_force(wave), _base_url())
    return _same_to_all(wave, "held", 1, subject, body, now)


def announce_extension(wave: Wave, now: datetime) -> int:
    """Queue word to everybody invited that the pulse closes later; how many."""
    subject, body = messages.extended(wave, covenants.in_force(wave), _base_url())
    return _same_to_all(wave, "extended", 1, subject, body, now)


def announce_overdue(wave: Wave, days: int, now: datetime) -> int:
    """Queue, once a week, word to everybody invited that the results are late; how many.

    Only in the first two days of a week: after that the outbox has forgotten whom it told.
    """
    if days < 1 or (days - 1) % 7 >= mail.KEPT_AFTER_SENDING.days:
        return 0
    promised = covenants.in_force(wave) if wave.covenant is not None else {}
    subject, body = messages.overdue(wave, promised, days, _base_url())
    return _same_to_all(wave, "overdue", 1 + (days - 1) // 7, subject, body, now)


def tell_board(wave: Wave, now: datetime) -> int:
    """Queue word to the board that a draft awaits its sense check; how many."""
    subject, body = messages.draft(wave, _base_url(), reading=covenants.reads_comments(wave))
    board = [
        mail.Message(account.email, subject, body)
        for account in db.session.scalars(select(Account).where(Account.active))
        if account.has(Role.BOARD)
    ]
    return mail.queue_all(wave.id, "draft", board, now=now)


def invited(wave: Wave) -> int:
    """How many people were invited."""
    return _count(Invitation.wave_id == wave.id)


def issued(wave: Wave) -> int:
    """How many collected their one credential."""
    return _count(Invitation.wave_id == wave.id, Invitation.collected)


def reported(wave: Wave) -> int:
    """How many said that somebody else used their invitation."""
    return _count(Invitation.wave_id == wave.id, Invitation.reported)


def forget(now: datetime) -> int:
    """Delete invitations and their keys 30 days after closing, once the results are out, and people
    who left the roster; how many of both.

    From then on nothing says who took part.
    """
    gone = 0
    for wave_id in _long_over(now):
        gone += _count(Invitation.wave_id == wave_id)
        who_session().execute(delete(Invitation).where(Invitation.wave_id == wave_id))
    return gone + roster.forget_leavers()


def _long_over(now: datetime) -> list[uuid.UUID]:
    """The waves that closed 30 days ago or more and whose results are out. For promised ones both
    are the noticeboard's word: whoever is deleted then is not told of results that a row calls
    out."""
    until = (local(now).date() - KEPT_AFTER_CLOSING).isoformat()
    out = filter(
        covenants.is_out, db.session.scalars(select(Wave).where(Wave.state == "published"))
    )
    closed = {
        wave.id: covenants.closed_on(wave) if wave.covenant else wave.closed_on for wave in out
    }
    return [wave_id for wave_id, day in closed.items() if day is not None and day <= until]


def promises_kept(programme_id: uuid.UUID, today: date) -> list[str]:
    """The latest answers to what people said, and what came of each, a line each."""
    newest = db.session.scalars(
        select(Commitment)
        .where(Commitment.programme_id == programme_id)
        .order_by(Commitment.made_on.desc(), Commitment.id)
        .limit(MOST_PROMISES)
    )
    return [_outcome(commitment, today) for commitment in newest]


def _outcome(commitment: Commitment, today: date) -> str:
    said = f"You said: {commitment.you_said.rstrip('.')}."
    if commitment.answer == "wont":
        return f"{said} We won’t, because {commitment.because.rstrip('.')}."
    kinds = [step.kind for step in commitment.steps]
    plan = f"{said} We will: {commitment.text.rstrip('.')}."
    if "done" in kinds:
        return f"{plan} Done."
    if "stopped" in kinds:
        return f"{plan} Stopped."
    if commitment.due and commitment.due < today.isoformat():
        return f"{plan} Late: it was due on {day(commitment.due)}."
    return f"{plan} Due on {day(commitment.due)}." if commitment.due else plan


def _write(
    wave: Wave,
    people: Select[uuid.UUID, str, str, str, uuid.UUID],
    kind: str,
    round: int,
    compose: messages.Compose,
    now: datetime,
) -> int:
    """Give each person a fresh token and code, and queue the message that carries them."""
    session = who_session()
    units = {unit.key: unit for unit in wave.units}
    there = mail.queued(wave.id, kind, round=round)
    letters: list[mail.Message] = []
    new_keys: list[dict[str, object]] = []
    for person in session.execute(people):
        if person.email in there:
            continue
        ticket = _ticket(wave.id, person, units)
        subject, body = compose(ticket)
        letters.append(mail.Message(person.email, subject, body))
        new_keys += [
            {"sha256": tokens.digest(text), "invitation_id": person.invitation_id}
            for text in (ticket.token, ticket.code)
        ]
    if new_keys:
        session.execute(insert(InvitationKey), new_keys)
    return mail.queue_all(wave.id, kind, letters, round=round, now=now)


def _people() -> Select[uuid.UUID, str, str, str, uuid.UUID]:
    return select(
        Invitation.id.label("invitation_id"),
        Invitation.class_key,
        Person.email,
        Invitation.unit_key,
        Person.id.label("person_id"),
    ).join(Person, Person.id == Invitation.person_id)


def _ticket(
    wave_id: uuid.UUID, person: Row[uuid.UUID, str, str, str, uuid.UUID], units: dict[str, WaveUnit]
) -> messages.Ticket:
    counted = units[person.class_key]
    own = units[person.unit_key]
    return messages.Ticket(
        door=(current_app.config["REGISTRAR_URL"] or _base_url()).rstrip("/"),
        token=tokens.new_token(),
        code=tokens.new_code(),
        salt=invited_list.salt(wave_id, person.person_id),
        group=own.name,
        people=own.headcount or 0,
        counted_in=counted.name,
    )


def _same_to_all(wave: Wave, kind: str, round: int, subject: str, body: str, now: datetime) -> int:
    emails: Sequence[str] = (
        who_session()
        .scalars(
            select(Person.email)
            .join(Invitation, Invitation.person_id == Person.id)
            .where(Invitation.wave_id == wave.id)
            .order_by(Person.email)
        )
        .all()
    )
    everybody = dict.fromkeys([*emails, *_witnesses()])
    letters = [mail.Message(email, subject, body) for email in everybody]
    return mail.queue_all(wave.id, kind, letters, round=round, now=now)


def _witnesses() -> list[str]:
    """The addresses of those who watch: they get what everybody gets, at the same minute."""
    accounts = db.session.scalars(select(Account).where(Account.active).order_by(Account.email))
    return [account.email for account in accounts if account.has(Role.WITNESS)]


def _next_round(wave: Wave, round: int) -> bool:
    taken = cast(
        CursorResult[Any],
        db.session.execute(
            update(Wave)
            .where(Wave.id == wave.id, Wave.reminded < round)
            .values(reminded=round)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.refresh(wave)
    return taken.rowcount == 1


def _base_url() -> str:
    return str(current_app.config["BASE_URL"]).rstrip("/")


def _count(*where: Any) -> int:
    return who_session().scalar(select(func.count()).select_from(Invitation).where(*where)) or 0
