"""Who witnesses a pulse and who audits it: HR adds a public file to a draft, or takes it away."""

import uuid

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp.errors import CandourError
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Wave
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import audit, audits, waves
from surveyapp.services import witnesses as services
from surveyapp.surveys.forms import WitnessForm
from surveyapp.surveys.views import blueprint


@blueprint.route("/waves/<uuid:wave_id>/witnesses", methods=["GET", "POST"])
@open_to(Role.HR)
def witnesses(wave_id: uuid.UUID) -> ResponseReturnValue:
    """The witnesses of a pulse; while it is a draft, add one or take one away."""
    found, form = waves.wave_by_id(wave_id), WitnessForm()
    if form.validate_on_submit():
        try:
            detail = _change(found, form)
        except CandourError as error:
            form.file.errors = [error.message]
        else:
            wave = f"wave {found.programme.slug}/{found.number}"
            audit.record(signed_in().email, "changed witnesses", wave, detail)
            db.session.commit()
            return redirect(url_for("surveys.witnesses", wave_id=wave_id), 303)
    page = render_template(
        "surveys/witnesses.html",
        wave=found,
        programme=found.programme,
        form=form,
        named=services.of(found),
        most=services.MOST,
        auditors=audits.of(found),
    )
    return page, 422 if form.errors else 200


def _change(wave: Wave, form: WitnessForm) -> str:
    if form.kind.data == "auditor":
        if form.away.data:
            audits.take_away(wave, form.away.data)
            return f"without the auditor {form.away.data}"
        auditor = audits.name(wave, form.file.data.read() if form.file.data else b"")
        return f"auditor {auditor.name}, {auditor.fingerprint()}"
    if form.away.data:
        services.take_away(wave, form.away.data)
        return f"without {form.away.data}"
    added = services.name(wave, form.file.data.read() if form.file.data else b"")
    return f"{added.name}, {added.fingerprint()}"
