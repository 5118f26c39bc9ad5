"""LOG-1 (SECURITY 11): a whole wave through a real web server, with every logger at its loudest,
leaves no code, address, agent, cookie or answer in any file."""

import json

import pytest

from surveyapp.crypto import ballot, base64url, client, tokens
from tests import factories, voting
from tests.security import copies
from tests.security.served import Served, Wire
from tests.security.test_traces import MARKED, answer

ADDRESS = "127.7.77.177"
HEADERS = {
    "User-Agent": "MarkedBrowser/7.77",
    "X-Forwarded-For": "203.0.113.77",
    "X-Real-IP": "203.0.113.78",
    "Forwarded": "for=203.0.113.79",
    "Referer": "http://mail.example/marked-referrer",
    "Cookie": "marked=marked-cookie-value",
    "Accept-Language": "tlh-marked",
}
PLACES = ("Riverside/Days",) * 14 + ("Riverside/Nights",) * 13


@pytest.fixture
def served(make_app, tmp_path):
    """An open wave and a server of it; its own application makes the wave, closes and opens it."""
    app = make_app(**voting.on_files(tmp_path))
    wave = voting.open_voting(app, places=PLACES)
    server = Served(tmp_path / "instance")
    yield app, wave, Wire(server.port, address=ADDRESS, headers=HEADERS)
    server.stop()
    factories.dispose([app])


def by_script(app, wire, wave, person, comment):
    """What a browser's script sends: check, collect, cast; gives what only it may know."""
    from surveyapp.services import terms

    seed = client.new_seed()
    with app.app_context():
        conditions = terms.of(wave.wave_id)
    assert wire.post("/check", json_={"token": person.token}).status_code == 200
    public = conditions.classes[person.class_key]
    wish = client.begin(seed, str(wave.wave_id), person.class_key, public)
    asked = {"token": person.token, "blinded": base64url.encode(wish.blinded)}
    signed = wire.post("/collect", json_=asked)
    assert signed.status_code == 200
    said = client.fill_in(
        seed, person.class_key, {"speak_1": 4}, [ballot.Comment("barriers", comment, "board")]
    )
    given = client.finish(
        wish, base64url.decode(json.loads(signed.data)["signed"]), said, conditions.lid, counter=1
    )
    assert wire.post("/cast", json_=given.to_bytes()).status_code == 200
    return seed.hex(), tokens.short(said.receipt(), 15), base64url.encode(said.nonce)


def test_a_served_wave_leaves_no_code_address_agent_or_answer_in_any_file(
    served, tmp_path, record_figure
):
    app, wave, wire = served
    secrets = [MARKED, ADDRESS, *HEADERS.values(), "marked-cookie", "203.0.113."]
    for number, person in enumerate(wave.people):
        way = by_script if number % 4 else by_form
        secrets += [person.token, person.code, *way(app, wire, wave, person, f"{MARKED} {number}")]
    # Also where something goes wrong.
    for path in ("/v/", "/check", "/collect", "/cast"):
        wire.post(path, data={"code": wave.people[0].token[:-2] + "77", "go": MARKED})
        wire.post(path, json_={"token": wave.people[0].token, "blinded": MARKED})
        wire.post(path, json_=b'{"token": "' + MARKED.encode())
        wire.get(path)
    secrets += [wave.people[0].token[:-2]]
    voting.arrive(wire, wave.people[0].code)

    logged = (tmp_path / "instance" / "everything.log").stat().st_size
    assert logged > 50_000
    assert copies.found_in(secrets, tmp_path) == []
    voting.close(app, wave)
    assert copies.found_in(secrets, tmp_path) == []
    voting.open_ballots(app, wave)
    assert copies.found_in(secrets, tmp_path) == []
    with app.app_context():
        assert len(voting.opened(wave, "comments")) == len(PLACES)
    # A code in the path, as most tools have it, would be there for everybody to read.
    wire.get(f"/r/{MARKED.replace(' ', '-')}")
    assert copies.found_in([MARKED.replace(" ", "-")], tmp_path) != []
    record_figure(
        "LOG-1",
        f"{len(PLACES)} people through gunicorn, forms and script, every logger at debug: 0; a "
        "code put into a path is found",
    )


def by_form(_app, wire, _wave, person, comment):
    return answer(wire, person, comment)
