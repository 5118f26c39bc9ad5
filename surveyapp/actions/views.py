"""You said, we will: the ledger of commitments."""

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.actions.forms import Effect, Promise, Step
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import actions, audit, measures, results

blueprint = Blueprint("actions", __name__, url_prefix="/actions")

FILTERS = {"": "All", "doing": "Doing", "done": "Done", "wont": "We won’t", "late": "Late"}
STEPS = {
    "doing": "The work started",
    "done": "It is done",
    "note": "A note",
    "stopped": "We stopped",
}


@blueprint.get("/<slug>")
@open_to(*Role)
def ledger(slug: str) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    shown = request.args.get("show", "")
    everything = actions.ledger(programme)
    lines = [
        line
        for line in everything
        if not shown or line.state == shown or (shown == "late" and line.late)
    ]
    return render_template(
        "actions/ledger.html",
        programme=programme,
        lines=lines,
        anything=bool(everything),
        filters=FILTERS,
        shown=shown,
        may_add=_may_add(programme),
    )


@blueprint.route("/<slug>/add", methods=["GET", "POST"])
@open_to(Role.HR, Role.BOARD)
def add(slug: str) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    latest = results.latest(programme)
    if latest is None:
        raise NotNow("There are no results yet. An answer follows something that people said.")
    form = Promise(theme=request.args.get("theme"))
    form.theme.choices = {theme.id: theme.title for theme in latest[1].themes}
    if form.validate_on_submit():
        promise = actions.Promise(
            theme=form.theme.data,
            you_said=form.you_said.data,
            answer=form.answer.data,
            text=form.text.data,
            because=form.because.data or "",
            owner=form.owner.data or "",
            due=form.due.data,
        )
        try:
            commitment = actions.add(programme, promise, today=clock.now().date())
        except Rejected as problem:
            form.form_errors.append(problem.message)
        else:
            audit.record(signed_in().email, "added an answer", str(commitment.id))
            db.session.commit()
            return redirect(url_for("actions.entry", slug=slug, commitment_id=commitment.id))
    return render_template("actions/add.html", programme=programme, wave=latest[0], form=form)


@blueprint.get("/<slug>/<uuid:commitment_id>")
@open_to(*Role)
def entry(slug: str, commitment_id: uuid.UUID) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    line = actions.line(actions.commitment_of(programme, commitment_id))
    return render_template(
        "actions/entry.html",
        programme=programme,
        line=line,
        words=STEPS,
        may_add=_may_add(programme),
    )


@blueprint.route("/<slug>/<uuid:commitment_id>/effect", methods=["GET", "POST"])
@open_to(Role.HR, Role.BOARD)
def effect(slug: str, commitment_id: uuid.UUID) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    commitment = actions.commitment_of(programme, commitment_id)
    choices = measures.of(commitment)
    form = Effect(theme=commitment.theme)
    form.theme.choices = choices.themes
    form.unit.choices = choices.units
    form.check.choices = choices.checks
    if form.validate_on_submit():
        wanted = actions.Effect(
            theme=form.theme.data,
            points=form.points.data,
            unit=form.unit.data,
            who=choices.units[form.unit.data],
            start=form.start.data,
            check=form.check.data,
            failure=form.failure.data.strip(),
        )
        try:
            actions.register(commitment, wanted, today=clock.now().date())
        except Rejected as problem:
            form.form_errors.append(problem.message)
        else:
            audit.record(signed_in().email, "registered an effect", str(commitment.id))
            db.session.commit()
            return redirect(url_for("actions.entry", slug=slug, commitment_id=commitment_id))
    line = actions.line(commitment)
    return render_template("actions/effect.html", programme=programme, line=line, form=form)


@blueprint.route("/<slug>/<uuid:commitment_id>/step", methods=["GET", "POST"])
@open_to(Role.HR, Role.BOARD)
def step(slug: str, commitment_id: uuid.UUID) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    commitment = actions.commitment_of(programme, commitment_id)
    form = Step()
    form.kind.choices = {kind: STEPS[kind] for kind in actions.next_steps(commitment)}
    if form.validate_on_submit():
        try:
            actions.step(commitment, form.kind.data, form.text.data or "", today=clock.now().date())
        except Rejected as problem:
            form.text.errors = [problem.message]
        else:
            audit.record(signed_in().email, "added a step", str(commitment.id), form.kind.data)
            db.session.commit()
            return redirect(url_for("actions.entry", slug=slug, commitment_id=commitment_id))
    line = actions.line(commitment)
    return render_template("actions/step.html", programme=programme, line=line, form=form)


def _may_add(programme: Programme) -> bool:
    """Whether this person answers findings, and there are findings to answer."""
    return signed_in().has(Role.HR, Role.BOARD) and results.latest(programme) is not None
