"""The start page."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from surveyapp.home.navigation import links
from surveyapp.permissions import open_to_everyone, viewer

blueprint = Blueprint("home", __name__)


@blueprint.app_context_processor
def navigation() -> dict[str, Any]:
    """The links at the top of every staff page."""
    account = viewer()
    return {"navigation": links(account), "viewer_name": account.name if account else ""}


@blueprint.get("/")
@open_to_everyone
def start() -> ResponseReturnValue:
    """What Candour is, and the ways in."""
    return render_template("home/start.html")
