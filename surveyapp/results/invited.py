"""Reading publications as somebody invited: one address a pulse, the same for everybody.

No sign-in and no cookie: the address identifies the pulse, never the person.
"""

from flask.typing import ResponseReturnValue

from surveyapp.errors import NotNow
from surveyapp.permissions import open_to_everyone
from surveyapp.results import files, pages
from surveyapp.results.reading import Reading, for_invited
from surveyapp.results.views import blueprint
from surveyapp.services import results


def _reading(key: str) -> Reading:
    reading = for_invited(key)
    if reading is None:
        raise NotNow("These results are not out yet. The first page says when they will be.")
    return reading


@blueprint.get("/r/<key>", endpoint="invited_overview")
@open_to_everyone
def overview(key: str) -> ResponseReturnValue:
    reading = for_invited(key)
    if reading is None:
        return pages.coming(results.wave_of_key(key).programme, "layouts/public.html")
    return pages.overview(reading)


@blueprint.get("/r/<key>/themes", endpoint="invited_themes")
@open_to_everyone
def themes(key: str) -> ResponseReturnValue:
    return pages.themes(_reading(key))


@blueprint.get("/r/<key>/themes/<theme_id>", endpoint="invited_theme")
@open_to_everyone
def theme(key: str, theme_id: str) -> ResponseReturnValue:
    return pages.theme(_reading(key), theme_id)


@blueprint.get("/r/<key>/themes/<theme_id>/trend", endpoint="invited_theme_trend")
@open_to_everyone
def theme_trend(key: str, theme_id: str) -> ResponseReturnValue:
    return pages.theme_trend(_reading(key), theme_id)


@blueprint.get("/r/<key>/over-time", endpoint="invited_over_time")
@open_to_everyone
def over_time(key: str) -> ResponseReturnValue:
    return pages.over_time(_reading(key))


@blueprint.get("/r/<key>/groups", endpoint="invited_groups")
@open_to_everyone
def groups(key: str) -> ResponseReturnValue:
    return pages.groups(_reading(key))


@blueprint.get("/r/<key>/groups/<path:unit_id>", endpoint="invited_group")
@open_to_everyone
def group(key: str, unit_id: str) -> ResponseReturnValue:
    return pages.group(_reading(key), unit_id)


@blueprint.get("/r/<key>/written", endpoint="invited_written")
@open_to_everyone
def written(key: str) -> ResponseReturnValue:
    return pages.written(_reading(key))


@blueprint.get("/r/<key>/why-not-shown", endpoint="invited_why")
@open_to_everyone
def why(key: str) -> ResponseReturnValue:
    return pages.why(_reading(key))


@blueprint.get("/r/<key>/downloads", endpoint="invited_downloads")
@open_to_everyone
def downloads(key: str) -> ResponseReturnValue:
    return pages.downloads(_reading(key))


@blueprint.get("/r/<key>/files/<name>", endpoint="invited_file")
@open_to_everyone
def file(key: str, name: str) -> ResponseReturnValue:
    return files.send(_reading(key), name)
