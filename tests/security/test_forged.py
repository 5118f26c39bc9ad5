"""INT-3 and INT-4 (SECURITY 11): copied envelopes and made-up ballots, put past the box."""

from dataclasses import replace
from datetime import date

import pytest

from surveyapp.crypto import ballot, blind, bundle, client, witness_key
from surveyapp.extensions import box_session, db, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.participation import Invitation
from surveyapp.services import noticeboard, opening, registrar, terms
from tests import voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture(scope="module")
def mo():
    return witness_key.WitnessKey.new("Mo, speak-up guardian")


# INT-3


def forged(wave, thief, victim):
    """The victim's envelope under the thief's own credential, whole and signed."""
    seed = client.new_seed()
    own = ballot.Record.from_bytes(voting.make_record(wave, thief, seed=seed))
    public = terms.of(wave.wave_id).classes[thief.class_key]
    key = client.begin(seed, str(wave.wave_id), thief.class_key, public).key
    return ballot.sign(replace(own, outer=victim.outer), key)


def put_in_box(record):
    """Past the box's own checks, as somebody who owns its database can."""
    box_session().add(
        Ballot(
            key_sha256=record.key_sha256,
            wave_id=record.wave_id,
            class_key=record.class_key,
            counter=record.counter,
            record=record.to_bytes(),
        )
    )
    box_session().commit()


def test_a_copied_envelope_is_set_aside_unopened_and_its_owner_keeps_their_vote(
    app, mo, record_figure
):
    wave = voting.open_voting(app, witnesses=(mo,))
    thief, *others = wave.people
    for person in others:
        voting.vote(app, wave, person, {"speak_1": 4})
    with app.app_context():
        victim = ballot.Record.from_bytes(box_session().query(Ballot).first().record)
        copied = forged(wave, thief, victim)
        lid = terms.of(wave.wave_id).lid
        # To the eye it is a sound ballot: sizes, credential and signature are right.
        ballot.verify(
            copied, terms.of(wave.wave_id).classes[thief.class_key], envelopes=1, size=lid.size
        )
        put_in_box(copied)
    voting.close(app, wave)
    made = voting.peel(voting.bundle(app, wave), mo)
    assert made.rejected == {"repeated": 1}
    opened = voting.open_ballots(app, wave, made)
    assert (opened.accepted, opened.rejected) == (30, {"repeated": 1})
    record_figure("INT-3", "set aside before opening; its owner's ballot counted")


# INT-4


def minted(wave, class_key, number):
    """Ballots under a credential that nobody was issued: a key of the forger's own."""
    made = []
    for _ in range(number):
        own = blind.generate(1024)
        wish = client.begin(client.new_seed(), str(wave.wave_id), class_key, own.public)
        said = client.fill_in(wish.seed, class_key, {"speak_1": 5}, [])
        signed = blind.blind_sign(own, wish.blinded)
        made.append(client.finish(wish, signed, said, terms.of(wave.wave_id).lid, counter=1))
    return made


def stolen(wave, class_key, number):
    """Ballots under the class's own signing key, stolen from the registrar while it was open."""
    made = []
    for _ in range(number):
        public = terms.of(wave.wave_id).classes[class_key]
        wish = client.begin(client.new_seed(), str(wave.wave_id), class_key, public)
        signing = registrar._signing_key(wave.wave_id, class_key)
        said = client.fill_in(wish.seed, class_key, {"speak_1": 5}, [])
        signed = blind.blind_sign(signing, wish.blinded)
        made.append(client.finish(wish, signed, said, terms.of(wave.wave_id).lid, counter=1))
    return made


def test_minted_credentials_are_set_aside_every_one(app, mo, record_figure):
    wave = voting.open_voting(app, witnesses=(mo,))
    voting.vote(app, wave, wave.people[0], {"speak_1": 2})
    with app.app_context():
        for record in minted(wave, "Riverside/Days", 20):
            put_in_box(record)
    voting.close(app, wave)
    made = voting.peel(voting.bundle(app, wave), mo)
    assert (len(made.inner), made.rejected) == (1, {"credential": 20})
    assert voting.open_ballots(app, wave, made).accepted == 1
    record_figure("INT-4", "20 of 20 minted set aside; the first ballot too many stops the pulse")


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "blind"])
def test_more_ballots_than_codes_used_are_noticed_from_the_first(app, mo, sealed):
    """A stolen signing key makes perfect ballots; the count of codes used gives them away."""
    wave = voting.open_voting(app, witnesses=(mo,) if sealed else ())
    voting.vote(app, wave, wave.of("Riverside/Days")[0], {"speak_1": 2})
    with app.app_context():
        (extra,) = stolen(wave, "Riverside/Days", 1)
        put_in_box(extra)
    voting.close(app, wave)
    words = "Days: there are more ballots than codes were used."
    if sealed:
        with pytest.raises(bundle.BundleError, match=words):
            voting.peel(voting.bundle(app, wave), mo)
    with app.app_context(), pytest.raises(opening.OpeningRefused) as refusal:
        opening.open_wave(voting.wave_of(wave))
    assert refusal.value.details == [words]


@pytest.mark.parametrize(("announced", "stops"), [(10, False), (0, True)])
def test_second_answers_that_a_restored_backup_allowed_do_not_stop_a_pulse(
    app, mo, announced, stops
):
    """The roster's database was put back: who had used a code since can use it again."""
    wave = voting.open_voting(app, witnesses=(mo,))
    first = wave.of("Riverside/Days")[:3]
    for person in first:
        voting.vote(app, wave, person, {"speak_1": 2})
    with app.app_context():
        who_session().query(Invitation).update({"collected": False, "blinded_sha256": None})
        who_session().commit()
        body = {"wave": str(wave.wave_id), "store": "who", "doubles": announced}
        noticeboard.post("RESTORED", body, on=date(2026, 1, 1))
        db.session.commit()
    voting.vote(app, wave, first[0], {"speak_1": 4})
    voting.close(app, wave)
    made = bundle.Bundle.from_bytes(voting.bundle(app, wave))
    words = "Days: there are more ballots than codes were used."
    assert bundle.problems(made) == ([words] if stops else [])
    if not stops:
        made = voting.peel(made.to_bytes(), mo)
        assert voting.open_ballots(app, wave, made).accepted == 4


def test_codes_invented_to_match_are_noticed_by_the_head_count(app, mo):
    """The registrar's own count raised with the ballots: then there are more codes than people."""
    wave = voting.open_voting(app, witnesses=(mo,))
    for person in wave.of("Riverside/Days"):
        voting.vote(app, wave, person, {"speak_1": 2})
    with app.app_context():
        (extra,) = stolen(wave, "Riverside/Days", 1)
        put_in_box(extra)
    voting.close(app, wave)
    with app.app_context():
        voting.claim_issued(wave, {"Riverside/Days": 15})
    made = bundle.Bundle.from_bytes(voting.bundle(app, wave))
    found = bundle.problems(made)
    assert "Days: more codes were used than there are people." in found
    assert "The codes used in the groups do not add up to what the noticeboard says." in found
