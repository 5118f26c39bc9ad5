"""Naming an auditor, and who may fetch the answers to count them once more."""

import io
import json

import pytest

from surveyapp.crypto import witness_key
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.services import audits, witnesses
from tests import factories, voting

AT = "/waves/{}/witnesses"


@pytest.fixture
def anna():
    return witness_key.WitnessKey.new("Anna Audit")


@pytest.fixture
def draft(app):
    with app.app_context():
        factories.a_programme()
        wave = factories.a_wave()
        factories.committed()
        return wave.id


def send(hr, wave_id, data, **more):
    data = {"file": (io.BytesIO(data), "a.public.json"), "kind": "auditor", **more}
    return hr.post(AT.format(wave_id), data=data, follow_redirects=True)


def wave_of(wave_id):
    return voting.wave_of(voting.Voting(wave_id))


def test_hr_names_one_auditor_on_a_draft_and_can_take_them_away(app, hr, draft, anna):
    page = send(hr, draft, anna.public().to_bytes())
    assert "Anna Audit" in page.text
    assert anna.public().fingerprint() in page.text
    second = witness_key.WitnessKey.new("Bea Audit")
    assert send(hr, draft, second.public().to_bytes()).status_code == 422
    assert send(hr, draft, b"{}").status_code == 422
    with app.app_context():
        assert [one.name for one in audits.of(wave_of(draft))] == ["Anna Audit"]
    hr.post(AT.format(draft), data={"kind": "auditor", "away": "Anna Audit"})
    with app.app_context():
        assert audits.of(wave_of(draft)) == []


def test_the_auditor_is_not_the_witness_and_is_fixed_with_the_promises(app, draft, anna):
    with app.app_context():
        wave = wave_of(draft)
        witnesses.name(wave, anna.public().to_bytes())
        with pytest.raises(Rejected, match="somebody else"):
            audits.name(wave, anna.public().to_bytes())
        wave.state = "committed"
        other = witness_key.WitnessKey.new("Bea Audit").public().to_bytes()
        with pytest.raises(NotNow):
            audits.name(wave, other)
        with pytest.raises(NotNow):
            audits.take_away(wave, "Bea Audit")


def test_the_file_of_a_blind_pulse_is_sealed_to_its_auditor_alone(make_app, anna):
    from surveyapp import clock
    from surveyapp.crypto import envelope
    from surveyapp.models.accounts import Account

    app = make_app(**voting.SETTINGS)
    wave = voting.open_voting(app, auditors=[anna])
    voting.vote(app, wave, wave.people[0], {"speak_1": 3}, [("barriers", "Too few", "board")])
    with app.app_context():
        promised = json.loads(voting.wave_of(wave).covenant)
        assert promised["auditors"] == [anna.public().entry()]
        factories.an_account("auditor")
        auditor = Account.query.filter_by(email="auditor@example.org").one()
        with pytest.raises(NotNow):
            audits.fetch(voting.wave_of(wave), 1, auditor, clock.now())
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        factories.an_account("auditor")
        auditor = Account.query.filter_by(email="auditor@example.org").one()
        found = voting.wave_of(wave)
        assert [names for _, names in audits.waves()] == [["Anna Audit"]]
        sealed = audits.fetch(found, 1, auditor, clock.now())
        assert b"Too few" not in sealed
        _, _, body = sealed.partition(b"\n")
        opened = envelope.unseal(body, anna.outer, envelope.audit_info(str(found.id)))
        assert b"Too few" in opened
        with pytest.raises(envelope.EnvelopeError):
            envelope.unseal(body, anna.outer, envelope.audit_info("another"))
        with pytest.raises(NotFound):
            audits.fetch(found, 2, auditor, clock.now())


def test_people_are_told_before_the_first_question(make_app, anna):
    app = make_app(**voting.SETTINGS)
    voting.open_voting(app, auditors=[anna], slug="riverside")
    page = app.test_client().get("/trust/riverside/1").text
    assert "Anna Audit" in page
    assert "every set of answers" in page
