"""Reading the development maildir, where messages land that are never sent."""

import email.policy
import mailbox
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from flask import current_app

from surveyapp.errors import NotFound
from surveyapp.services import health

MOST = 500
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``href`` where it is an address of this very application."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Letter:
    """One message as written."""

    key: str
    to: str
    subject: str
    date: datetime | None
    body: str

    @property
    def pieces(self) -> list[Piece]:
        """The body cut at its links. Only links to this application can be followed."""
        base = str(current_app.config["BASE_URL"]).rstrip("/") + "/"
        found: list[Piece] = []
        at = 0
        for match in LINK.finditer(self.body):
            address = match.group().rstrip(".,;:)")
            if address.startswith(base):
                found.append(Piece(self.body[at : match.start()]))
                found.append(Piece(address, address))
                at = match.start() + len(address)
        found.append(Piece(self.body[at:]))
        return found


def letters() -> list[Letter]:
    """The newest messages, newest first; none where mail is really sent."""
    box = _box()
    if box is None:
        return []
    found = [_letter(key, box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118  no mapping
    found.sort(key=lambda letter: (letter.date or datetime.min, letter.key), reverse=True)
    return found[:MOST]


def letter(key: str) -> Letter:
    """One message. Raises :class:`NotFound`."""
    box = _box()
    if box is None or key not in box:
        raise NotFound("There is no such message. Choose one from the list.")
    return _letter(key, box.get_bytes(key))


def readable() -> bool:
    """Whether messages may be read here: they lie in a folder, and the pages are served to this
    machine only. Elsewhere they would show an administrator everybody's code."""
    settings = current_app.config
    return settings["MAIL_BACKEND"] == "maildir" and health.is_loopback(settings["BASE_URL"])


def _box() -> mailbox.Maildir | None:
    if not readable():
        return None
    try:
        return mailbox.Maildir(current_app.config["MAILDIR"], create=False)
    except mailbox.NoSuchMailboxError:
        return None


def _letter(key: str, raw: bytes) -> Letter:
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)
    body = message.get_body(("plain",))
    sent = message["Date"]
    return Letter(
        key=key,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=parsedate_to_datetime(str(sent)).replace(tzinfo=None) if sent else None,
        body=body.get_content() if body is not None else "",
    )
