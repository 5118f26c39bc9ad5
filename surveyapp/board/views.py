"""The practitioners’ board: sense check of the draft findings."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp.board.forms import SenseCheck
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import audit, board, results

blueprint = Blueprint("board", __name__, url_prefix="/board")


@blueprint.get("/<slug>")
@open_to(Role.BOARD)
def findings(slug: str) -> ResponseReturnValue:
    programme = results.programme_of(slug)
    draft = board.draft(programme)
    if draft is None:
        waves = [wave for wave in programme.waves if wave.state not in ("draft", "published")]
        return render_template("board/no_draft.html", programme=programme, waves=waves)
    return render_template(
        "board/findings.html",
        programme=programme,
        draft=draft,
        findings=[board.finding(draft.summary, theme.id) for theme in draft.summary.themes],
        record=board.record_of(draft.publication.id),
        done=board.said_by(draft.publication, signed_in()),
    )


@blueprint.route("/<slug>/<theme_id>", methods=["GET", "POST"])
@open_to(Role.BOARD)
def finding(slug: str, theme_id: str) -> ResponseReturnValue:
    programme, draft = _draft(slug)
    found = board.finding(draft.summary, theme_id)
    mine = board.mine(draft.publication, theme_id, signed_in())
    form = SenseCheck(obj=mine)
    if form.validate_on_submit():
        try:
            board.check(
                draft.publication,
                theme_id,
                signed_in(),
                view=form.view.data,
                reason=form.reason.data or "",
                signed=form.signed.data,
            )
        except Rejected as problem:
            form.reason.errors = [problem.message]
        else:
            # No name: who dissents stays unsigned unless they sign.
            audit.record("a board member", "sense check", f"{slug} {draft.wave.number} {theme_id}")
            db.session.commit()
            return redirect(url_for("board.findings", slug=slug))
    return render_template(
        "board/finding.html",
        programme=programme,
        draft=draft,
        finding=found,
        checked=board.record_of(draft.publication.id)[theme_id],
        form=form,
    )


@blueprint.get("/<slug>/<theme_id>/trend.svg")
@open_to(Role.BOARD)
def chart(slug: str, theme_id: str) -> ResponseReturnValue:
    _, draft = _draft(slug)
    file = results.file_of(draft.publication, f"trend-{theme_id}.svg")
    if file is None:
        raise NotFound("There is no chart of this finding.")
    return Response(file.body, mimetype=file.media_type)


def _draft(slug: str) -> tuple[Programme, board.Draft]:
    programme = results.programme_of(slug)
    draft = board.draft(programme)
    if draft is None:
        raise NotNow("There is no draft now: the results are out, or the pulse has not closed.")
    return programme, draft
