"""Asks every page once, in every role that may see it: the proof that the demo is whole."""

from collections import Counter
from collections.abc import Callable, Iterator

from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from surveyapp.demo import people
from surveyapp.demo.pages import PageError, Reader
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Programme, Wave

Say = Callable[[str], None]
SAMPLE = 40
LABEL = 'aria-label="Simulated"'


def every_page(app: Flask, say: Say) -> int:
    """Follow every link from the start page, as a stranger, an invited person and the first of the
    cast in each role; how many pages answered. Raises :class:`PageError` naming the first that does
    not."""
    asked = 0
    for who, reader, doors in _visitors(app):
        seen = _walk(reader, doors)
        say(f"  {who}: {len(seen)} pages")
        asked += len(seen)
    return asked


def _visitors(app: Flask) -> Iterator[tuple[str, Reader, list[str]]]:
    programme = db.session.scalars(select(Programme)).first()
    published = db.session.scalars(
        select(Wave)
        .join(Publication, Publication.wave_id == Wave.id)
        .where(Publication.released_on.is_not(None))
        .order_by(Wave.number.desc())
    ).first()
    if programme is None or published is None:
        raise PageError("The demo has no programme with results.")
    key = published.results_key
    slug = programme.slug
    db.session.remove()
    yield "a stranger", Reader(app), ["/", "/trust", "/v/", "/sign-in"]
    yield "somebody invited", Reader(app), [f"/r/{key}"]
    first: dict[Role, str] = {}
    for email, _name, role in people.CAST:
        first.setdefault(role, email)
    for role, email in first.items():
        reader = Reader(app)
        _sign_in(reader, email)
        yield role.value, reader, ["/", f"/results/{slug}", f"/board/{slug}", f"/actions/{slug}"]


def _sign_in(reader: Reader, email: str) -> None:
    reader.open("/sign-in").send({"email": email, "password": people.PASSWORD})
    if any("code" in form.names for form in reader.forms):
        digits = people.digits(email)
        db.session.remove()
        reader.send({"code": digits})
    if reader.status != 200 or reader.path.startswith("/sign-in"):
        raise PageError(f"{email} could not sign in: {reader.heading}")


def _walk(reader: Reader, doors: list[str]) -> set[str]:
    """The pages that links lead to: all, but of pages that differ only in what they name at most
    ``SAMPLE``, because a mail page for each of a thousand messages proves no more."""
    seen: set[str] = set()
    by_rule: Counter[str] = Counter()
    waiting = list(doors)
    while waiting:
        path = waiting.pop(0).partition("#")[0]
        if path in seen or not path.startswith("/") or path.startswith("/sign-out"):
            continue
        rule = _rule(reader, path)
        if by_rule[rule] >= SAMPLE:
            continue
        by_rule[rule] += 1
        reader.open(path)
        if reader.status == 403 and path in doors:
            continue
        seen.add(path)
        if reader.status != 200:
            raise PageError(f"{path} answered {reader.status}: {reader.heading}")
        if reader.heading and LABEL not in reader.text:
            raise PageError(f"{path} does not say that it is simulated.")
        waiting.extend(reader.links)
    return seen


def _rule(reader: Reader, path: str) -> str:
    """Which page this is, whatever it names."""
    app = reader.client.application
    try:
        endpoint, _ = app.url_map.bind("").match(path.partition("?")[0])
    except HTTPException:
        return path
    return str(endpoint)
