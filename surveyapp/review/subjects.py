"""New subjects, which no theme covers: two reviewers say what each is."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.errors import NotFound, Rejected
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.permissions import open_to
from surveyapp.review import words
from surveyapp.review.forms import SubjectForm, subject_form
from surveyapp.review.views import blueprint, desk_of
from surveyapp.services import covenants, review_subjects
from surveyapp.services.review_desk import Desk
from surveyapp.services.review_subjects import Candidate


@blueprint.get("/<slug>/<int:number>/subjects")
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def subjects(slug: str, number: int) -> ResponseReturnValue:
    """What software found that no theme covers, and what reviewers have said of it so far."""
    programme, desk = desk_of(slug, number)
    return render_template(
        "review/subjects.html",
        programme=programme,
        wave=desk.wave,
        looked=review_subjects.were_looked_for(desk),
        lacking=review_subjects.waits_for(desk),
        found=_candidates(desk),
        saved=request.args.get("saved", type=int),
        titles=_titles(desk),
        words=words,
    )


@blueprint.route("/<slug>/<int:number>/subjects/<int:subject>", methods=["GET", "POST"])
@open_to(Role.BOARD, otherwise=words.BOARD_ALONE)
def subject(slug: str, number: int, subject: int) -> ResponseReturnValue:
    """One of them: its words, comments of it, and what this reviewer makes of it."""
    programme, desk = desk_of(slug, number)
    found = _candidates(desk)
    candidate = next((one for one in found if one.subject.number == subject), None)
    if candidate is None:
        raise NotFound("There is no such subject now. Go back to the desk and start from there.")
    form = subject_form(desk, candidate, found)
    if form.validate_on_submit() and _keep(form, desk, subject):
        db.session.commit()
        return redirect(url_for("review.subjects", slug=slug, number=number, saved=subject))
    return render_template(
        "review/subject.html",
        programme=programme,
        wave=desk.wave,
        candidate=candidate,
        form=form,
        titles=_titles(desk),
        words=words,
    )


def _candidates(desk: Desk) -> tuple[Candidate, ...]:
    return review_subjects.candidates(desk, covenants.rule_of(desk.wave).comments_theme)


def _titles(desk: Desk) -> dict[str, str]:
    return {theme: title for theme, title, _ in desk.sheet.themes}


def _keep(form: SubjectForm, desk: Desk, subject: int) -> bool:
    """Keep what was said; a refusal goes back to the field that it is about."""
    try:
        review_subjects.say(desk, subject, form.act.data, form.said())
    except Rejected as problem:
        db.session.rollback()
        field = form.goes_with()
        (form.act if field is None else field).errors = [problem.message]
        return False
    return True
