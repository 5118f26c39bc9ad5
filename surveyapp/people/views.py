"""The roster: who is invited."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db, who_session
from surveyapp.forms import Confirm
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme
from surveyapp.people.forms import RosterForm
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import audit, authoring, uploads
from surveyapp.services import roster as rosters

blueprint = Blueprint("people", __name__)


@blueprint.route("/programmes/<slug>/roster", methods=["GET", "POST"])
@open_to(Role.HR)
def roster(slug: str) -> ResponseReturnValue:
    """The groups with their head counts, and a file to send. Sending one only makes a preview."""
    programme = authoring.programme_by_slug(slug)
    form = RosterForm()
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            preview = rosters.read(data, programme, form.agreed())
        except Rejected as error:
            form.file.errors = [error.message]
        else:
            if preview.problems:
                return _preview(programme, preview, None), 422
            kept = {"programme": str(programme.id), "agreed": form.agreed(), "base": preview.base}
            key = uploads.keep(data, kept, now=clock.now())
            return redirect(url_for("people.preview", slug=slug, key=key), 303)
    page = render_template(
        "people/roster.html", programme=programme, form=form, tree=rosters.units(programme)
    )
    return page, 422 if form.errors else 200


@blueprint.route("/programmes/<slug>/roster/<key>", methods=["GET", "POST"])
@open_to(Role.HR)
def preview(slug: str, key: str) -> ResponseReturnValue:
    """What the file would change; posting it changes that, all or nothing."""
    programme = authoring.programme_by_slug(slug)
    data, kept = uploads.take(key, now=clock.now())
    if kept["programme"] != str(programme.id):
        raise NotFound(uploads.GONE)
    shown = rosters.read(data, programme, kept["agreed"])
    if shown.base != kept["base"]:
        raise NotNow("The roster changed since this preview. Send the file again.")
    if not Confirm().validate_on_submit():
        return _preview(programme, shown, key)
    rosters.apply(shown)
    audit.record(signed_in().email, "changed roster", f"programme {slug}", _counts(shown))
    who_session().commit()
    db.session.commit()
    uploads.drop(key)
    return redirect(url_for("people.roster", slug=slug), 303)


def _preview(programme: Programme, preview: rosters.Preview, key: str | None) -> str:
    return render_template(
        "people/preview.html", programme=programme, preview=preview, key=key, form=Confirm()
    )


def _counts(preview: rosters.Preview) -> str:
    return ", ".join(f"{kind} {len(preview.of(kind))}" for kind in rosters.KINDS)
