"""ACCESS (SECURITY 8, 11): role by route by object. Whom a route's mark leaves out is turned away
in the same way whatever they ask for, so that nothing is learned by asking; whom it lets in sees
what is out and nothing else."""

import pytest

from surveyapp.models.accounts import Role
from surveyapp.permissions import EVERYONE
from tests import factories, voting
from tests.security import walk, whole
from tests.security.answers import lacking


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    app = factories.an_app(folder / "instance", MAILDIR=str(folder / "mail"), **voting.SETTINGS)
    open_, shown = whole.an_open_pulse(app), whole.a_published_pulse(app)
    read = whole.a_pulse_at_the_desk(app)
    clients = walk.everybody(app)
    kinds = {
        "an open pulse": walk.objects(app, open_),
        "results that are out": walk.objects(app, shown),
        "comments at the desk": walk.objects(app, read) | {"place": 1},
        "nothing that exists": {},
    }
    yield app, clients, kinds, tables(app, clients, kinds, "GET")
    factories.dispose([app])


def outcome(answer):
    """What somebody learns from an answer before reading it."""
    sent_away = answer.status_code == 302 and answer.location.startswith("/sign-in?next=")
    return "sign in" if sent_away else answer.status_code


def table(app, clients, values, method):
    """Endpoint and role to the outcomes of every address of the endpoint; and what is wrong with
    the headers of the answers."""
    found, missing = {}, []
    for endpoint, address in walk.addresses(app, values, method):
        for who, client in clients.items():
            answer = client.open(address, method=method)
            found.setdefault((endpoint, who), set()).add(outcome(answer))
            if lacks := lacking(answer):
                missing.append((method, address, who, lacks))
    return found, missing


def tables(app, clients, kinds, method):
    """The table of each kind of object, and everything that is wrong with headers."""
    made = {kind: table(app, clients, values, method) for kind, values in kinds.items()}
    missing = [one for _, lacks in made.values() for one in lacks]
    return {kind: found for kind, (found, _) in made.items()}, missing


def may(app, endpoint, who):
    access = app.view_functions[endpoint].access
    return access == EVERYONE or (who != walk.NOBODY and Role(who) in access)


def wrong(app, pages):
    """What is not as declared."""
    return [
        (kind, endpoint, who, outcomes)
        for kind, found in pages.items()
        for (endpoint, who), outcomes in found.items()
        if not as_declared(outcomes, who, may(app, endpoint, who))
    ]


def as_declared(outcomes, who, allowed):
    if allowed:
        return not outcomes & {"sign in", 403} and max(map(str, outcomes)) < "5"
    return outcomes == ({"sign in"} if who == walk.NOBODY else {403})


def test_whom_a_page_leaves_out_learns_nothing_from_any_object(house, record_figure):
    app, _, _, (pages, _) = house
    assert wrong(app, pages) == []
    assert sum(map(len, pages.values())) > 400
    record_figure("ACCESS", "GET: 7 roles, 4 kinds of object, every route as declared")


def test_every_page_and_file_carries_the_headers(house, record_figure):
    *_, (_, missing) = house
    assert missing == []
    record_figure("HEADERS", "every page and file, 7 roles, 4 kinds of object: 100 %")


def test_the_pages_are_really_reached_by_somebody_who_may(house):
    """Otherwise the table above would compare one refusal with another."""
    app, _, _, (pages, _) = house
    reached = {e for found in pages.values() for (e, _), got in found.items() if got & {200, 302}}
    every = {endpoint for endpoint, _ in walk.addresses(app, {})}
    assert len(reached) > 0.8 * len(every), every - reached


def test_what_is_not_out_is_shown_to_nobody(house):
    app, clients, kinds, _ = house
    for kind, told in (("an open pulse", False), ("results that are out", True)):
        pages = [
            client.get(address)
            for endpoint, address in walk.addresses(app, kinds[kind])
            if endpoint.startswith("results.")
            for client in (clients[who] for who in (walk.NOBODY, "hr", "manager"))
        ]
        assert any("Safe to speak up" in page.text for page in pages if page.is_json or
                   page.mimetype == "text/html") == told  # fmt: skip
        assert any(page.mimetype != "text/html" for page in pages) == told, "files"


def test_a_mark_that_says_more_or_less_than_the_page_does_is_seen(house, monkeypatch):
    app, _, _, (pages, _) = house
    view = app.view_functions["admin.server_health"]
    monkeypatch.setattr(view, "access", frozenset({Role.HR}))
    assert {(e, who) for _, e, who, _ in wrong(app, pages)} == {
        ("admin.server_health", "hr"),
        ("admin.server_health", "admin"),
    }


def test_whom_a_form_leaves_out_learns_nothing_from_any_object(house, record_figure):
    """The last of the module: those who may do change things."""
    app, clients, kinds, _ = house
    forms, missing = tables(app, clients, kinds, "POST")
    assert wrong(app, forms) == []
    assert missing == []
    assert sum(map(len, forms.values())) > 150
    record_figure("ACCESS", "POST: 7 roles, 4 kinds of object, every route as declared")
