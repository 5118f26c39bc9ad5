"""Server-side sessions: the cookie is a reference, the store keeps only its hash.

Only staff pages have a session, and only once there is something to remember. Respondents' and
public pages have none: writing to it there is an error, so no cookie can slip in.
"""

import json
import uuid
from datetime import datetime, timedelta
from typing import Any, NoReturn, cast

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import CallbackDict
from werkzeug.exceptions import UnsupportedMediaType

from surveyapp import clock, errors
from surveyapp.errors import NotAllowed
from surveyapp.extensions import db
from surveyapp.headers import RESPONDENT_PATHS
from surveyapp.models.accounts import Account, StaffSession
from surveyapp.services import accounts, staff_sessions

WITHOUT_SESSION = (*RESPONDENT_PATHS, "/r/", "/trust", "/static/")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
TOUCH_AFTER = timedelta(minutes=1)


class Browser(CallbackDict[str, Any], SessionMixin):
    """One browser of staff: the account once signed in, and a few small values."""

    def __init__(self, row: StaffSession | None = None, reference: str | None = None) -> None:
        def changed(_: Any) -> None:
            self.modified = True

        super().__init__(json.loads(row.data) if row else {}, changed)
        self.reference = reference if row else None
        self.account_id = row.account_id if row else None
        self.seen_at = row.seen_at if row else None
        self.replaces: str | None = None
        self.ended = False
        self.modified = False

    def begin(self, account_id: uuid.UUID | None, **data: Any) -> None:
        """Start anew under another reference, so that one set before sign-in is worth nothing."""
        self.clear()
        self.update(data)
        self.account_id = account_id
        self.replaces, self.reference = self.reference or self.replaces, None
        self.modified = True

    def end(self) -> None:
        """Sign this browser out."""
        self.clear()
        self.account_id = None
        self.ended = True


class NoSession(dict[str, Any], SessionMixin):
    """What respondents and the public have: nothing to read, nothing to write."""

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("Respondents’ and public pages keep no session.")

    __setitem__ = setdefault = update = refuse


class NoSessions(SessionInterface):
    """For a door that no staff come through: there nobody has a session."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return NoSession()

    def is_null_session(self, obj: object) -> bool:
        return isinstance(obj, NoSession)


class StaffSessions(NoSessions):
    """Keeps :class:`Browser` in the office database."""

    def cookie(self, app: Flask) -> tuple[str, dict[str, Any]]:
        https = str(app.config["BASE_URL"]).startswith("https://")
        secure = https or bool(app.config["SECURE_COOKIES"])
        name = "__Host-candour" if secure else "candour_staff"
        return name, {"secure": secure, "httponly": True, "samesite": "Lax", "path": "/"}

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        if request.path.startswith(WITHOUT_SESSION):
            return NoSession()
        reference = request.cookies.get(self.cookie(app)[0])
        row = staff_sessions.find(reference, clock.now()) if reference else None
        return Browser(row, reference)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        browser = cast(Browser, session)
        now = clock.now()
        stale = browser.seen_at is not None and now - browser.seen_at >= TOUCH_AFTER
        if not (browser.modified or browser.ended or stale):
            return
        # The view has committed what it meant to keep; nothing else may ride along.
        db.session.rollback()
        try:
            self._write(app, browser, response, now)
        except OperationalError:
            db.session.rollback()
            if browser.modified or browser.ended:
                errors.say_busy(response)

    def _write(self, app: Flask, browser: Browser, response: Response, now: datetime) -> None:
        name, settings = self.cookie(app)
        if browser.ended:
            _delete(browser.reference)
            _delete(browser.replaces)
            response.delete_cookie(name, **settings)
        elif self._store(browser, now):
            response.set_cookie(name, browser.reference or "", **settings)
        db.session.commit()

    def _store(self, browser: Browser, now: Any) -> bool:
        """Write the row; whether the browser needs a new cookie."""
        row = browser.reference and db.session.get(
            StaffSession, staff_sessions.digest(browser.reference)
        )
        data = json.dumps(dict(browser))
        if row:
            row.data, row.seen_at = data, now
            return False
        if browser.reference is not None:
            return False  # signed out from elsewhere while this page was being made
        _delete(browser.replaces)
        staff_sessions.forget_old(now)
        browser.reference = staff_sessions.new_reference()
        db.session.add(
            StaffSession(
                reference_sha256=staff_sessions.digest(browser.reference),
                account_id=browser.account_id,
                data=data,
                started_at=now,
                seen_at=now,
            )
        )
        return True


def _delete(reference: str | None) -> None:
    row = reference and db.session.get(StaffSession, staff_sessions.digest(reference))
    if row:
        db.session.delete(row)


def browser() -> Browser:
    """This request's staff session."""
    return cast(Browser, session._get_current_object())  # type: ignore[attr-defined]


def load_viewer() -> None:
    """Set ``g.viewer`` to who is signed in, if anybody and if the account still counts."""
    g.viewer = None
    current: Any = session._get_current_object()  # type: ignore[attr-defined]
    if not isinstance(current, Browser) or current.account_id is None:
        return
    account = db.session.get(Account, current.account_id)
    if account is not None and accounts.may_use(account):
        g.viewer = account


def refuse_cross_site() -> None:
    """Refuse a staff form that another site's page sent."""
    if request.method in SAFE_METHODS or request.path.startswith(WITHOUT_SESSION):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("Send the form from the page itself, not from another site.")


def refuse_json() -> None:
    """Staff pages take forms. Flask-WTF would read a field's value from JSON too, of any type."""
    if request.is_json and not request.path.startswith(WITHOUT_SESSION):
        raise UnsupportedMediaType


def init_app(app: Flask) -> None:
    """Attach staff sessions to the application."""
    app.session_interface = StaffSessions()
    app.before_request(load_viewer)
    app.before_request(refuse_cross_site)
    app.before_request(refuse_json)

    @app.errorhandler(CSRFError)
    def form_too_old(_: CSRFError) -> Any:
        message = (
            "This page was open for too long, or you were signed out. Go back, copy what you "
            "typed, load the page again and send it once more."
        )
        return errors.page(400, "Please load the page again", message, [])
