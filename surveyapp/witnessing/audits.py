"""The auditor's file: who it is sealed to, and fetching it, which the noticeboard tells."""

import uuid

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import audits as services
from surveyapp.services import waves
from surveyapp.witnessing.views import blueprint


@blueprint.get("/audits/")
@open_to(Role.AUDITOR, Role.WITNESS)
def audits() -> ResponseReturnValue:
    """The pulses whose answers can be counted once more."""
    return render_template("witnessing/audits.html", waves=services.waves())


@blueprint.post("/audits/<uuid:wave_id>/<int:place>")
@open_to(Role.AUDITOR, Role.WITNESS)
def fetch_audit(wave_id: uuid.UUID, place: int) -> ResponseReturnValue:
    """Hand out one sealed file. A POST, because it adds a line to the noticeboard."""
    wave = waves.wave_by_id(wave_id)
    sealed = services.fetch(wave, place, signed_in(), clock.now())
    db.session.commit()
    response = Response(sealed, mimetype="application/octet-stream")
    name = f"{wave.programme.slug}-{wave.number}-answers.sealed"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
