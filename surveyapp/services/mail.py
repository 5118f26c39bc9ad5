"""The outbox: messages wait here, are claimed, sent, and forgotten two days later.

Plain text only; nothing that tells whether a message was opened. After a crash a message may be
sent twice; none is lost. Who was written to is logged nowhere.
"""

import hashlib
import mailbox
import smtplib
import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from flask import current_app
from sqlalchemy import and_, delete, func, insert, or_, select, text, update

from surveyapp.extensions import who_session
from surveyapp.models.participation import OutboxMail

KEPT_AFTER_SENDING = timedelta(hours=48)
ORPHANED_AFTER = timedelta(minutes=15)
RETRY_AFTER = timedelta(minutes=15)
MOST_ATTEMPTS = 100  # a day and an hour of trying
SMTP_TIMEOUT = 20

Send = Callable[[EmailMessage, str], None]
Commit = Callable[[], None]


class ServerAway(Exception):
    """The mail server cannot be reached now; no message is to blame."""


class Refused(Exception):
    """The mail server will not take this message; ``for_good`` when it never will."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__()
        self.for_good = for_good


@dataclass(frozen=True)
class Message:
    """Somebody to write to, and what."""

    recipient: str
    subject: str
    body: str


def queue_all(
    wave_id: uuid.UUID, kind: str, messages: list[Message], *, round: int = 1, now: datetime
) -> int:
    """Put messages in the outbox, once a person, kind and round; how many are new."""
    there = queued(wave_id, kind, round=round)
    new = [message for message in messages if message.recipient not in there]
    rows = [
        {
            "id": uuid.uuid4(),
            "wave_id": wave_id,
            "recipient": message.recipient,
            "kind": kind,
            "round": round,
            "subject": message.subject,
            "body": message.body,
            "changed_at": now,
        }
        for message in new
    ]
    if rows:
        who_session().execute(insert(OutboxMail), rows)
    return len(rows)


def queued(wave_id: uuid.UUID, kind: str, *, round: int = 1) -> set[str]:
    """Who has this message in the outbox, sent or not."""
    return set(
        who_session().scalars(
            select(OutboxMail.recipient).where(
                OutboxMail.wave_id == wave_id, OutboxMail.kind == kind, OutboxMail.round == round
            )
        )
    )


def send_waiting(now: datetime, limit: int = 500, commit: Commit = lambda: None) -> int:
    """Send what waits; how many went out.

    ``commit`` is the caller's commit of the ``who`` store. It is called after claiming, and after
    each message that goes to a mail server, so that no lock is held while the server thinks and a
    crash repeats one message at most. A repeat in the mail folder replaces its like.
    """
    mails = _claim(now, limit)
    commit()
    if not mails:
        return 0
    sent = 0
    waiting = list(mails)
    by_smtp = current_app.config["MAIL_BACKEND"] == "smtp"
    try:
        with _backend() as send:
            while waiting:
                sent += _send(send, waiting[0], now)
                waiting.pop(0)
                if by_smtp:
                    commit()
    except ServerAway:
        for mail in waiting:
            mail.state, mail.changed_at = "waiting", now
    commit()
    return sent


def purge(now: datetime) -> int:
    """Empty the outbox of what was sent, or given up, two days ago; how many went."""
    old = and_(
        OutboxMail.state.in_(("sent", "failed")),
        OutboxMail.changed_at <= now - KEPT_AFTER_SENDING,
    )
    count = who_session().scalar(select(func.count()).select_from(OutboxMail).where(old)) or 0
    if count:
        who_session().execute(delete(OutboxMail).where(old))
        _leave_no_dead_rows()
    return count


def _leave_no_dead_rows() -> None:
    """Let PostgreSQL begin a new file with what is left: a deleted letter, and each of its earlier
    states, would stay readable in the old one. SQLite wipes what it deletes."""
    session = who_session()
    if session.get_bind().dialect.name != "postgresql":
        return
    # First nobody else may write: what came in between would be lost.
    session.execute(text("LOCK TABLE outbox_mail IN ACCESS EXCLUSIVE MODE"))
    left = [dict(row) for row in session.execute(select(OutboxMail.__table__)).mappings()]
    session.execute(text("TRUNCATE outbox_mail"))
    if left:
        session.execute(insert(OutboxMail.__table__), left)


def counts() -> dict[str, int]:
    """How many messages are waiting, sent and failed: all that staff may know of the outbox."""
    rows = who_session().execute(
        select(OutboxMail.state, func.count().label("number")).group_by(OutboxMail.state)
    )
    return {row.state: row.number for row in rows}


def message(mail: OutboxMail) -> EmailMessage:
    """The message as it goes out: plain text, and the same identifier however often it is sent."""
    built = EmailMessage()
    built["From"] = current_app.config["MAIL_FROM"]
    built["To"] = mail.recipient
    built["Subject"] = mail.subject
    built["Date"] = format_datetime(mail.changed_at.replace(tzinfo=UTC))
    built["Message-ID"] = message_id(mail)
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(mail.body)
    return built


def message_id(mail: OutboxMail) -> str:
    """Made from wave, person, kind and round, so that mail programs see a repeat as one."""
    named = f"{mail.wave_id}|{mail.recipient}|{mail.kind}|{mail.round}"
    host = parseaddr(current_app.config["MAIL_FROM"])[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(named.encode()).hexdigest()[:32]}@{host}>"


def _claim(now: datetime, limit: int) -> list[OutboxMail]:
    ready = or_(
        and_(
            OutboxMail.state == "waiting",
            or_(OutboxMail.attempts == 0, OutboxMail.changed_at <= now - RETRY_AFTER),
        ),
        # A sender that died left these behind.
        and_(OutboxMail.state == "claimed", OutboxMail.changed_at <= now - ORPHANED_AFTER),
    )
    chosen = list(
        who_session().scalars(
            select(OutboxMail.id).where(ready).order_by(OutboxMail.changed_at).limit(limit)
        )
    )
    mine: list[OutboxMail] = []
    for start in range(0, len(chosen), 500):
        mine.extend(
            who_session().scalars(
                update(OutboxMail)
                .where(OutboxMail.id.in_(chosen[start : start + 500]), ready)
                .values(state="claimed", changed_at=now)
                .returning(OutboxMail),
                execution_options={"synchronize_session": False, "populate_existing": True},
            )
        )
    return mine


def _send(send: Send, mail: OutboxMail, now: datetime) -> bool:
    try:
        send(message(mail), mail.recipient)
    except Refused as refusal:
        mail.attempts += 1
        given_up = refusal.for_good or mail.attempts >= MOST_ATTEMPTS
        mail.state, mail.changed_at = ("failed" if given_up else "waiting"), now
        return False
    mail.state, mail.changed_at = "sent", now
    return True


@contextmanager
def _backend() -> Iterator[Send]:
    if current_app.config["MAIL_BACKEND"] == "smtp":
        with _smtp() as send:
            yield send
    else:
        yield _into_folder(Path(current_app.config["MAILDIR"]))


def _into_folder(folder: Path) -> Send:
    """A maildir for development. A message's file is named for its identifier."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mailbox.Maildir(str(folder), create=True)

    def deliver(built: EmailMessage, _recipient: str) -> None:
        name = built["Message-ID"].strip("<>").partition("@")[0]
        draft = folder / "tmp" / name
        draft.write_bytes(built.as_bytes())
        draft.rename(folder / "new" / name)

    return deliver


@contextmanager
def _smtp() -> Iterator[Send]:
    settings = current_app.config
    try:
        server = smtplib.SMTP(settings["SMTP_HOST"], settings["SMTP_PORT"], timeout=SMTP_TIMEOUT)
        if settings["SMTP_STARTTLS"]:
            # Without a context Python checks no certificate, and the codes would go to anybody.
            server.starttls(context=ssl.create_default_context())
        if settings["SMTP_USER"]:
            server.login(settings["SMTP_USER"], settings["SMTP_PASSWORD"])
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway from error
    sender = parseaddr(settings["MAIL_FROM"])[1]

    def deliver(built: EmailMessage, recipient: str) -> None:
        try:
            server.send_message(built, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise Refused(for_good=code >= 500) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            raise ServerAway from error
        except smtplib.SMTPResponseException as error:
            raise Refused(for_good=error.smtp_code >= 500) from error
        except smtplib.SMTPException as error:
            raise Refused(for_good=False) from error

    try:
        yield deliver
    finally:
        server.close()
