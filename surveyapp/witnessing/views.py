"""A witness's pages: what waits, the bundle to fetch, the file to send back."""

import uuid

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp import clock, witness_page
from surveyapp.errors import CandourError, NotFound
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Wave
from surveyapp.permissions import open_to, open_to_everyone, signed_in
from surveyapp.services import audit, waves, witnesses
from surveyapp.witnessing.forms import PeeledForm

blueprint = Blueprint("witnessing", __name__)


@blueprint.get("/witness/")
@open_to(Role.WITNESS)
def waiting() -> ResponseReturnValue:
    """The pulses that are sealed with a witness's key, and what each needs now."""
    now = clock.now()
    listed = [
        (wave, [one.name for one in witnesses.of(wave)], witnesses.words(wave, now))
        for wave in witnesses.waves()
    ]
    return render_template("witnessing/waiting.html", waves=listed, words=waves.STATE_WORDS)


@blueprint.route("/witness/<uuid:wave_id>", methods=["GET", "POST"])
@open_to(Role.WITNESS)
def one(wave_id: uuid.UUID) -> ResponseReturnValue:
    """One closed pulse: fetch its ballots, send back what came out."""
    found, form, done, unlike = _wave(wave_id), PeeledForm(), 200, ""
    if form.validate_on_submit():
        try:
            data = form.file.data.read()
            made = witnesses.hand_in(found, data)
        except CandourError as error:
            form.file.errors, done = [error.message], error.status
        else:
            name = f"wave {found.programme.slug}/{found.number}"
            audit.record(signed_in().email, "handed in", name, made.witness)
            db.session.commit()
            unlike = witnesses.beside(made, data)
            if not unlike:
                return redirect(url_for("witnessing.one", wave_id=wave_id), 303)
    page = render_template(
        "witnessing/one.html",
        wave=found,
        programme=found.programme,
        named=witnesses.of(found),
        state=waves.state_words(found),
        words=witnesses.words(found, clock.now()),
        waits=witnesses.awaited(found) and not witnesses.is_handed_in(found),
        form=form,
        unlike=unlike,
    )
    return page, 422 if form.errors and done == 200 else done


@blueprint.get("/witness/<uuid:wave_id>/bundle")
@open_to(Role.WITNESS)
def bundle(wave_id: uuid.UUID) -> ResponseReturnValue:
    """The sealed ballots with all that it takes to check and open them."""
    found = _wave(wave_id)
    response = Response(witnesses.bundle(found), mimetype="application/jsonl")
    name = f"{found.programme.slug}-{found.number}.bundle"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/witness/<uuid:wave_id>/results/<int:place>")
@open_to(Role.WITNESS)
def summary(wave_id: uuid.UUID, place: int) -> ResponseReturnValue:
    """The results as drawn up, sealed to the witness of that place in the promises."""
    found = _wave(wave_id)
    named = witnesses.of(found)
    if not 1 <= place <= len(named):
        raise NotFound("This pulse has no such witness.")
    sealed = witnesses.summary_for(found, named[place - 1].name)
    response = Response(sealed, mimetype="application/octet-stream")
    name = f"{found.programme.slug}-{found.number}-{place}.sealed"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/trust/witness.html")
@open_to_everyone
def page() -> ResponseReturnValue:
    """The witness's page, to save: it must run from the witness's own disk, not from here."""
    response = Response(witness_page.page(), mimetype="text/html")
    response.headers["Content-Disposition"] = 'attachment; filename="candour-witness.html"'
    return response


def _wave(wave_id: uuid.UUID) -> Wave:
    found = waves.wave_by_id(wave_id)
    if found.covenant is None or not witnesses.of(found):
        raise NotFound("No pulse of that address has a witness. Choose one from the list.")
    return found
