"""Everything that is public as one file to download, and the program that checks it."""

from flask import Response
from flask.typing import ResponseReturnValue

from surveyapp import clock
from surveyapp.permissions import open_to_everyone
from surveyapp.services import mirror, results
from surveyapp.transparency.views import blueprint


@blueprint.get("/trust/record.zip")
@open_to_everyone
def record() -> ResponseReturnValue:
    """Noticeboard, checkpoint and promises; no results, which have a link of their own."""
    return _zip(mirror.record(clock.now()), "candour-record.zip")


@blueprint.get("/r/<key>/record.zip")
@open_to_everyone
def record_with_results(key: str) -> ResponseReturnValue:
    """The same with the results that this link leads to, and those before."""
    wave = results.wave_of_key(key)
    return _zip(mirror.record(clock.now(), wave), f"{wave.programme.slug}-{wave.number}-record.zip")


@blueprint.get("/trust/verify.py")
@open_to_everyone
def program() -> ResponseReturnValue:
    """The program that checks a record, to read and to run on one's own computer."""
    response = Response(mirror.PROGRAM.read_bytes(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


def _zip(body: bytes, name: str) -> Response:
    response = Response(body, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
