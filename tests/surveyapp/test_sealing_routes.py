"""The JSON routes of a respondent's own script: check, collect, cast, done."""

import json

import pytest

from surveyapp.crypto import ballot, base64url, blind, client
from surveyapp.extensions import box_session
from surveyapp.models.ballots import Ballot
from surveyapp.services import registrar, terms
from tests import factories, voting

CODES = {"usable": True, "state": "open"}


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def ask(browser, path, **said):
    answer = browser.post(path, json=said)
    return answer.status_code, answer.get_json()


def wish(app, wave, person):
    with app.app_context():
        public = terms.of(wave.wave_id).classes[person.class_key]
        return client.begin(client.new_seed(), str(wave.wave_id), person.class_key, public)


def text(data):
    return base64url.encode(data)


def sealed(app, wave, person, **more):
    with app.app_context():
        return voting.make_record(wave, person, {"speak_1": 4}, **more)


def test_check_tells_what_the_device_must_verify_and_changes_nothing(app, wave, respondent):
    person = wave.of("Riverside/Kitchen")[0]
    for code in (person.token, person.code, f" {person.code.lower()} "):
        status, said = ask(respondent, "/check", token=code)
        assert status == 200
        assert said.items() >= CODES.items()
    assert (said["class"], said["unit"]) == (person.class_key, "Riverside/Kitchen")
    covenant = json.loads(respondent.get(said["covenant"]).data)
    listed = {one["key"]: one["public_key_sha256"] for one in covenant["classes"]}
    public = blind.PublicKey.from_der(base64url.decode(said["public_key"]))
    assert public.sha256() == listed[person.class_key]
    assert covenant["wave"]["id"] == said["wave"]
    assert voting.collected(app) == 0


def test_check_says_why_a_code_cannot_be_used(app, wave, respondent):
    used, closed = wave.people[:2]
    voting.vote(app, wave, used, {"speak_1": 1})
    assert ask(respondent, "/check", token=used.token)[1]["state"] == "used"
    voting.close(app, wave)
    said = ask(respondent, "/check", token=closed.token)[1]
    assert (said["state"], said["usable"]) == ("closed", False)
    assert ask(respondent, "/check", token="A" * 26) == (404, {"error": "unknown"})


def test_typed_codes_have_one_cap_for_both_ways_and_tokens_none(wave, respondent):
    for _ in range(60):
        assert ask(respondent, "/check", token="ABCDEFGHJKMN")[0] == 404
    person = wave.people[0]
    blinded = text(bytes(128))
    assert ask(respondent, "/check", token=person.code) == (429, {"error": "wait"})
    assert ask(respondent, "/collect", token=person.code, blinded=blinded)[0] == 429
    assert respondent.post("/v/", data={"go": "open", "code": person.code}).status_code == 429
    assert ask(respondent, "/check", token=person.token)[0] == 200


def test_collect_signs_once_and_the_same_again(app, wave, respondent):
    person = wave.people[0]
    first, other = wish(app, wave, person), wish(app, wave, person)
    status, said = ask(respondent, "/collect", token=person.token, blinded=text(first.blinded))
    assert status == 200
    signed = base64url.decode(said["signed"])
    assert blind.finalize(first.class_public, first.prepared, signed, first.inverse)
    again = ask(respondent, "/collect", token=person.code, blinded=text(first.blinded))
    assert again == (200, said)
    refused = ask(respondent, "/collect", token=person.token, blinded=text(other.blinded))
    assert refused == (409, {"error": "used"})
    assert voting.collected(app) == 1


def test_collect_refuses_what_it_cannot_sign_and_uses_nothing_up(app, wave, respondent):
    person = wave.people[0]
    for blinded, word in ((bytes(128), "blinded"), (b"\xff" * 128, "blinded"), (b"x", "blinded")):
        answer = ask(respondent, "/collect", token=person.token, blinded=text(blinded))
        assert answer == (422, {"error": word})
    assert ask(respondent, "/collect", token=person.token, blinded="*")[0] == 422
    assert voting.collected(app) == 0
    made = wish(app, wave, person)
    voting.close(app, wave)
    answer = ask(respondent, "/collect", token=person.token, blinded=text(made.blinded))
    assert answer == (409, {"error": "closed"})


