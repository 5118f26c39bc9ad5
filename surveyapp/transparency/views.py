"""What was promised and what happened, open to anyone."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.crypto import receipts
from surveyapp.errors import NotFound
from surveyapp.models.surveys import Programme, Wave
from surveyapp.permissions import open_to_everyone
from surveyapp.services import (
    authoring,
    covenants,
    in_force,
    mirror,
    noticeboard,
    noticeboard_check,
    promises,
    results,
    retention,
    waves,
    witnesses,
)
from surveyapp.services import codebook as themes
from surveyapp.transparency import inventory

blueprint = Blueprint("transparency", __name__)


@blueprint.get("/trust")
@open_to_everyone
def trust() -> ResponseReturnValue:
    """How people are protected: what is stored, what never, and who can see what."""
    return render_template(
        "transparency/trust.html",
        programmes=authoring.programmes(),
        stored=inventory.STORED,
        never=inventory.NEVER,
        seen=inventory.SEEN,
        cannot=promises.CANNOT,
        kinds=promises.kinds(),
        board_problems=noticeboard_check.quick(),
        overdue=max((_overdue(programme) for programme in authoring.programmes()), default=0),
        board_words=noticeboard.words(),
        program_sha256=mirror.program_sha256(),
    )


@blueprint.get("/codebook")
@open_to_everyone
def codebook() -> ResponseReturnValue:
    """Every theme that comments are sorted by, so that anybody can argue with it."""
    return render_template(
        "transparency/codebook.html",
        book=themes.book(),
        own=themes.own(),
        words=themes.WORDS,
        named=themes.named,
    )


@blueprint.get("/trust/noticeboard.jsonl")
@open_to_everyone
def board() -> ResponseReturnValue:
    """The whole noticeboard, to keep and to check."""
    return _download(noticeboard.as_jsonl(), "application/jsonl", "noticeboard.jsonl")


@blueprint.get("/trust/checkpoint")
@open_to_everyone
def checkpoint() -> ResponseReturnValue:
    """The noticeboard’s length and root, signed, as plain text."""
    return Response(noticeboard.checkpoint(), mimetype="text/plain")


@blueprint.get("/trust/<slug>")
@open_to_everyone
def programme(slug: str) -> ResponseReturnValue:
    """A programme's pulses, as far as they have been promised."""
    found = authoring.programme_by_slug(slug)
    return render_template(
        "transparency/programme.html",
        programme=found,
        waves=[wave for wave in reversed(found.waves) if wave.state != "draft"],
        words=waves.STATE_WORDS,
        overdue=_overdue(found),
        board_problems=noticeboard_check.quick(),
    )


@blueprint.get("/trust/<slug>/<int:number>")
@open_to_everyone
def wave(slug: str, number: int) -> ResponseReturnValue:
    """What was promised for one pulse, and what has happened since."""
    found = promised(slug, number)
    covenant = covenants.in_force(found) if found.covenant else None
    notices = noticeboard.about(found.id)
    return render_template(
        "transparency/wave.html",
        wave=found,
        programme=found.programme,
        state=waves.state_words(found),
        waiting=witnesses.words(found, clock.now()),
        covenant=covenant,
        promise=promises.words(covenant) if covenant else "",
        without_script=promises.WITHOUT_SCRIPT,
        facts=promises.facts(covenant) if covenant else (),
        readers=promises.readers(covenant) if covenant else (),
        times=promises.times(covenant) if covenant else {},
        names={one["key"]: one["name"] for one in covenant["groups"]} if covenant else {},
        fingerprint=promises.fingerprint(found.covenant_sha256 or ""),
        answers_end=retention.ends(found),
        happened=covenants.happened(notices),
        counts=_counts(notices),
        receipts=_receipts(notices),
        overdue=waves.overdue(found, clock.now()),
        changed=covenants.changed_words(found),
        signers=in_force.signers,
        named=themes.named,
        taken_back=[one for one in results.taken_back(found.programme) if one.label == found.label],
        board_problems=noticeboard_check.quick(),
    )


@blueprint.get("/trust/<slug>/<int:number>/covenant.json")
@open_to_everyone
def covenant(slug: str, number: int) -> ResponseReturnValue:
    """The promises byte for byte: their SHA-256 is the one printed everywhere."""
    found = promised(slug, number)
    waves.covenant(found)
    return _download(found.covenant or "", "application/json", "covenant.json")


def promised(slug: str, number: int) -> Wave:
    """A wave that has been promised; a draft is nobody's business yet."""
    found = next(
        (one for one in authoring.programme_by_slug(slug).waves if one.number == number), None
    )
    if found is None or found.state == "draft":
        raise NotFound("There is no such pulse here. Check the address.")
    return found


def _counts(notices: Sequence[noticeboard.Line]) -> list[tuple[str, object]]:
    """Whole-organisation counts from the noticeboard; there are none before closing."""
    words = {
        "invited": "Invited",
        "issued": "Codes used",
        "ballots": "Sets of answers sent",
        "accepted": "Sets of answers counted",
        "reported": "Reports that somebody else used an invitation",
    }
    said: dict[str, object] = {}
    for notice in notices:
        if notice.type in ("CLOSED", "OPENED"):
            said |= notice.body
    return [(label, said[name]) for name, label in words.items() if name in said]


def _receipts(notices: Sequence[noticeboard.Line]) -> list[str]:
    """The receipts of an opened wave as respondents saw them, in the order of their letters."""
    bodies: list[dict[str, Any]] = [one.body for one in notices if one.type == "OPENED"]
    listed = [receipt for body in bodies for receipt in body.get("receipts", ())]
    return sorted(receipts.shown(bytes.fromhex(one)) for one in listed)


def _overdue(programme: Programme) -> int:
    now = clock.now()
    return max((waves.overdue(wave, now) for wave in programme.waves), default=0)


def _download(body: str, media_type: str, name: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
