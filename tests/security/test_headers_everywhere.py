"""HEADERS (SECURITY 8): every answer, errors too, forbids scripts, frames, sniffing and storing."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from surveyapp import headers
from surveyapp.respond.attempts import MOST_WRONG
from tests import factories, voting
from tests.security import walk, whole
from tests.security.answers import lacking


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headers")
    app = factories.an_app(folder / "instance", MAILDIR=str(folder / "mail"), **voting.SETTINGS)
    whole.an_open_pulse(app)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app, walk.everybody(app)
    factories.dispose([app])


def test_the_check_sees_what_is_missing(house):
    app, *_ = house
    bare = app.response_class('<p onclick="x()" style="a">x</p><script>x</script>')
    bare.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'unsafe-inline' *"
    found = lacking(bare)
    assert set(headers.FIXED) < set(found)
    assert {"Cache-Control", "p onclick", "p style", "inline script", "script-src *",
            "script-src 'unsafe-inline'", "frame-ancestors"} <= set(found)  # fmt: skip


def test_every_route_and_method_carries_the_headers(house, record_figure):
    """With real objects and as every role: see test_access_objects."""
    app, clients = house
    wrong = []
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<.*?>", "x", rule.rule)
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            answer = clients[walk.NOBODY].open(address, method=method)
            if missing := lacking(answer, static=rule.endpoint == "static"):
                wrong.append((method, rule.endpoint, missing))
    assert wrong == []
    record_figure("HEADERS", "every route and method: 100 %")


def test_every_kind_of_error_carries_the_headers(house, monkeypatch, record_figure):
    app, clients = house
    client = clients[walk.NOBODY]

    def busy():
        raise OperationalError("", {}, Exception())

    answers = [
        client.get("/nowhere"),
        client.delete("/"),
        client.post("/v/", data=b"x" * (13 << 20), content_type="text/plain"),
        client.post("/v/", data={"code": "x" * (600 << 10)}),
        client.post("/collect", data="x"),
        client.post("/collect", json=[]),
        client.post("/cast", json={}),
        client.post("/v/", data={"code": "0000 0000 0000"}),
        clients["hr"].get("/admin/people"),
        clients["hr"].post("/programmes/new", data={}),
    ]
    answers += [
        client.post("/v/", data={"code": f"{n:012}"}) for n in range(MOST_WRONG + 1)
    ][-1:]  # fmt: skip
    for fault in (lambda: 1 / 0, busy):
        monkeypatch.setitem(app.view_functions, "respond.door", fault)
        answers.append(client.get("/v/"))
    wrong = [(answer.status_code, missing) for answer in answers if (missing := lacking(answer))]
    assert wrong == []
    statuses = {answer.status_code for answer in answers}
    assert statuses >= {400, 403, 404, 405, 413, 415, 422, 429, 500, 503}
    record_figure("HEADERS", f"errors {', '.join(map(str, sorted(statuses - {200})))}: 100 %")