def cast(browser, record, **more):
    answer = browser.post("/cast", data=record, content_type="application/json", **more)
    return answer.status_code, answer.get_json()


def test_cast_takes_a_ballot_again_and_a_later_one_instead(app, wave, respondent):
    person, seed = wave.people[0], client.new_seed()
    first, second = (sealed(app, wave, person, seed=seed, counter=n) for n in (1, 2))
    assert [cast(respondent, first) for _ in range(3)] == [(200, {})] * 3
    assert cast(respondent, second + b" " * 40) == (200, {})
    assert cast(respondent, first) == (409, {"error": "superseded"})
    with app.app_context():
        assert box_session().query(Ballot).one().record == second


@pytest.mark.parametrize("part", ["signature", "credential", "prefix", "public_key", "outer"])
def test_cast_refuses_a_ballot_with_one_bit_changed(app, wave, respondent, part):
    raw = json.loads(sealed(app, wave, wave.people[0]))
    held = raw[part][0] if part == "outer" else raw[part]
    data = bytearray(base64url.decode(held))
    data[-1] ^= 1
    raw[part] = [text(data)] if part == "outer" else text(data)
    status, said = cast(respondent, ballot.canonical(raw))
    assert status == 422
    assert said["error"] in {"signature", "credential"}
    assert voting.ballots(app, wave) == 0


def test_cast_refuses_after_closing(app, wave, respondent):
    late = sealed(app, wave, wave.people[0])
    voting.close(app, wave)
    assert cast(respondent, late) == (409, {"error": "closed"})


@pytest.mark.parametrize("path", ["/check", "/collect", "/cast"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"[" * 4000, "application/json", 400),
        (b'{"token":"\\ud800","blinded":""}', "application/json", 400),
        (b'{"token":1}', "application/json", 400),
        (b'{"token":"' + b"A" * 200_000 + b'"}', "application/json", 413),
    ],
    ids=["text", "form", "empty", "deep", "half a character", "number", "huge"],
)
def test_anything_but_small_plain_json_is_refused(wave, respondent, path, body, kind, status):
    answer = respondent.post(path, data=body, content_type=kind)
    assert answer.status_code == (422 if path == "/cast" and status == 400 else status)
    assert "Set-Cookie" not in answer.headers


def test_a_failing_store_is_503_and_keeps_nothing(app, wave, respondent, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def locked(*_):
        raise OperationalError("", {}, Exception())

    person = wave.people[0]
    made = wish(app, wave, person)
    monkeypatch.setattr(registrar, "issue", locked)
    answer = respondent.post(
        "/collect", json={"token": person.token, "blinded": text(made.blinded)}
    )
    assert answer.status_code == 503
    assert voting.collected(app) == 0


def test_the_link_to_results_is_for_those_invited_and_in_nothing_that_anybody_may_fetch(
    app, wave, respondent
):
    """The noticeboard has every pulse's id, and what is public of a pulse is found by it."""
    with app.app_context():
        found = voting.wave_of(wave)
        found.state = "published"
        key, about = found.results_key, f"/trust/{found.programme.slug}"
        pulse, door = f"{about}/{found.number}", f"/v/{wave.wave_id}"
        factories.committed()
    _, said = ask(respondent, "/check", token=wave.people[0].token)
    assert key in said["results"]
    for path in (
        *("/", "/trust", about, pulse, f"{pulse}/covenant.json", f"{pulse}/receipt"),
        *("/trust/noticeboard.jsonl", f"{door}/covenant.json", f"{door}/facts.json", "/v/"),
    ):
        assert key not in respondent.get(path, follow_redirects=True).text, path


def test_done_asks_the_browser_to_forget_and_needs_no_code(wave, respondent):
    answer = respondent.post("/v/done")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_box_lets_in_pages_of_the_registrar_s_address_only(make_app):
    own = make_app(**voting.SETTINGS).test_client()
    assert "Access-Control-Allow-Origin" not in own.options("/cast").headers
    apart = make_app(
        **voting.SETTINGS, REGISTRAR_URL="https://go.example", BOX_URL="https://box.example"
    ).test_client()
    for answer in (apart.options("/cast"), apart.post("/cast", json={})):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://go.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in apart.post("/check", json={}).headers
    policy = apart.get("/v/").headers["Content-Security-Policy"]
    assert policy.endswith("; connect-src 'self' https://box.example")
