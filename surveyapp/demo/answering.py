"""The made-up staff answer: each opens their mail in the maildir and fills in the pages."""

import mailbox
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app

from surveyapp import clock
from surveyapp.demo.pages import PageError, Reader
from surveyapp.extensions import db
from surveyapp.models.surveys import Wave

if TYPE_CHECKING:
    from analysis.simulate import Answer

Say = Callable[[str], None]
LINK = re.compile(r"https?://\S+/v/#\S+")
CODE = re.compile(r"\b[0-9A-Z]{4}(?: [0-9A-Z]{4}){2}\b")
TOLD_EVERY = 50


def invitations(wave: Wave) -> dict[str, tuple[str, str]]:
    """The newest link and typed code that each address was sent for a wave."""
    found: dict[str, tuple[str, str]] = {}
    mark = f".{wave.covenant_sha256}."
    for message in mailbox.Maildir(current_app.config["MAILDIR"], create=False):
        body = message.get_payload(decode=True)
        text = body.decode() if isinstance(body, bytes) else ""
        link, code = LINK.search(text), CODE.search(text)
        if link and code and mark in link[0]:
            found[str(message["To"])] = (link[0], code[0])
    return found


def answer(wave: Wave, answers: "Iterable[Answer]", moment: datetime, say: Say) -> None:
    """Send each answer through the respondent’s pages, by typed code and without script."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    codes = invitations(wave)
    everybody = list(answers)
    db.session.commit()
    with clock.as_if(moment):
        for number, one in enumerate(everybody, start=1):
            _send(Reader(app), codes[one.email][1], one)
            if number % TOLD_EVERY == 0 or number == len(everybody):
                say(f"Pulse {wave.number}: {number} of {len(everybody)} answers sent")


def _send(reader: Reader, code: str, said: "Answer") -> None:
    first = reader.open("/v/").forms[0].buttons[0][1]
    reader.send({"code": code}, first)
    if first != "start":
        reader.send({}, "start")
    reader.send({}, "all")
    fields = {f"a.{item}": str(value) for item, value in said.ratings.items() if value is not None}
    for comment in said.comments:
        fields[f"t.{comment.question}"] = comment.text
        fields[f"u.{comment.question}"] = comment.use
    reader.send(fields, "check").send({}, "send")
    if reader.status != 200 or not reader.heading.startswith("Thank you"):
        raise PageError(f"An answer was not taken: {reader.heading}")
