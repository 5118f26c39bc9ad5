"""The changes that two people may make to a promise: when, why, within which bounds, and what each
does. Nothing here may lower a protection."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from analysis.disclosure import Rule
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.formatting import local
from surveyapp.models.publications import Publication, PublishedFile
from surveyapp.models.surveys import Wave
from surveyapp.services import (
    authoring,
    covenants,
    in_force,
    invitations,
    promises,
    roster,
    waves,
)

Body = dict[str, Any]
# An extension must reach people, and must not race the closing.
NOTICE = timedelta(hours=1)
# What of a wave's row is no part of its promises: it changes while the wave runs.
LIVE = frozenset(
    {"state", "covenant", "covenant_sha256", "closed_on", "ballots", "counted_on", "reminded"}
)


@dataclass(frozen=True)
class Change:
    """One kind of change: when it may be made, why, what it comes to, and what it does.

    ``body`` checks what is wanted against the wave as it stands and gives the notice's own part.
    """

    title: str
    about: str
    states: tuple[str, ...]
    reasons: Mapping[str, str]
    body: Callable[[Wave, Mapping[str, str], datetime], Body]
    words: Callable[[Body], str]
    apply: Callable[[Wave, Body, datetime], None]
    notice: str = "AMENDED"


def draft_sha256(wave: Wave) -> str:
    """A fingerprint of all of a draft that HR can change: what is signed is what was proposed."""
    groups = roster.units(wave.programme, Rule.from_dict(wave.rule)).groups
    said = {
        "draft": [
            [column.key, value if isinstance(value, dict | list) else str(value)]
            for column in Wave.__table__.columns
            for value in [getattr(wave, column.key)]
            if column.key not in LIVE
        ],
        "programme": [
            getattr(wave.programme, name)
            for name in ("slug", "name", "organisation", "own_codebook")
        ],
        "groups": [[group.key, group.name, group.headcount, group.class_key] for group in groups],
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def _freeze(wave: Wave, wanted: Mapping[str, str], now: datetime) -> Body:
    if problems := waves.ready(wave, now=now):
        raise Rejected("This pulse cannot be locked yet.", problems)
    if wanted.get("sha256") != draft_sha256(wave):
        raise NotNow("The draft or the roster was changed after this was asked. Ask again.")
    return {}


def _rule(wave: Wave, wanted: Mapping[str, str], _now: datetime) -> Body:
    before = Rule.from_dict(covenants.in_force(wave)["rule"])
    try:
        answers = int(wanted["k"])
    except (KeyError, ValueError) as error:
        raise Rejected("Write a whole number of answers.") from error
    if answers <= before.k:
        raise Rejected(
            f"{before.k} answers are needed now. The number can be raised and never lowered."
        )
    # Without a bound two people could hide every figure, and call it protection.
    promised = int(covenants.of(wave)["rule"]["k"])
    most = in_force.MOST_RAISED * promised
    if answers > most:
        raise Rejected(
            f"{promised} answers were promised. The number can be raised to twice that, {most}, "
            "and no further."
        )
    raised = authoring.stricter(answers).to_dict()
    both = {name: max(value, raised[name]) for name, value in before.to_dict().items()}
    return {"rule": replace(before, **both).to_dict()}


def _client(wave: Wave, wanted: Mapping[str, str], _now: datetime) -> Body:
    name, sha256 = wanted.get("file", "").strip(), wanted.get("sha256", "").strip().lower()
    known = covenants.of(wave).get("client", {})
    if name not in known:
        raise Rejected("Choose one of the files that our promises name.")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Rejected("Write the file’s SHA-256: 64 digits from 0 to 9 and a to f.")
    return {"client": {name: sha256}}


def _extend(wave: Wave, wanted: Mapping[str, str], now: datetime) -> Body:
    there = covenants.in_force(wave)
    promised = in_force.moment(covenants.of(wave)["dates"]["closes"])
    closes = _moment(wanted.get("closes", ""))
    if there["extended"] is not None:
        raise NotNow("Closing was moved once already. It cannot be moved again.")
    if now > promised - NOTICE:
        raise NotNow("Closing can be moved until an hour before. Now it is too late.")
    if not promised < closes <= promised + in_force.LONGEST_EXTENSION:
        raise Rejected("Closing can be moved later, by at most 7 days.")
    if closes >= in_force.moment(there["dates"]["publishes"]):
        raise Rejected("Closing must come before the results date.")
    return {"closes": _utc(closes)}


def _hold(wave: Wave, wanted: Mapping[str, str], now: datetime) -> Body:
    if covenants.in_force(wave)["held"] is not None:
        raise NotNow("These results were held back once already. They cannot be held back again.")
    promised = in_force.moment(covenants.of(wave)["dates"]["publishes"])
    until = _moment(wanted.get("until", ""))
    if now >= promised:
        raise NotNow("The results date has come. Results can be held back only before it.")
    if not promised < until <= promised + in_force.LONGEST_HOLD:
        raise Rejected("Results can be held back by at most 14 days from the promised date.")
    return {"until": _utc(until)}


def _tombstone(wave: Wave, _wanted: Mapping[str, str], _now: datetime) -> Body:
    publication = _released(wave)
    if publication is None:
        raise NotNow("This pulse has no results that could be taken back.")
    return {
        "what": "publication",
        "number": publication.number,
        "sha256": publication.sha256,
    }


def _released(wave: Wave) -> Publication | None:
    return db.session.scalars(
        select(Publication)
        .where(
            Publication.wave_id == wave.id,
            Publication.released_on.is_not(None),
            Publication.withdrawn_on.is_(None),
        )
        .order_by(Publication.number.desc())
    ).first()


def _extended(wave: Wave, body: Body, now: datetime) -> None:
    wave.closes_at = in_force.moment(body["closes"])
    invitations.announce_extension(wave, now)


def _held(wave: Wave, body: Body, now: datetime) -> None:
    wave.publishes_at = in_force.moment(body["until"])
    invitations.announce_hold(wave, now)


def _take_back(wave: Wave, _body: Body, now: datetime) -> None:
    publication = _released(wave)
    if publication is not None:
        publication.withdrawn_on = local(now).date().isoformat()
        publication.summary = ""
        db.session.execute(
            delete(PublishedFile).where(PublishedFile.publication_id == publication.id)
        )


def _on_the_board_only(_wave: Wave, _body: Body, _now: datetime) -> None:
    """The noticeboard's line is all there is to it: whatever asks reads it there."""


