"""HEADERS (SECURITY 8): every answer, errors too, forbids scripts, frames, sniffing and storing."""

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.exc import OperationalError

from surveyapp import headers
from surveyapp.respond.attempts import MOST_WRONG
from tests import factories, voting
from tests.security import walk, whole

SOURCES = {"'none'", "'self'"}
MUST = {
    "default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
    "form-action": "'self'", "require-trusted-types-for": "'script'",
}  # fmt: skip
NONCE = re.compile(r"'nonce-[\w-]{20,}'")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headers")
    app = factories.an_app(folder / "instance", MAILDIR=str(folder / "mail"), **voting.SETTINGS)
    waves = [whole.an_open_pulse(app), whole.a_published_pulse(app)]
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app, waves, walk.everybody(app)
    factories.dispose([app])


def lacking(answer, *, static=False):
    """What is wrong with the headers of an answer, and with the page under them."""
    wrong = [n for n, value in headers.FIXED.items() if answer.headers.get(n) != value]
    if not static and answer.headers.get("Cache-Control") != "no-store":
        wrong.append("Cache-Control")
    parts = answer.headers.get("Content-Security-Policy", "").split(";")
    policy = {part.split()[0]: part.split()[1:] for part in parts if part.strip()}
    wrong += [name for name, value in MUST.items() if policy.get(name) != [value]]
    for name, sources in policy.items():
        if name in MUST:
            continue
        odd = {source for source in sources if not NONCE.fullmatch(source)} - SOURCES
        wrong += [f"{name} {source}" for source in odd if name.endswith("-src")]
    saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
    if answer.mimetype == "text/html" and not saved:
        wrong += _inline(BeautifulSoup(answer.data, "html.parser"), policy.get("script-src", []))
    return wrong


def _inline(page, allowed):
    wrong = []
    for tag in page.find_all(True):
        wrong += [f"{tag.name} {name}" for name in tag.attrs if re.fullmatch(r"on\w+|style", name)]
    for script in page("script"):
        nonce = f"'nonce-{script.get('nonce', '')}'"
        if script.get("src") and not script["src"].startswith("/static/"):
            wrong.append("script from elsewhere")
        if not script.get("src") and nonce not in allowed:
            wrong.append("inline script")
    return wrong


def test_the_check_sees_what_is_missing(house):
    app, *_ = house
    bare = app.response_class('<p onclick="x()" style="a">x</p><script>x</script>')
    bare.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'unsafe-inline' *"
    found = lacking(bare)
    assert set(headers.FIXED) < set(found)
    assert {"Cache-Control", "p onclick", "p style", "inline script", "script-src *",
            "script-src 'unsafe-inline'", "frame-ancestors"} <= set(found)  # fmt: skip


def test_every_page_and_file_carries_the_headers(house, record_figure):
    app, waves, clients = house
    wrong, asked = [], 0
    for wave in waves:
        for endpoint, address in walk.addresses(app, walk.objects(app, wave)):
            for who, client in clients.items():
                asked += 1
                if missing := lacking(client.get(address)):
                    wrong.append((who, endpoint, missing))
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<.*?>", "x", rule.rule)
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            asked += 1
            answer = clients[walk.NOBODY].open(address, method=method)
            if missing := lacking(answer, static=rule.endpoint == "static"):
                wrong.append((method, rule.endpoint, missing))
    assert wrong == []
    assert asked > 1000
    record_figure("HEADERS", "every route and method, 7 roles, open and published pulse: 100 %")


def test_every_kind_of_error_carries_the_headers(house, monkeypatch, record_figure):
    app, waves, clients = house
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
