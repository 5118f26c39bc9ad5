"""Reading publications as staff. HR and managers see what everybody invited sees, when they do."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from surveyapp.errors import NotNow
from surveyapp.models.accounts import Role
from surveyapp.permissions import open_to, signed_in
from surveyapp.results import files, pages
from surveyapp.results.reading import Reading, for_staff
from surveyapp.services import results

blueprint = Blueprint("results", __name__)
READERS = (Role.HR, Role.BOARD, Role.MANAGER)


def _reading(slug: str) -> Reading:
    reading = for_staff(slug)
    if reading is None:
        raise NotNow("No results are out yet. The overview says when the first will be.")
    return reading


@blueprint.get("/results/<slug>")
@open_to(*READERS)
def overview(slug: str) -> ResponseReturnValue:
    reading = for_staff(slug)
    if reading is None:
        return pages.coming(results.programme_of(slug), "layouts/staff.html")
    return pages.overview(reading)


@blueprint.get("/results/<slug>/my-group")
@open_to(Role.MANAGER)
def my_group(slug: str) -> ResponseReturnValue:
    return pages.own_group(_reading(slug), signed_in().unit_key)


@blueprint.get("/results/<slug>/themes")
@open_to(*READERS)
def themes(slug: str) -> ResponseReturnValue:
    return pages.themes(_reading(slug))


@blueprint.get("/results/<slug>/themes/<theme_id>")
@open_to(*READERS)
def theme(slug: str, theme_id: str) -> ResponseReturnValue:
    return pages.theme(_reading(slug), theme_id)


@blueprint.get("/results/<slug>/themes/<theme_id>/trend")
@open_to(*READERS)
def theme_trend(slug: str, theme_id: str) -> ResponseReturnValue:
    return pages.theme_trend(_reading(slug), theme_id)


@blueprint.get("/results/<slug>/over-time")
@open_to(*READERS)
def over_time(slug: str) -> ResponseReturnValue:
    return pages.over_time(_reading(slug))


@blueprint.get("/results/<slug>/groups")
@open_to(*READERS)
def groups(slug: str) -> ResponseReturnValue:
    return pages.groups(_reading(slug))


@blueprint.get("/results/<slug>/groups/<path:unit_id>")
@open_to(*READERS)
def group(slug: str, unit_id: str) -> ResponseReturnValue:
    return pages.group(_reading(slug), unit_id)


@blueprint.get("/results/<slug>/written")
@open_to(*READERS)
def written(slug: str) -> ResponseReturnValue:
    return pages.written(_reading(slug))


@blueprint.get("/results/<slug>/why-not-shown")
@open_to(*READERS)
def why(slug: str) -> ResponseReturnValue:
    return pages.why(_reading(slug))


@blueprint.get("/results/<slug>/downloads")
@open_to(*READERS)
def downloads(slug: str) -> ResponseReturnValue:
    return pages.downloads(_reading(slug))


@blueprint.get("/results/<slug>/files/<name>")
@open_to(*READERS)
def file(slug: str, name: str) -> ResponseReturnValue:
    return files.send(_reading(slug), name)
