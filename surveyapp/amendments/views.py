"""Changes of a promise: proposing one, signing somebody else's, and what came of each."""

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from analysis.disclosure import Rule
from surveyapp import clock
from surveyapp.amendments.forms import FORMS, AnotherPage, Reasoned
from surveyapp.errors import CandourError, NotFound
from surveyapp.extensions import db, who_session
from surveyapp.forms import Confirm
from surveyapp.models.surveys import Wave
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import (
    amendment_kinds,
    amendments,
    audits,
    authoring,
    covenants,
    promises,
    roster,
    waves,
    witnesses,
)

blueprint = Blueprint("amendments", __name__, url_prefix="/changes")
SIGNERS = amendments.PROPOSERS


@blueprint.get("/")
@open_to(*SIGNERS)
def every() -> ResponseReturnValue:
    """What waits for a signature, what was signed, and what may be asked for."""
    me = signed_in()
    newest_first = Wave.closes_at.desc().nulls_last(), Wave.number.desc(), Wave.id
    living = db.session.scalars(select(Wave).order_by(*newest_first))
    return render_template(
        "amendments/every.html",
        proposals=[
            (one, amendments.kind_of(one.change), amendments.may_sign(one, me))
            for one in amendments.seen_by(me)
        ],
        words=amendments.STATE_WORDS,
        choices=[(wave, names) for wave in living if (names := amendments.open_to(wave, me))],
        kinds=amendment_kinds.CHANGES,
    )


@blueprint.route("/waves/<uuid:wave_id>/<change>", methods=["GET", "POST"])
@open_to(*SIGNERS)
def propose(wave_id: uuid.UUID, change: str) -> ResponseReturnValue:
    """Ask for a change."""
    wave, kind = waves.wave_by_id(wave_id), amendments.kind_of(change)
    if change not in FORMS:
        raise NotFound("There is no such change.")
    form = _form(change, wave)
    form.reason.choices = dict(kind.reasons)
    if form.validate_on_submit():
        try:
            proposed = amendments.propose(
                wave, change, form.wanted(), form.reason.data, signed_in(), clock.now()
            )
        except CandourError as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            return redirect(url_for("amendments.proposal", amendment_id=proposed.id), 303)
    status = 422 if form.errors else 200
    return render_template("amendments/propose.html", wave=wave, kind=kind, form=form), status


@blueprint.get("/<uuid:amendment_id>")
@open_to(*SIGNERS)
def proposal(amendment_id: uuid.UUID) -> ResponseReturnValue:
    """One proposal: what it comes to, who asked, and the button to sign."""
    found, me = amendments.by_id(amendment_id), signed_in()
    if found not in amendments.seen_by(me):
        raise NotFound("There is no such proposal. Choose one from the list.")
    return render_template(
        "amendments/proposal.html",
        one=found,
        kind=amendments.kind_of(found.change),
        said=amendments.words(found, clock.now()) if found.state == "proposed" else "",
        state=amendments.STATE_WORDS[found.state],
        draft=_draft(found.wave) if found.change == "freeze" else None,
        may_sign=amendments.may_sign(found, me),
        may_withdraw=found.state == "proposed",
        form=Confirm(),
    )


@blueprint.post("/<uuid:amendment_id>/sign")
@open_to(*SIGNERS)
def sign(amendment_id: uuid.UUID) -> ResponseReturnValue:
    """Sign: it takes effect at once and stands on the noticeboard."""
    amendments.sign(amendments.by_id(amendment_id), signed_in(), clock.now())
    who_session().commit()
    db.session.commit()
    return redirect(url_for("amendments.proposal", amendment_id=amendment_id), 303)


@blueprint.post("/<uuid:amendment_id>/withdraw")
@open_to(*SIGNERS)
def withdraw(amendment_id: uuid.UUID) -> ResponseReturnValue:
    """Take a proposal back."""
    amendments.withdraw(amendments.by_id(amendment_id), signed_in(), clock.now())
    db.session.commit()
    return redirect(url_for("amendments.every"), 303)


def _draft(wave: Wave) -> dict[str, Any]:
    """What somebody who is asked to lock a draft must be able to read."""
    return {
        "wave": wave,
        "witnesses": witnesses.of(wave),
        "auditors": audits.of(wave),
        "questions": [item.text for item in authoring.instrument_of(wave).items],
        "facts": promises.facts({"rule": wave.rule}),
        "tree": roster.units(wave.programme, Rule.from_dict(wave.rule)),
    }


def _form(change: str, wave: Wave) -> Reasoned:
    form = FORMS[change]()
    if isinstance(form, AnotherPage):
        form.file.choices = sorted(covenants.of(wave).get("client", {}))
    return form
