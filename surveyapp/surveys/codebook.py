"""The organisation's own codebook: HR renames themes, adds some, and retires them."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from surveyapp.extensions import db
from surveyapp.forms import Confirm
from surveyapp.models.accounts import Role
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import authoring
from surveyapp.services import own_codebooks as themes
from surveyapp.surveys.forms import OwnThemeForm, TitleForm
from surveyapp.surveys.views import blueprint


@blueprint.get("/programmes/<slug>/codebook/")
@open_to(Role.HR)
def codebook(slug: str) -> ResponseReturnValue:
    """What comments are sorted by from the next pulse on, and what can be changed of it."""
    found = authoring.programme_by_slug(slug)
    return render_template(
        "surveys/codebook.html",
        programme=found,
        shipped=themes.shipped_themes(found),
        own=themes.of(found),
        offers=themes.offers(found),
        titles=themes.book(found).titles,
        form=Confirm(),
    )


@blueprint.route("/programmes/<slug>/codebook/titles/<shipped_id>", methods=["GET", "POST"])
@open_to(Role.HR)
def theme_title(slug: str, shipped_id: str) -> ResponseReturnValue:
    """Give a shipped theme a title of one's own, or take it away."""
    found, form = authoring.programme_by_slug(slug), TitleForm()
    theme = themes.shipped_theme(found, shipped_id)
    if form.validate_on_submit():
        try:
            themes.call(found, shipped_id, form.title.data or "", signed_in().email)
        except themes.Faulty as error:
            db.session.rollback()
            form.title.errors = error.details
        else:
            db.session.commit()
            return redirect(url_for("surveys.codebook", slug=slug), 303)
    elif not form.is_submitted():
        form.title.data = theme.title
    page = render_template("surveys/theme_title.html", programme=found, theme=theme, form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/programmes/<slug>/codebook/new", methods=["GET", "POST"])
@open_to(Role.HR)
def new_theme(slug: str) -> ResponseReturnValue:
    """Add a theme of the organisation's own."""
    return _edit(slug, None)


@blueprint.route("/programmes/<slug>/codebook/own/<own_id>", methods=["GET", "POST"])
@open_to(Role.HR)
def own_theme(slug: str, own_id: str) -> ResponseReturnValue:
    """Change a theme of the organisation's own, or finish one that was proposed."""
    return _edit(slug, own_id)


@blueprint.route("/programmes/<slug>/codebook/own/<own_id>/retire", methods=["GET", "POST"])
@open_to(Role.HR)
def retire_theme(slug: str, own_id: str) -> ResponseReturnValue:
    """Ask before a theme is coded no more, then do it."""
    found, form = authoring.programme_by_slug(slug), Confirm()
    theme = themes.theme(found, own_id)
    if form.validate_on_submit():
        themes.retire(found, own_id, signed_in().email)
        db.session.commit()
        return redirect(url_for("surveys.codebook", slug=slug), 303)
    return render_template("surveys/retire_theme.html", programme=found, theme=theme, form=form)


@blueprint.post("/programmes/<slug>/codebook/offered/<theme_id>/decline")
@open_to(Role.HR)
def decline_words(slug: str, theme_id: str) -> ResponseReturnValue:
    """Take words that reviewers' comments have, and that were offered for a theme, off the list."""
    found = authoring.programme_by_slug(slug)
    if Confirm().validate_on_submit():
        themes.decline(found, theme_id, signed_in().email)
        db.session.commit()
    return redirect(url_for("surveys.codebook", slug=slug), 303)


def _edit(slug: str, own_id: str | None) -> ResponseReturnValue:
    found, form = authoring.programme_by_slug(slug), OwnThemeForm()
    theme = themes.theme(found, own_id) if own_id else None
    if form.validate_on_submit():
        try:
            themes.put(found, form.theme(own_id or ""), signed_in().email)
        except themes.Faulty as error:
            db.session.rollback()
            form.tell(error.problems)
        else:
            db.session.commit()
            return redirect(url_for("surveys.codebook", slug=slug), 303)
    elif theme and not form.is_submitted():
        form.show(theme)
    elif not form.is_submitted():
        # A theme of one's own that begins with words which people put with a shipped one.
        form.phrases.data = "\n".join(themes.offered_to(found, request.args.get("from", "")))
    page = render_template(
        "surveys/own_theme.html",
        programme=found,
        theme=theme,
        form=form,
        offered=themes.offered_to(found, own_id) if own_id else (),
    )
    return page, 422 if form.errors else 200
