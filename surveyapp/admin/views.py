"""Accounts, mail and health for those who run the server."""

import uuid

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.admin.forms import NewAccount, Roles
from surveyapp.errors import NotAllowed, NotFound, Rejected
from surveyapp.extensions import db
from surveyapp.forms import Confirm
from surveyapp.models.accounts import Account, Role
from surveyapp.permissions import open_to, signed_in
from surveyapp.services import accounts, audit, health, postbox, staff_sessions

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
# A pulse is open, and later its answers are opened: what the log calls each move.
MOVE_WORDS = {
    "committed": "locked the promises",
    "open": "opened for answers",
    "closed": "closed to answers",
    "opened": "opened the sealed answers",
    "summarised": "handed the draft to the board",
    "published": "published the results",
}
KIND_WORDS = {"wave": "pulse", "codebook": "themes of"}


@blueprint.get("/people")
@open_to(Role.ADMIN)
def people() -> ResponseReturnValue:
    return render_template(
        "admin/people.html", accounts=accounts.everyone(), words=accounts.ROLE_WORDS
    )


@blueprint.route("/people/add", methods=["GET", "POST"])
@open_to(Role.ADMIN)
def add_person() -> ResponseReturnValue:
    form = NewAccount()
    form.unit_key.choices = _groups()
    if form.validate_on_submit():
        try:
            account, secret = accounts.add(
                form.email.data,
                form.name.data,
                [Role(name) for name in form.roles.data],
                clock.now(),
                unit_key=form.unit_key.data,
            )
        except Rejected as problem:
            form.form_errors.append(problem.message)
        else:
            _note("added an account", account.email, ", ".join(form.roles.data))
            db.session.commit()
            return _show_link(account, secret)
    return render_template("admin/add_person.html", form=form)


@blueprint.route("/people/<uuid:account_id>", methods=["GET", "POST"])
@open_to(Role.ADMIN)
def person(account_id: uuid.UUID) -> ResponseReturnValue:
    account = _account(account_id)
    form = Roles(data={"roles": account.role_names, "unit_key": account.unit_key or ""})
    form.unit_key.choices = _groups(account.unit_key)
    if form.validate_on_submit():
        _not_oneself(account)
        try:
            accounts.set_roles(
                account,
                [Role(name) for name in form.roles.data],
                unit_key=form.unit_key.data,
            )
        except Rejected as problem:
            form.form_errors.append(problem.message)
        else:
            _note("changed roles", account.email, ", ".join(account.role_names))
            db.session.commit()
            return redirect(url_for("admin.people"))
    return render_template("admin/person.html", form=form, account=account, confirm=Confirm())


@blueprint.post("/people/<uuid:account_id>/switch")
@open_to(Role.ADMIN)
def switch(account_id: uuid.UUID) -> ResponseReturnValue:
    account = _account(account_id)
    _not_oneself(account)
    accounts.switch(account, active=not account.active)
    _note("switched on" if account.active else "switched off", account.email)
    db.session.commit()
    return redirect(url_for("admin.person", account_id=account.id))


@blueprint.post("/people/<uuid:account_id>/sign-out")
@open_to(Role.ADMIN)
def sign_out(account_id: uuid.UUID) -> ResponseReturnValue:
    account = _account(account_id)
    staff_sessions.end_all(account.id)
    _note("signed out everywhere", account.email)
    db.session.commit()
    return redirect(url_for("admin.person", account_id=account.id))


@blueprint.post("/people/<uuid:account_id>/link")
@open_to(Role.ADMIN)
def new_link(account_id: uuid.UUID) -> ResponseReturnValue:
    account = _account(account_id)
    secret = accounts.new_setup_link(account, clock.now())
    _note("made a set-up link", account.email)
    db.session.commit()
    return _show_link(account, secret)


@blueprint.get("/mail")
@open_to(Role.ADMIN)
def mail() -> ResponseReturnValue:
    return render_template(
        "admin/mail.html", letters=postbox.letters(), kept=postbox.readable(), letter=None
    )


@blueprint.get("/mail/<key>")
@open_to(Role.ADMIN)
def letter(key: str) -> ResponseReturnValue:
    if not postbox.readable():
        raise NotFound("Mail cannot be read here: it holds people’s codes.")
    return render_template("admin/letter.html", letter=postbox.letter(key))


@blueprint.get("/health")
@open_to(Role.ADMIN)
def server_health() -> ResponseReturnValue:
    return render_template("admin/health.html", checks=health.checks(clock.now()))


@blueprint.get("/log")
@open_to(Role.ADMIN)
def log() -> ResponseReturnValue:
    lines = audit.lines(200)
    return render_template("admin/log.html", lines=lines, verbs=MOVE_WORDS, about=_about)


def _about(subject: str) -> str:
    """What a line is about, its kind in the words of the pages."""
    kind, space, name = subject.partition(" ")
    return f"{KIND_WORDS.get(kind, kind)}{space}{name}"


def _account(account_id: uuid.UUID) -> Account:
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account. Choose one from the list.")
    return account


def _groups(now: str | None = None) -> dict[str, str]:
    return {"": "None"} | {
        key: key for key in sorted({*accounts.groups(), *([now] if now else [])})
    }


def _not_oneself(account: Account) -> None:
    if account.id == signed_in().id:
        raise NotAllowed("Ask another administrator to change your own account.")


def _show_link(account: Account, secret: str) -> ResponseReturnValue:
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    link = base + url_for("auth.set_up", secret=secret)
    return render_template("admin/link.html", account=account, link=link)


def _note(verb: str, subject: str, detail: str = "") -> None:
    audit.record(signed_in().email, verb, subject, detail)
