"""Naming an auditor, and who may fetch the answers to count them once more."""

import io
import json

import pytest

from surveyapp import keys
from surveyapp.crypto import ballot, witness_key
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


def test_whoever_left_their_unit_out_leaves_no_gap_in_the_counts_by_group(make_app, anna):
    """Ballots less answers would tell the auditor from which group the one without a unit came."""
    from surveyapp.crypto import envelope
    from surveyapp.services import opening
    from tests.security.test_larger_group import vote

    app, mo = make_app(**voting.SETTINGS), witness_key.WitnessKey.new("Mo Bell")
    wave = voting.open_voting(app, auditors=[anna], witnesses=[mo])
    days, nights = wave.of("Riverside/Days"), wave.of("Riverside/Nights")
    vote(app, wave, days[0], ballot.not_given("Riverside"), {"speak_1": 5})
    for person in (days[1], nights[0], nights[1]):
        voting.vote(app, wave, person, {"speak_1": 2})
    voting.close(app, wave)
    given = voting.peel(voting.bundle(app, wave), mo)
    assert given.signature
    voting.open_ballots(app, wave, given)
    with app.app_context():
        sealed = keys.get(audits._folder(wave.wave_id) / "2.sealed").partition(b"\n")[2]
        opened = envelope.unseal(sealed, anna.outer, envelope.audit_info(str(wave.wave_id)))
        found = json.loads(opened)
        assert opening._facts(wave.wave_id).accepted == 4
    (pool,) = found["together"]
    assert pool["classes"] == ["Riverside", "Riverside/Days"]
    assert (pool["ballots"], pool["issued"], found["signature"]) == (4, 4, "")
    left = {key for key, _ in [*found["classes"], *found["issued"]]}
    assert not left & set(pool["classes"])


def test_groups_that_share_one_are_counted_together():
    joined = audits._joined([["a", "b"], ["c", "d"], ["b", "c"], ["e"]])
    assert joined == [frozenset("abcd"), frozenset("e")]


def test_a_file_that_was_destroyed_cannot_be_fetched(make_app, anna):
    from surveyapp import clock

    app = make_app(**voting.SETTINGS)
    wave = voting.open_voting(app, auditors=[anna])
    voting.vote(app, wave, wave.people[0], {"speak_1": 3})
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        auditor = factories.an_account("auditor")
        assert audits.fetch(voting.wave_of(wave), 1, auditor, clock.now())
        audits.forget(voting.wave_of(wave))
        assert audits.waves() == []
        with pytest.raises(NotNow):
            audits.fetch(voting.wave_of(wave), 1, auditor, clock.now())


def test_people_are_told_before_the_first_question(make_app, anna):
    app = make_app(**voting.SETTINGS)
    voting.open_voting(app, auditors=[anna], slug="riverside")
    page = app.test_client().get("/trust/riverside/1").text
    assert "Anna Audit" in page
    assert "every set of answers" in page
    assert "every comment as it was written" in page
