"""The box takes what is sound, once, and keeps the newest."""

import json
from dataclasses import replace

import pytest

from surveyapp.crypto import ballot, client
from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import box_session
from surveyapp.models.ballots import Ballot
from surveyapp.services import ballotbox, terms
from tests import voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def test_a_ballot_is_kept_under_the_hash_of_its_key(app, wave):
    record = voting.vote(app, wave, wave.people[0], {"speak_1": 4})
    with app.app_context():
        kept = box_session().query(Ballot).one()
        assert kept.record == record
        assert kept.key_sha256 == ballot.Record.from_bytes(record).key_sha256
        assert ballotbox.count(wave.wave_id) == 1


def test_an_exact_repeat_is_taken_again(app, wave):
    record = voting.vote(app, wave, wave.people[0])
    with app.app_context():
        for _ in range(3):
            ballotbox.cast(record)
            box_session().commit()
        assert ballotbox.count(wave.wave_id) == 1


def test_the_higher_counter_stays(app, wave):
    person, seed = wave.people[0], b"s" * 32
    old = voting.vote(app, wave, person, {"speak_1": 1}, seed=seed, counter=1)
    new = voting.vote(app, wave, person, {"speak_1": 5}, seed=seed, counter=2)
    with app.app_context():
        with pytest.raises(ballotbox.Superseded):
            ballotbox.cast(old)
        other = voting.make_record(wave, person, {"speak_1": 2}, seed=seed, counter=2)
        with pytest.raises(ballotbox.Superseded):
            ballotbox.cast(other)
        assert [row.record for row in box_session().query(Ballot)] == [new]
        key = ballot.Record.from_bytes(new).key_sha256
        assert ballotbox.counter(key) == 2
        assert ballotbox.counter(bytes(32)) == 0


def test_nothing_is_kept_without_the_commit(app, wave):
    with app.app_context():
        ballotbox.cast(voting.make_record(wave, wave.people[0]))
    with app.app_context():
        assert ballotbox.count(wave.wave_id) == 0


def bend(record, **changes):
    return canonical(json.loads(record) | changes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"class": "Riverside"}, "credential"),
        ({"class": "Riverside/Nights"}, "class"),
        ({"class": "nowhere"}, "class"),
        ({"counter": 9}, "signature"),
        ({"outer": ["AAAA"]}, "size"),
        ({"credential": "AAAA"}, "credential"),
        ({"v": 2}, "form"),
        ({"time": "now"}, "form"),
    ],
)
def test_a_bent_ballot_is_refused(app, wave, change, reason):
    person = wave.of("Riverside/Days")[0]
    with app.app_context():
        record = voting.make_record(wave, person)
        with pytest.raises(ballotbox.BadBallot) as refusal:
            ballotbox.cast(bend(record, **change))
        assert refusal.value.reason == reason
        assert ballotbox.count(wave.wave_id) == 0


def test_a_credential_nobody_signed_is_refused(app, wave):
    with app.app_context():
        conditions = terms.of(wave.wave_id)
        public = conditions.classes["Riverside/Days"]
        wish = client.begin(client.new_seed(), str(wave.wave_id), "Riverside/Days", public)
        forged = ballot.Record(
            wave=str(wave.wave_id),
            class_key="Riverside/Days",
            prefix=wish.prepared[:32],
            credential=b"\1" * public.size,
            public_key=wish.public_key,
            counter=1,
            outer=(b"\1" * ballot.sealed_size(conditions.lid.size),),
        )
        with pytest.raises(ballotbox.BadBallot) as refusal:
            ballotbox.cast(ballot.sign(forged, wish.key).to_bytes())
        assert refusal.value.reason == "credential"


def test_the_box_takes_nothing_after_closing(app, wave):
    with app.app_context():
        record = voting.make_record(wave, wave.people[0])
    voting.close(app, wave)
    with app.app_context():
        with pytest.raises(ballotbox.BoxClosed):
            ballotbox.cast(record)
        with pytest.raises(ballotbox.BoxClosed):
            ballotbox.cast(bend(record, wave="00000000-0000-0000-0000-000000000000"))


def test_an_envelope_under_another_ballot_key_is_refused(app, wave):
    """Whoever copies somebody's envelope under a credential of their own gets nowhere."""
    thief, victim = wave.people[:2]
    with app.app_context():
        stolen = ballot.Record.from_bytes(voting.make_record(wave, victim, {"speak_1": 5}))
        ballotbox.cast(stolen.to_bytes())
        box_session().commit()
        seed = client.new_seed()
        own = ballot.Record.from_bytes(voting.make_record(wave, thief, seed=seed))
        public = terms.of(wave.wave_id).classes[thief.class_key]
        key = client.begin(seed, str(wave.wave_id), thief.class_key, public).key
        copied = ballot.sign(replace(own, outer=stolen.outer), key)
        with pytest.raises(ballotbox.BadBallot) as refusal:
            ballotbox.cast(copied.to_bytes())
        assert refusal.value.reason == "repeated"
        assert [row.record for row in box_session().query(Ballot)] == [stolen.to_bytes()]
