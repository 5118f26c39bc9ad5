"""INT-1 (SECURITY 11): one credential an invitation; whoever comes second can say so."""

import json

from surveyapp.crypto import base64url, client
from surveyapp.extensions import db
from surveyapp.models.publications import Notice
from surveyapp.services import registrar, terms
from tests import voting
from tests.voting import arrive


def collect(app, wave, person, *, seed=None):
    """A script's request for a credential; the answer and the seed it was made with."""
    seed = seed or client.new_seed()
    with app.app_context():
        public = terms.of(wave.wave_id).classes[person.class_key]
    wish = client.begin(seed, str(wave.wave_id), person.class_key, public)
    asked = {"token": person.token, "blinded": base64url.encode(wish.blinded)}
    return app.test_client().post("/collect", json=asked), seed


def test_a_second_collection_is_refused_and_a_repeated_one_gets_the_same(app, record_figure):
    wave = voting.open_voting(app)
    for person in wave.people:
        first, seed = collect(app, wave, person)
        again, _ = collect(app, wave, person, seed=seed)
        stolen, _ = collect(app, wave, person)
        assert (first.status_code, again.status_code, stolen.status_code) == (200, 200, 409)
        assert first.json == again.json
        assert stolen.json == {"error": "used"}
    assert voting.collected(app) == len(wave.people)
    record_figure("INT-1", f"{len(wave.people)} second collections: all 409, no signature")


def test_whoever_finds_the_invitation_used_can_report_it_and_the_count_is_published(
    app, record_figure
):
    wave = voting.open_voting(app)
    robbed = wave.people[:3]
    for person in robbed:
        thief, _ = collect(app, wave, person)
        assert thief.status_code == 200
        page = arrive(app.test_client(), person.code)
        assert page.response.status_code == 409
        told = page.press("report")
        assert told.response.status_code == 200
        told = arrive(app.test_client(), person.code).press("report")
        assert told.response.status_code == 200, "saying it twice counts once"
    honest = arrive(app.test_client(), wave.people[5].code)
    assert "report" not in {b["value"] for b in honest.page.select("form button[name=go]")}
    with app.app_context():
        assert registrar.reports(wave.wave_id) == len(robbed)
    voting.close(app, wave)
    with app.app_context():
        closed = db.session.query(Notice).filter_by(type="CLOSED").one()
        assert closed.body["reported"] == len(robbed)
        assert not any(person.email in json.dumps(closed.body) for person in robbed)
    record_figure("INT-1", "3 of 3 reports are in the noticeboard's count, no name is")
