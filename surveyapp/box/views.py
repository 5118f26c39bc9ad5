"""Casting: a sealed ballot in, one word out. No session, no cookie, nothing of who sends it."""

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from surveyapp import wire
from surveyapp.extensions import box_session, csrf
from surveyapp.permissions import open_to_everyone
from surveyapp.services import ballotbox

blueprint = Blueprint("box", __name__)
csrf.exempt(blueprint)

LARGEST = 100_000  # four envelopes of 16 KiB, and all around them
CORS_SECONDS = "86400"


@blueprint.post("/cast")
@open_to_everyone
def cast() -> ResponseReturnValue:
    """Take a ballot. The same one sent again is taken again, to no effect."""
    try:
        ballotbox.cast(wire.body(LARGEST))
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
