"""FUZZ (SECURITY 11): random requests to every route, by everybody: none is a fault of ours."""

import json
import re
from random import Random
from urllib.parse import quote

import pytest

from surveyapp.crypto import tokens
from tests import factories, voting
from tests.security import figures, walk, whole

EXAMPLES = 2_000 if figures.full() else 10
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
NASTY = (
    "", " ", "0", "-1", "1e999", "9" * 40, "NaN", "null", "\0", "\ufeff", "\u202e", "é", "\ud7ff",
    "🦉" * 300, "x" * 5_000, "../../etc/passwd", "%00", "%2e%2e", "{{7*7}}", "' OR 1=1 --", "<b>",
    "2026-02-30", "9999-12-31", "0001-01-01", "2026-11-22T25:61", "a.b.c", "next.99", "send.x",
    "publish", "themes", "on", "true", "[]", "{}",
)  # fmt: skip
KINDS = (
    "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=edge", "\xe9", "",
)  # fmt: skip
PARTS = 4


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Something of everything: an open pulse, results that are out, a browser for everybody."""
    folder = tmp_path_factory.mktemp("fuzz")
    app = factories.an_app(folder / "instance", MAILDIR=str(folder / "mail"), **voting.SETTINGS)
    wave, shown = whole.an_open_pulse(app), whole.a_published_pulse(app)
    with app.app_context():
        key = voting.wave_of(shown).results_key
    # A fault must come back as a page, as in earnest, and be counted.
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app, wave, key
    factories.dispose([app])


def names_of(app):
    """The names that forms and JSON bodies of this application use, read from its templates."""
    loader, names = app.jinja_env.loader, app.jinja_env.list_templates()
    source = "".join(loader.get_source(app.jinja_env, name)[0] for name in names)
    found = set(re.findall(r'name="([\w.-]{1,40})"', source))
    own = "code go seed seen at token blinded a.speak_1 t.barriers u.barriers one checking file"
    return sorted({*found, *own.split(), "reason", "text", "label", "questions", "opens"})


class Attacker:
    """Makes requests that are often almost right, so that they get far."""

    def __init__(self, app, wave, key, dice):
        self.dice, self.names = dice, names_of(app)
        self.secrets = [text for one in wave.people for text in (one.token, one.code)]
        self.likely = {
            "slug": ["harbour", "riverside"], "key": [key], "wave_id": [str(wave.wave_id)],
            "theme_id": ["speaking_up"], "unit_id": ["nights", "Riverside/Days"], "number": ["1"],
            "act": ["commit", "open", "close"], "name": ["results.csv"],
        }  # fmt: skip

    def text(self):
        dice = self.dice
        kind = dice.random()
        if kind < 0.4:
            return dice.choice(NASTY)
        if kind < 0.6:
            return str(dice.randint(-(10**6), 10**6))
        if kind < 0.7:
            return dice.choice(self.secrets)
        if kind < 0.8:
            return tokens.new_token()
        points = (dice.randrange(0xD800) if dice.random() < 0.5 else dice.randrange(32, 127)
                  for _ in range(dice.randint(0, 30)))  # fmt: skip
        return "".join(map(chr, points))

    def value(self, depth=3):
        kind = self.dice.random()
        if depth and kind < 0.15:
            return [self.value(depth - 1) for _ in range(self.dice.randint(0, 3))]
        if depth and kind < 0.3:
            return {self.name(): self.value(depth - 1) for _ in range(self.dice.randint(0, 3))}
        return self.dice.choice((None, True, False, 0, 10**30, 1.5, self.text(), self.text()))

    def name(self):
        return self.dice.choice(self.names)

    def path(self, rule):
        def part(match):
            known = self.likely.get(match[1], ["x"])
            return quote(self.dice.choice(known) if self.dice.random() < 0.6 else self.text(), "/")

        return re.sub(r"<(?:[^:<>]+:)?(\w+)>", part, rule.rule)

    def request(self, rule):
        dice = self.dice
        own = sorted(rule.methods - {"OPTIONS"})
        said = {"method": dice.choice(own if dice.random() < 0.9 else METHODS)}
        if dice.random() < 0.2:
            said["query_string"] = {self.name(): self.text() for _ in range(2)}
        kind = dice.choice(("form", "form", "json", "raw", "file", "none"))
        if kind == "form":
            said["data"] = {self.name(): self.text() for _ in range(dice.randint(0, 6))}
        elif kind == "json":
            asked = {name: self.value() for name in ("token", "blinded")}
            said["data"] = json.dumps(asked if dice.random() < 0.5 else self.value())
            said["content_type"] = "application/json"
        elif kind == "raw":
            said["data"], said["content_type"] = dice.randbytes(150), dice.choice(KINDS)
        elif kind == "file":
            head = f'Content-Disposition: form-data; name="{self.name()}"; filename="roster.csv"'
            held = dice.choice((dice.randbytes(150), self.text().encode(), b"name,email,unit\na,b"))
            said["data"] = b"--edge\r\n" + head.encode() + b"\r\n\r\n" + held + b"\r\n--edge--\r\n"
            said["content_type"] = "multipart/form-data; boundary=edge"
        return said


@pytest.mark.parametrize("part", range(PARTS))
def test_no_random_request_is_a_fault_of_ours(house, part, record_figure):
    app, wave, key = house
    clients = walk.everybody(app)
    rules = sorted(app.url_map.iter_rules(), key=str)[part::PARTS]
    assert len(rules) > 10
    faults = []
    for rule in rules:
        attacker = Attacker(app, wave, key, Random(f"{rule}"))
        for _ in range(EXAMPLES):
            who, path = attacker.dice.choice(sorted(clients)), attacker.path(rule)
            said = attacker.request(rule)
            answer = clients[who].open(path, **said)
            if answer.status_code >= 500:
                faults.append((rule.endpoint, who, path[:80], str(said)[:300], answer.status_code))
    assert faults[:3] == []
    record_figure("FUZZ", f"{EXAMPLES:,} requests to every route, as 7 roles: 0")


def test_the_search_sees_a_fault(house, monkeypatch):
    app, wave, _ = house
    monkeypatch.setitem(app.view_functions, "respond.door", lambda: 1 / 0)
    assert app.test_client().get("/v/").status_code == 500


def test_a_staff_form_in_json_is_refused_whatever_it_holds(house):
    app, *_ = house
    hr = app.test_client()
    factories.sign_in(hr, "hr")
    for held in (0, True, [["name", ["a"]]], {"name": "A"}):
        assert hr.post("/programmes/new", json=held).status_code == 415
