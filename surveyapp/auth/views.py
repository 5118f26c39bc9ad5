"""Signing in: password, then six digits from an app; and the first time, choosing both."""

import io
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.auth.forms import ChangePassword, ChoosePassword, Code, Enrol, SignIn
from surveyapp.auth.sessions import browser
from surveyapp.errors import NotNow
from surveyapp.extensions import db
from surveyapp.forms import Confirm
from surveyapp.models.accounts import Account, Role
from surveyapp.permissions import open_to, open_to_everyone, signed_in, viewer
from surveyapp.services import accounts, audit, second_step, staff_sessions

blueprint = Blueprint("auth", __name__)

WRONG = "The address or the password is wrong. Check both and try again."
WRONG_CODE = "These digits are wrong or were used already. Wait for the next ones and try again."


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_everyone
def sign_in() -> ResponseReturnValue:
    if viewer() is not None:
        return redirect(_inside(request.args.get("next")))
    form = SignIn()
    if form.validate_on_submit():
        try:
            accounts.take_try(form.email.data, clock.now())
        except accounts.Paused as paused:
            form.form_errors.append(paused.message)
            return _page("auth/sign_in.html", form, paused.status)
        db.session.commit()
        account = accounts.check_password(form.email.data, form.password.data)
        if account is not None:
            accounts.give_back(account.email)
            db.session.commit()
            return _after_password(account)
        form.form_errors.append(WRONG)
    return _page("auth/sign_in.html", form)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@open_to_everyone
def code() -> ResponseReturnValue:
    account = _halfway("code")
    if account is None:
        return redirect(url_for("auth.sign_in"))
    form = Code()
    if form.validate_on_submit():
        try:
            accounts.take_try(account.email, clock.now())
        except accounts.Paused as paused:
            form.form_errors.append(paused.message)
            return _page("auth/code.html", form, paused.status)
        db.session.commit()
        if accounts.check_second_step(account, form.code.data):
            return _let_in(account)
        form.code.errors = [WRONG_CODE]
    return _page("auth/code.html", form)


@blueprint.route("/sign-in/set-up/<secret>", methods=["GET", "POST"])
@open_to_everyone
def set_up(secret: str) -> ResponseReturnValue:
    account = accounts.by_setup_link(secret, clock.now())
    form = ChoosePassword()
    if form.validate_on_submit():
        problem = accounts.password_problem(account, form.password.data)
        if problem is None:
            accounts.set_up(account, form.password.data)
            audit.record(account.email, "set up sign-in", account.email)
            db.session.commit()
            return _after_password(account)
        form.password.errors = [problem]
    return _page("auth/set_up.html", form, account=account)


@blueprint.route("/sign-in/app", methods=["GET", "POST"])
@open_to_everyone
def enrol() -> ResponseReturnValue:
    account = _halfway("enrol")
    if account is None:
        return redirect(url_for("auth.sign_in"))
    locked = str(session["secret"])
    form = Enrol()
    if form.validate_on_submit():
        codes = accounts.enrol(account, locked, form.code.data)
        if codes is not None:
            audit.record(account.email, "set up the app", account.email)
            db.session.commit()
            _let_in(account)
            return _page("auth/recovery_codes.html", codes=codes, go=url_for("home.start"))
        form.code.errors = [WRONG_CODE]
    spelled = second_step.spelled(second_step.unlock(account, locked))
    return _page("auth/enrol.html", form, spelled=spelled)


@blueprint.get("/sign-in/app.svg")
@open_to_everyone
def enrol_picture() -> ResponseReturnValue:
    account = _halfway("enrol")
    if account is None:
        return redirect(url_for("auth.sign_in"))
    secret = second_step.unlock(account, str(session["secret"]))
    picture = io.BytesIO()
    segno.make(second_step.uri(account, secret), error="m", micro=False).save(
        picture, kind="svg", scale=5, border=4, light="white", xmldecl=False
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/sign-in/out")
@open_to(*Role)
def sign_out() -> ResponseReturnValue:
    browser().end()
    return redirect(url_for("auth.sign_in"))


@blueprint.get("/sign-in/account")
@open_to(*Role)
def account() -> ResponseReturnValue:
    return _page("auth/account.html", Confirm(), account=signed_in())


@blueprint.post("/sign-in/account/out-everywhere")
@open_to(*Role)
def sign_out_everywhere() -> ResponseReturnValue:
    me = signed_in()
    staff_sessions.end_all(me.id)
    audit.record(me.email, "signed out everywhere", me.email)
    db.session.commit()
    browser().end()
    return redirect(url_for("auth.sign_in"))


@blueprint.route("/sign-in/account/password", methods=["GET", "POST"])
@open_to(*Role)
def password() -> ResponseReturnValue:
    me = signed_in()
    form = ChangePassword()
    if form.validate_on_submit():
        accounts.take_try(me.email, clock.now())
        db.session.commit()
        known = accounts.check_password(me.email, form.current.data)
        problem = accounts.password_problem(me, form.password.data)
        if known is not None and problem is None:
            accounts.change_password(me, form.password.data)
            accounts.forget_tries(me.email)
            audit.record(me.email, "changed the password", me.email)
            db.session.commit()
            browser().begin(me.id)
            return redirect(url_for("auth.account"))
        if known is None:
            form.current.errors = ["This is not your password now."]
        form.password.errors = [problem] if problem else []
    return _page("auth/password.html", form)


@blueprint.post("/sign-in/account/recovery-codes")
@open_to(*Role)
def recovery_codes() -> ResponseReturnValue:
    me = signed_in()
    if me.totp_secret is None:
        raise NotNow("You sign in without an app, so there are no recovery codes.")
    codes = second_step.new_recovery_codes(me)
    audit.record(me.email, "made new recovery codes", me.email)
    db.session.commit()
    return _page("auth/recovery_codes.html", codes=codes, go=url_for("auth.account"))


def _after_password(account: Account) -> ResponseReturnValue:
    """On to the second step, to setting one up, or in."""
    to = session.get("next") or request.args.get("next")
    who = {"who": account.id.hex, "at": clock.now().isoformat(), "next": to}
    if account.totp_secret is not None:
        browser().begin(None, step="code", **who)
        return redirect(url_for("auth.code"))
    if accounts.needs_second_step(account):
        locked = second_step.lock(account, second_step.new_secret())
        browser().begin(None, step="enrol", secret=locked, **who)
        return redirect(url_for("auth.enrol"))
    return _let_in(account)


def _halfway(step: str) -> Account | None:
    """Who gave the right password a moment ago and is at this step."""
    if session.get("step") != step:
        return None
    return accounts.halfway(session.get("who"), session.get("at"), clock.now())


def _let_in(account: Account) -> ResponseReturnValue:
    to = _inside(session.get("next") or request.args.get("next"))
    accounts.forget_tries(account.email)
    audit.record(account.email, "signed in", account.email)
    db.session.commit()
    browser().begin(account.id)
    return redirect(to)


def _inside(to: str | None) -> str:
    """A page of ours to go on to; never another site's."""
    parts = urlsplit(to or "")
    if not to or not to.startswith("/") or to.startswith("//") or parts.netloc or "\\" in to:
        return url_for("home.start")
    return to


def _page(
    template: str, form: object = None, status: int = 200, **more: object
) -> ResponseReturnValue:
    return render_template(template, form=form, **more), status
