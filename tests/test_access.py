"""Every route, every role: who gets in is what the route's mark says, and nothing else.

The table is the application's own route table, so a new page is in it from its first day.
"""

import re
import uuid

import pytest
from flask import Flask

from surveyapp import headers
from surveyapp.models.accounts import Role
from surveyapp.permissions import EVERYONE, UndeclaredAccess, check, open_to
from tests import factories

NOBODY = "nobody"
WHO = (NOBODY, *factories.ROLES)
STAND_INS = {"uuid": str(uuid.UUID(int=0)), "int": "1", "path": "x/y", "string": "nothing"}


def pages(app):
    """Endpoint, method and an address of every route, with stand-ins for its parts."""
    found = []
    for rule in app.url_map.iter_rules():
        address = re.sub(
            r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>",
            lambda match: STAND_INS.get(match[1] or "string", "nothing"),
            rule.rule,
        )
        found += [
            (rule.endpoint, method, address)
            for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        ]
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One application for the whole table, and a signed-in browser for each of the cast."""
    app = factories.an_app(tmp_path_factory.mktemp("access") / "instance")
    clients = {NOBODY: app.test_client()}
    for role in factories.ROLES:
        clients[role] = app.test_client()
        factories.sign_in(clients[role], role)
    yield app, clients
    factories.dispose([app])


def access_of(app, endpoint):
    return EVERYONE if endpoint == "static" else app.view_functions[endpoint].access


@pytest.mark.parametrize("who", WHO)
def test_each_route_lets_in_whom_its_mark_names(house, who):
    app, clients = house
    wrong = []
    for endpoint, method, address in pages(app):
        if endpoint in ("auth.sign_out", "auth.sign_out_everywhere"):
            continue  # they end the session that this test goes on with; see test_sign_in
        access = access_of(app, endpoint)
        answer = clients[who].open(address, method=method)
        sent_to_sign_in = answer.status_code == 302 and answer.location.startswith("/sign-in?next=")
        if access == EVERYONE:
            right = answer.status_code not in (401, 403) and not sent_to_sign_in
        elif who == NOBODY:
            right = sent_to_sign_in
        elif Role(who) in access:
            right = answer.status_code != 403 and not sent_to_sign_in
        else:
            right = answer.status_code == 403
        if not right or answer.status_code >= 500:
            wrong.append((endpoint, method, address, answer.status_code, answer.location))
    assert wrong == []


def test_every_answer_carries_the_headers(house):
    app, clients = house
    addresses = [(method, address) for _, method, address in pages(app)]
    addresses += [("GET", "/nowhere"), ("DELETE", "/"), ("GET", "/static/../config.py")]
    missing = []
    for who in (NOBODY, "hr"):
        for method, address in addresses:
            if address.startswith("/sign-in/out") or "out-everywhere" in address:
                continue
            answer = clients[who].open(address, method=method)
            lacking = [
                name for name, value in headers.FIXED.items() if answer.headers.get(name) != value
            ]
            policy = answer.headers.get("Content-Security-Policy", "")
            if lacking or "default-src 'none'" not in policy or "unsafe" in policy:
                missing.append((method, address, lacking))
            if (
                not address.startswith("/static")
                and answer.headers.get("Cache-Control") != "no-store"
            ):
                missing.append((method, address, "Cache-Control"))
    assert missing == []


def test_no_cookie_is_set_for_respondents_and_the_public(house):
    app, clients = house
    with_cookie = [
        address
        for endpoint, method, address in pages(app)
        if endpoint.partition(".")[0] in ("respond", "transparency", "home", "static")
        and "Set-Cookie" in app.test_client().open(address, method=method).headers
    ]
    assert with_cookie == []


def test_a_role_nobody_declared_gets_in_nowhere():
    """The default is no: a view without a mark stops the application from starting."""
    app = Flask(__name__)
    app.add_url_rule("/", "bare", lambda: "")
    with pytest.raises(UndeclaredAccess, match="bare"):
        check(app)


def test_a_mark_survives_the_view_being_wrapped():
    @open_to(Role.HR)
    def view():
        return ""

    assert view.access == frozenset({Role.HR})
