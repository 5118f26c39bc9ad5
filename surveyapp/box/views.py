"""Casting: a sealed ballot in, one word out. No session, no cookie, nothing of who sends it."""

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from surveyapp import wire
from surveyapp.extensions import box_session, csrf
from surveyapp.limits import Limit
from surveyapp.permissions import open_to_everyone
from surveyapp.services import ballotbox

blueprint = Blueprint("box", __name__)
csrf.exempt(blueprint)

LARGEST = 100_000  # four envelopes of 16 KiB, and all around them
CORS_SECONDS = "86400"
# Far more than a person or a busy house needs; asked only once the credential is right, so that
# ballots without one use up nobody's turn.
SAME_BALLOT = Limit(120)
ALL_BALLOTS = Limit(6_000)


@blueprint.post("/cast")
@open_to_everyone
def cast() -> ResponseReturnValue:
    """Take a ballot. The same one sent again is taken again, to no effect."""
    record = wire.body(LARGEST)
    try:
        given = ballotbox.check(record)
        if not (SAME_BALLOT.lets(given.key_sha256) and ALL_BALLOTS.lets()):
            wire.refuse("busy", 429)
        ballotbox.keep(given, record)
    except ballotbox.BadBallot as error:
        wire.refuse(error.reason, 422)
    except ballotbox.Superseded:
        wire.refuse("superseded", 409)
    except ballotbox.BoxClosed:
        wire.refuse("closed", 409)
    box_session().commit()
    return jsonify({})


@blueprint.after_request
def let_in(response: Response) -> Response:
    """Pages of the registrar's own address may send ballots here, and no other page."""
    if origin := current_app.config["REGISTRAR_URL"]:
        response.headers["Access-Control-Allow-Origin"] = origin.rstrip("/")
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = CORS_SECONDS
    return response
