"""One table from named error to page. A service raises one of these; no view formats a failure."""

import errno
import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException


class CandourError(Exception):
    """A refusal with a sentence for the person: what is wrong and what to do now."""

    status = 400
    title = "That did not work"

    def __init__(self, message: str, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []


class NotAllowed(CandourError):
    """The person may not do this."""

    status = 403
    title = "You cannot do that"


class NotFound(CandourError):
    """There is nothing here, or nothing that this person may see."""

    status = 404
    title = "Page not found"


class NotNow(CandourError):
    """The wave's state or a date does not allow it."""

    status = 409
    title = "Not now"


class Rejected(CandourError):
    """A file or form that cannot be used; ``details`` lists each problem."""

    status = 422
    title = "Please check what you sent"


class Unavailable(CandourError):
    """Another process that this one needs does not answer now."""

    status = 503
    title = "We are busy"

    def __init__(self) -> None:
        super().__init__("Nothing was lost. Try again in a minute.")


PAGES = {
    400: ("That did not work", "Go back, check what you sent and try again."),
    401: ("Please sign in", "Sign in to see this page."),
    403: ("You cannot do that", "Your account does not cover this. Ask your administrator."),
    404: ("Page not found", "Check the address, or go to the start page."),
    405: ("That did not work", "Go back and use the button on the page."),
    413: ("That is too big", "Send a smaller file: at most 12 MB."),
    415: ("That did not work", "Send the form from the page itself."),
    429: ("Too many tries", "Wait a minute, then try again."),
    500: ("Something went wrong on our side", "Nothing was lost. Try again in a minute."),
    503: ("We are busy", "Nothing was lost. Try again in a minute."),
}


DISK_FAILS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG})
BARE = "<!DOCTYPE html><html lang=en><title>{title}</title><h1>{title}</h1><p>{message}</p></html>"


def without_words(record: logging.LogRecord) -> bool:
    """Leave of an exception its class: a message, and what it was raised from, may hold what
    somebody wrote, and the address a secret (SECURITY 7)."""
    if record.exc_info and record.exc_info[0]:
        record.msg, record.args = "unhandled %s", (record.exc_info[0].__name__,)
        record.exc_info = record.exc_text = None
    return True


def init_app(app: Flask) -> None:
    """Show every failure as a page in the same form."""
    app.logger.addFilter(without_words)

    @app.errorhandler(CandourError)
    def refusal(error: CandourError) -> ResponseReturnValue:
        return page(error.status, error.title, error.message, error.details)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return error.response
        code = error.code or 500
        title, words = PAGES.get(code, PAGES[400])
        return page(code, title, words, [])

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(NoConnectionFree)
    def busy(_error: Exception) -> ResponseReturnValue:
        # A locked or full database: what was not acknowledged was not kept, and may be sent again.
        app.logger.error("database unavailable")
        title, words = PAGES[503]
        return page(503, title, words, [])

    @app.errorhandler(OSError)
    def disk(error: OSError) -> ResponseReturnValue:
        return busy(error) if error.errno in DISK_FAILS else crash(error)

    @app.errorhandler(Exception)
    def crash(error: Exception) -> ResponseReturnValue:
        app.logger.error("unhandled", exc_info=error)
        if app.testing:
            raise error
        title, words = PAGES[500]
        return page(500, title, words, [])


def say_busy(response: Response) -> None:
    """Turn an answer that is made already into the page for a database that cannot write."""
    title, words = PAGES[503]
    said = make_response(page(503, title, words, []))
    response.status_code = said.status_code
    response.headers.pop("Location", None)
    response.set_data(said.get_data())


def page(status: int, title: str, message: str, details: list[str]) -> ResponseReturnValue:
    """The one form of every failure, and a bare page where even that cannot be made. A script that
    sent JSON gets one word."""
    if request.mimetype == "application/json":
        return jsonify(error="busy" if status == 503 else "failed"), status
    try:
        body = render_template("error.html", title=title, message=message, details=details)
    except Exception:
        # The page wants the database too. Left to the server, this would be logged word for word.
        body = BARE.format(title=escape(title), message=escape(message))
    return body, status
