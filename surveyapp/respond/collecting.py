"""What a respondent's own script asks the registrar: may I answer, and one blind signature."""

import uuid
from typing import Any

from flask import Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from surveyapp import clock, wire
from surveyapp.crypto import base64url, tokens, words
from surveyapp.errors import NotFound
from surveyapp.extensions import who_session
from surveyapp.formatting import office
from surveyapp.limits import Limit
from surveyapp.permissions import open_to_everyone
from surveyapp.respond import pages, visits
from surveyapp.respond import pulse as pulses
from surveyapp.respond.pulse import Pulse
from surveyapp.respond.views import blueprint
from surveyapp.services import invited, posted, promises, registrar, terms
from surveyapp.services.posted import Standing
from surveyapp.services.registrar import Found

LARGEST = 4_096
# A device that loses its connection asks a few times; whoever asks without end waits.
SAME_CODE = Limit(120)


@blueprint.post("/check")
@open_to_everyone
def check() -> ResponseReturnValue:
    """Whose wave and class a token is for, and whether it can still be used. Changes nothing."""
    (token,) = wire.texts(LARGEST, "token")
    found, standing = _identify(token)
    pulse = pulses.of(standing)
    public = terms.of(found.wave_id).classes[found.class_key]
    state, out = _state(found, standing), standing.state == "published"
    return jsonify(
        {
            "wave": str(found.wave_id),
            "class": found.class_key,
            "unit": found.unit_key,
            "state": state,
            "usable": state == "open",
            "covenant": pulse.covenant_path,
            "public_key": base64url.encode(public.der),
            **_told(standing, pulse),
            "results": office(current_app, f"/r/{standing.results_key}") if out else "",
            "roster": invited.proof_of(found) if state == "open" else None,
        }
    )


@blueprint.post("/collect")
@open_to_everyone
def collect() -> ResponseReturnValue:
    """Sign a blinded ballot key: once for an invitation, the same again for the same one."""
    token, blinded = wire.texts(LARGEST, "token", "blinded")
    if not SAME_CODE.lets(tokens.digest(token)):
        wire.refuse("busy", 429)
    found, standing = _identify(token)
    if not standing.is_open(clock.now()):
        wire.refuse("closed", 409)
    try:
        signed = registrar.issue(found, base64url.decode(blinded))
    except registrar.AlreadyUsed:
        wire.refuse("used", 409)
    except registrar.Closed:
        wire.refuse("closed", 409)
    except ValueError:  # no base64url, or no number that this key could sign
        wire.refuse("blinded", 422)
    who_session().commit()
    return jsonify(signed=base64url.encode(signed))


@blueprint.get("/v/<uuid:wave_id>/covenant.json")
@open_to_everyone
def covenant(wave_id: uuid.UUID) -> ResponseReturnValue:
    """The promises byte for byte, for a script to hold against its link."""
    promised = posted.covenant(wave_id)
    if promised is None:
        raise NotFound("There is no such pulse here. Check the address.")
    return Response(promised, mimetype="application/json")


@blueprint.get("/v/<uuid:wave_id>/facts.json")
@open_to_everyone
def facts(wave_id: uuid.UUID) -> ResponseReturnValue:
    """What a pulse's own page says beside its promises, for a page that is for no one pulse and
    for whoever comes with a change key. Anybody may ask, so it has no link to results."""
    standing = posted.standing(wave_id)
    if standing is None:
        raise NotFound("There is no such pulse here. Check the address.")
    pulse = pulses.of(standing)
    return jsonify(
        state=_state(None, standing),
        **_told(standing, pulse),
        rule=pulse.facts[0],
        readers=[{"who": one.who, "what": one.what} for one in pulse.readers],
        contact=pulse.contact,
        support=pulse.support,
        simulated=pulse.simulated,
        phrase_words=" ".join(words.listed()) if pulse.diary else "",
    )


@blueprint.post("/v/done")
@open_to_everyone
def done() -> ResponseReturnValue:
    """Ask the browser of somebody who has finished to forget what it kept of these pages."""
    return pages.forgotten(Response(status=204))


def _identify(token: str) -> tuple[Found, Standing]:
    try:
        return visits.identify(token)
    except visits.UnknownCode:
        wire.refuse("unknown", 404)
    except visits.TooManyTries:
        wire.refuse("wait", 429)


def _told(standing: Standing, pulse: Pulse) -> dict[str, Any]:
    """Where a pulse stands, and what was changed since its promises were locked."""
    return {
        "opens": promises.when(standing.opens_at),
        "closes": promises.when(standing.closes_at),
        "publishes": promises.when(standing.publishes_at),
        "clients": list(pulse.clients),
        "least": pulse.least,
        "changed": list(pulse.changed),
    }


def _state(found: Found | None, standing: Standing) -> str:
    if standing.is_waiting():
        return "waiting"
    if not standing.is_open(clock.now()):
        return "closed"
    return "used" if found and found.collected else "open"