def _moment(text: str) -> datetime:
    try:
        return in_force.moment(text)
    except ValueError as error:
        raise Rejected("Write a day and a time.") from error


def _utc(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"


CHANGES: Mapping[str, Change] = {
    "freeze": Change(
        "Lock our promises",
        "Questions, groups, rule, dates and the list of people are fixed and published.",
        ("draft",),
        {"agreed": "The questions, the groups, the rule and the dates are agreed"},
        _freeze,
        lambda _body: "The promises below are locked and published, and can no longer be changed.",
        _on_the_board_only,
        notice="COMMITTED",
    ),
    "rule": Change(
        "Ask for more answers behind every figure",
        "Groups with fewer answers are not shown. The number can only rise.",
        ("committed", "open", "closed"),
        {
            "small": "A small group could have stood out",
            "asked": "People asked for more protection",
        },
        _rule,
        lambda body: f"At least {body['rule']['k']} answers stand behind every figure.",
        _on_the_board_only,
    ),
    "client": Change(
        "Add a version of the answering page",
        "The page that people answer on is fixed in our promises. A mended one must be named.",
        ("committed", "open"),
        {
            "fault": "A fault in the answering page was mended",
            "browser": "A browser needed another version of the page",
        },
        _client,
        lambda body: (
            "This version counts too: "
            + ", ".join(f"{name} {sha256}" for name, sha256 in body["client"].items())
        ),
        _on_the_board_only,
    ),
    "extend": Change(
        "Close later",
        "Once a pulse, by at most 7 days. Everybody invited is told.",
        ("open",),
        {
            "away": "Many people were away",
            "mail": "Messages did not reach people",
            "fault": "The answering pages could not be reached",
        },
        _extend,
        lambda body: f"The pulse closes on {promises.when(in_force.moment(body['closes']))}.",
        _extended,
    ),
    "hold": Change(
        "Hold the results back",
        "Once a pulse, by at most 14 days. Your names and the reason are shown to everybody.",
        ("committed", "open", "closed", "opened", "summarised"),
        {
            "person": "A figure could point to somebody",
            "mistake": "A mistake in the figures is being looked into",
            "law": "A court or a regulator asked for it",
            "event": "Something grave happened that comes first",
        },
        _hold,
        lambda body: f"The results come out on {promises.when(in_force.moment(body['until']))}.",
        _held,
        notice="HELD",
    ),
    "tombstone": Change(
        "Take results back",
        "The results are deleted. That they were there, and why they went, stays for good.",
        ("published",),
        {
            "person": "A figure could point to somebody",
            "mistake": "The figures were wrong",
            "law": "A court or a regulator ordered it",
        },
        _tombstone,
        lambda body: f"The results with the fingerprint {body['sha256']} are deleted.",
        _take_back,
        notice="TOMBSTONE",
    ),
}
