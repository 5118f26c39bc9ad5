"""The links at the top of staff pages: what this person may open, in the order of the work."""

from dataclasses import dataclass

from flask import current_app, request
from sqlalchemy import select

from surveyapp.extensions import db
from surveyapp.models.accounts import Account, Role
from surveyapp.models.surveys import Programme

READERS = (Role.HR, Role.BOARD, Role.MANAGER)


@dataclass(frozen=True)
class Link:
    """One link. ``here``: the page shown lies beneath it; ``exact``: it is the page shown."""

    text: str
    href: str
    about: str
    here: bool
    exact: bool


# Text, address, who may, and what the start page says of it.
PLACES: tuple[tuple[str, str, tuple[Role, ...], str], ...] = (
    ("My group", "/results/{slug}/my-group", (Role.MANAGER,), "What your own group told us."),
    ("Results", "/results/{slug}", READERS, "What people told us, pulse by pulse."),
    ("Board", "/board/{slug}", (Role.BOARD,), "Say whether the draft findings ring true."),
    ("Comments", "/review/{slug}", (Role.BOARD,), "Check what people wrote before it is quoted."),
    ("What we will do", "/actions/{slug}", tuple(Role), "What was promised, and what came of it."),
    ("Sealed answers", "/witness/", (Role.WITNESS,), "Open what only your key can open."),
    (
        "Counting once more",
        "/audits/",
        (Role.AUDITOR, Role.WITNESS),
        "Count every published figure again, from the answers.",
    ),
    ("Programmes", "/programmes/", (Role.HR,), "Every survey, and setting up a new one."),
    ("Pulses", "/programmes/{slug}", (Role.HR,), "Set up a pulse and watch its dates."),
    ("Roster", "/programmes/{slug}/roster", (Role.HR,), "Who is invited, and in which group."),
    (
        "Changes",
        "/changes/",
        (Role.HR, Role.BOARD, Role.WITNESS, Role.AUDITOR),
        "What may be changed of a promise, if two people sign.",
    ),
    ("People with accounts", "/admin/people", (Role.ADMIN,), "Who may sign in, and to what."),
)


def programme_in_view() -> Programme | None:
    """The programme whose page this is; otherwise the one set up first."""
    slug = (request.view_args or {}).get("slug")
    query = select(Programme).order_by(Programme.name)
    if slug:
        query = query.where(Programme.slug == slug)
    return db.session.scalars(query).first()


def links(account: Account | None) -> list[Link]:
    """What ``account`` may open, for the programme in view; nothing for somebody not signed in."""
    if account is None:
        return []
    programme = programme_in_view()
    found = []
    for text, pattern, roles, about in PLACES:
        if not account.has(*roles) or ("{slug}" in pattern and programme is None):
            continue
        href = pattern.format(slug=programme.slug if programme else "")
        if _exists(href):
            place = href.rstrip("/")
            exact = request.path.rstrip("/") == place
            here = exact or request.path.startswith(f"{place}/")
            found.append(Link(text, href, about, here, exact))
    return _only_nearest(found)


def _exists(path: str) -> bool:
    """Whether this process serves the page: the doors differ by role."""
    adapter = current_app.url_map.bind("")
    return bool(adapter.test(path, method="GET") or adapter.test(f"{path}/", method="GET"))


def _only_nearest(found: list[Link]) -> list[Link]:
    """Mark only the longest address that holds the page: the roster lies beneath its programme."""
    nearest = max((len(link.href) for link in found if link.here), default=0)
    return [
        Link(x.text, x.href, x.about, x.here and len(x.href) == nearest, x.exact) for x in found
    ]
