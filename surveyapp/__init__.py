"""Candour's web application. Read :func:`create_app` and you know it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from surveyapp import (
    actions,
    admin,
    amendments,
    auth,
    board,
    box,
    config,
    errors,
    extensions,
    formatting,
    headers,
    home,
    people,
    permissions,
    respond,
    results,
    review,
    surveys,
    transparency,
    witnessing,
)
from surveyapp.config import Door
from surveyapp.services import noticeboard

STAFF = (auth, surveys, people, results, board, review, actions, admin, amendments, witnessing)
PUBLIC = (home, transparency)
RESPONDENT = (respond,)
BOX = (box,)
DOORS: Mapping[Door, tuple[Any, ...]] = {
    "all": (*PUBLIC, *RESPONDENT, *BOX, *STAFF),
    "registrar": RESPONDENT,
    "box": BOX,
    "office": (*PUBLIC, *STAFF),
    "opener": (),
    "publisher": (),
}


def create_app(
    settings: Mapping[str, Any] | None = None,
    *,
    role: Door = "all",
    instance_path: str | None = None,
) -> Flask:
    """The application of one door: its pages, and the stores that it may open.

    ``all`` has everything. The opener and the publisher are jobs, without pages.
    """
    app = Flask(__name__, instance_path=instance_path, instance_relative_config=True)
    config.configure(app, settings, role)
    extensions.init_app(app)
    headers.init_app(app)
    formatting.init_app(app)
    errors.init_app(app)
    app.jinja_env.globals["noticeboard_words"] = noticeboard.handed_out_words
    for feature in DOORS[role]:
        app.register_blueprint(feature.views.blueprint)
    if auth in DOORS[role]:
        auth.init_app(app)
    else:
        app.session_interface = auth.NoSessions()
    permissions.check(app)
    return app
