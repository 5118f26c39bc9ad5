"""Sending a ballot for somebody whose device runs no script: the client's steps, here in memory.

The ballot goes to the box as any client's does: over HTTP, where the box is a process of its own.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from flask import current_app

from surveyapp.config import SettingsError
from surveyapp.crypto import ballot, client
from surveyapp.errors import Unavailable
from surveyapp.extensions import box_session, opens, who_session
from surveyapp.respond.visits import Visit
from surveyapp.services import ballotbox, registrar, terms

TRIES = 100  # fewer than the box lets through in a minute
PATIENCE = 10  # seconds


def cast(visit: Visit) -> bytes:
    """Collect the credential, seal the answers and cast them; gives the receipt."""
    wave_id, class_key = visit.invitation.wave_id, visit.invitation.class_key
    conditions, seed = terms.of(wave_id), bytes.fromhex(visit.seed)
    wish = client.begin(seed, str(wave_id), class_key, conditions.classes[class_key])
    signed = registrar.issue(visit.invitation, wish.blinded)
    who_session().commit()
    says = ballot.not_given(visit.pulse.larger[class_key]) if visit.larger else class_key
    comments = visit.answers.comments(visit.pulse)
    said = client.fill_in(seed, says, visit.answers.ratings, comments, visit.tags)
    put = _into_own_box if opens("box") else _over_http
    # One by one, as a browser counts: the number kept must not tell which of the two it was.
    for counter in range(1, TRIES + 1):
        record = client.finish(wish, signed, said, conditions.lid, counter=counter)
        try:
            put(record.to_bytes())
        except ballotbox.Superseded:
            # The same form was sent before, or twice at once; this one goes on top.
            continue
        return said.receipt()
    raise ballotbox.Superseded


def _into_own_box(record: bytes) -> None:
    try:
        ballotbox.cast(record)
    except ballotbox.Superseded:
        box_session().rollback()
        raise
    box_session().commit()


def _over_http(record: bytes) -> None:
    address = str(current_app.config["BOX_URL"])
    if not address.startswith(("https://", "http://")):
        raise SettingsError("BOX_URL must say where the ballot box is, such as https://box.…")
    request = urllib.request.Request(  # noqa: S310  an http address, from our own settings
        f"{address.rstrip('/')}/cast",
        data=record,
        headers={"Content-Type": "application/json", "User-Agent": ""},
    )
    try:
        with _plain().open(request, timeout=PATIENCE):
            return
    except urllib.error.HTTPError as error:
        refusal = REFUSALS.get((error.code, _word(error)))
        raise (refusal() if refusal else Unavailable()) from error
    except OSError as error:
        raise Unavailable from error


REFUSALS: dict[tuple[int, str], Callable[[], Exception]] = {
    (409, "superseded"): ballotbox.Superseded,
    (409, "closed"): ballotbox.BoxClosed,
}


def _plain() -> urllib.request.OpenerDirector:
    """Asks no proxy and follows no redirect: the ballot goes to the box or nowhere."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def _word(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(1000))["error"])
    except (ValueError, KeyError, TypeError):
        return ""
