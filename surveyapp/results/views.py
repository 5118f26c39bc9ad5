"""Reading publications, through two doors: staff sign in, everybody invited has an address.

That address is one a pulse, the same for everybody: it needs no sign-in and no cookie and tells
the pulse, never the person. Both doors are made from one table, so neither has a page that the
other lacks.
"""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from surveyapp.clock import now
from surveyapp.errors import NotNow
from surveyapp.formatting import moment
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Wave
from surveyapp.permissions import open_to, open_to_everyone, signed_in
from surveyapp.results import files, pages
from surveyapp.results.reading import Reading, for_invited, for_staff
from surveyapp.services import covenants, results, waves

Page = Callable[..., ResponseReturnValue]

blueprint = Blueprint("results", __name__)
READERS = (Role.HR, Role.BOARD, Role.MANAGER)

# The address after the programme or the key, the name for links, and the page.
PAGES: tuple[tuple[str, str, Page], ...] = (
    ("themes", "themes", pages.themes),
    ("themes/<theme_id>", "theme", pages.theme),
    ("themes/<theme_id>/trend", "theme_trend", pages.theme_trend),
    ("over-time", "over_time", pages.over_time),
    ("groups", "groups", pages.groups),
    ("groups/<path:unit_id>", "group", pages.group),
    ("written", "written", pages.written),
    ("why-not-shown", "why", pages.why),
    ("downloads", "downloads", pages.downloads),
    ("files/<name>", "file", files.send),
)


@blueprint.get("/results/<slug>")
@open_to(*READERS)
def overview(slug: str) -> ResponseReturnValue:
    reading = for_staff(slug)
    if reading is None:
        return pages.coming(results.programme_of(slug), "layouts/staff.html")
    return pages.overview(reading)


@blueprint.get("/r/<key>")
@open_to_everyone
def invited_overview(key: str) -> ResponseReturnValue:
    reading = for_invited(key)
    if reading is None:
        return pages.coming(results.wave_of_key(key).programme, "layouts/public.html")
    return pages.overview(reading)


@blueprint.get("/results/<slug>/my-group")
@open_to(Role.MANAGER)
def my_group(slug: str) -> ResponseReturnValue:
    return pages.own_group(_published(slug), signed_in().unit_key)


def _published(slug: str) -> Reading:
    reading = for_staff(slug)
    if reading is None:
        raise NotNow("No results are out yet. The overview says when the first will be.")
    return reading


def _to_staff(page: Page) -> Page:
    @open_to(*READERS)
    def view(slug: str, **parts: str) -> ResponseReturnValue:
        return page(_published(slug), **parts)

    return view


def _to_invited(page: Page) -> Page:
    @open_to_everyone
    def view(key: str, **parts: str) -> ResponseReturnValue:
        reading = for_invited(key)
        if reading is None:
            raise NotNow(_when(results.wave_of_key(key)))
        return page(reading, **parts)

    return view


def _when(wave: Wave) -> str:
    """When the results will be here, for whoever comes too early."""
    publishes = covenants.publishes_at(wave)
    if publishes is None:
        return "These results are not out yet."
    when = "were due" if waves.overdue(wave, now()) else "will be here"
    return f"These results are not out yet. They {when} on {moment(publishes)}."


for _path, _name, _page in PAGES:
    blueprint.add_url_rule(f"/results/<slug>/{_path}", _name, _to_staff(_page))
    blueprint.add_url_rule(f"/r/<key>/{_path}", f"invited_{_name}", _to_invited(_page))
