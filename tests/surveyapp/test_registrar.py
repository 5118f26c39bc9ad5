"""One invitation, one credential; the same question gets the same answer."""

import pytest

from surveyapp import keys
from surveyapp.crypto import blind, client
from surveyapp.errors import NotNow
from surveyapp.extensions import who_session
from surveyapp.models.participation import Invitation
from surveyapp.services import registrar, terms
from tests import voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def ask(wave, person, seed):
    public = terms.of(wave.wave_id).classes[person.class_key]
    return client.begin(seed, str(wave.wave_id), person.class_key, public)


def test_a_token_and_a_code_open_the_same_invitation(app, wave):
    person = wave.people[3]
    with app.app_context():
        by_token = registrar.look_up(person.token.lower())
        assert by_token is registrar.look_up(f" {person.code[:4]}-{person.code[4:]} ")
        assert registrar.look_up(person.token[:-1]) is None
        assert registrar.look_up("") is None
        assert not by_token.collected


def test_the_credential_verifies_and_only_its_hash_is_kept(app, wave):
    person = wave.people[0]
    with app.app_context():
        wish = ask(wave, person, b"s" * 32)
        signed = registrar.issue(registrar.find(person.token), wish.blinded)
        who_session().commit()
        signature = blind.finalize(wish.class_public, wish.prepared, signed, wish.inverse)
        assert blind.verify(wish.class_public, wish.prepared, signature)
        kept = registrar.look_up(person.token)
        assert kept.collected
        assert len(kept.blinded_sha256) == 32


def test_same_blinded_same_answer_other_blinded_refused(app, wave):
    person = wave.people[0]
    with app.app_context():
        wish = ask(wave, person, b"s" * 32)
        first = registrar.issue(registrar.find(person.token), wish.blinded)
        who_session().commit()
    with app.app_context():
        assert registrar.issue(registrar.find(person.code), wish.blinded) == first
        with pytest.raises(registrar.AlreadyUsed) as refusal:
            registrar.issue(registrar.find(person.token), ask(wave, person, b"t" * 32).blinded)
        assert refusal.value.status == 409


def test_a_crash_before_the_commit_uses_nothing_up(app, wave):
    person = wave.people[0]
    with app.app_context():
        registrar.issue(registrar.find(person.token), ask(wave, person, b"s" * 32).blinded)
    with app.app_context():
        assert not registrar.look_up(person.token).collected
        registrar.issue(registrar.find(person.token), ask(wave, person, b"t" * 32).blinded)


def test_rubbish_is_not_signed_and_uses_nothing_up(app, wave):
    person = wave.people[0]
    with app.app_context():
        for rubbish in (b"", b"\0" * 256, b"\xff" * 256, b"x" * 5000):
            with pytest.raises(blind.BlindError):
                registrar.issue(registrar.find(person.token), rubbish)
        assert not registrar.look_up(person.token).collected


def test_an_unknown_code_and_a_closed_wave(app, wave):
    person = wave.people[0]
    with app.app_context():
        wish = ask(wave, person, b"s" * 32)
        assert registrar.find("0" * 26) is None
        with pytest.raises(registrar.UnknownCode):
            registrar.report("0" * 26)
    voting.close(app, wave)
    with app.app_context(), pytest.raises(registrar.Closed):
        registrar.issue(registrar.find(person.token), wish.blinded)


def test_closing_destroys_signing_keys_and_nothing_else(app, wave):
    with app.app_context():
        folder = keys.directory("registrar", wave.wave_id)
        files = list(folder.iterdir())
        assert files
        assert all(path.stat().st_mode & 0o777 == 0o400 for path in files)
    voting.close(app, wave)
    with app.app_context():
        assert not folder.exists()
        assert keys.directory("opener", wave.wave_id).exists()
        registrar.destroy_keys(wave.wave_id)


def test_committed_keys_are_never_made_again(app, wave):
    with app.app_context(), pytest.raises(NotNow):
        registrar.make_keys(voting.wave_of(wave), ["Riverside"])


def test_short_keys_are_refused_outside_tests(app, wave, monkeypatch):
    with app.app_context():
        row = voting.wave_of(wave)
        monkeypatch.setattr(row, "covenant", None)
        monkeypatch.setitem(app.config, "TESTING", False)
        with pytest.raises(NotNow, match="3072"):
            registrar.make_keys(row, ["Riverside"])


def test_a_report_is_counted_only_for_a_used_invitation(app, wave):
    person = wave.people[0]
    with app.app_context():
        with pytest.raises(NotNow):
            registrar.report(person.token)
        with pytest.raises(registrar.UnknownCode):
            registrar.report("0" * 26)
        registrar.issue(registrar.find(person.token), ask(wave, person, b"s" * 32).blinded)
        registrar.report(person.token)
        who_session().commit()
        assert registrar.reports(wave.wave_id) == 1
        assert who_session().query(Invitation).filter_by(reported=True).count() == 1
