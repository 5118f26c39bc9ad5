"""The list of people invited: its root is promised, each person can find their own row in it, and
a list that was changed afterwards shows."""

import json

import pytest
from sqlalchemy import insert, select

from surveyapp import keys
from surveyapp.crypto import merkle, tokens
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import Invitation, InvitationKey
from surveyapp.models.people import Person
from surveyapp.models.publications import Notice
from surveyapp.services import invited, registrar
from tests import factories, voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def proven(wave, found, salt, proof):
    """What a respondent's own script checks, from its link and the covenant alone."""
    promised = json.loads(voting.wave_of(wave).covenant)["roster"]
    row = invited.leaf(found.wave_id, found.unit_key, found.class_key, salt)
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    return proof["size"] == promised["size"] and merkle.verify_inclusion(
        row, proof["index"], proof["size"], steps, bytes.fromhex(promised["root"])
    )


def salt_of(found):
    return invited.salt(found.wave_id, found.person_id)


def test_everybody_finds_their_own_row_in_the_promised_list(app, wave):
    with app.app_context():
        places = set()
        for person in wave.people:
            found = registrar.find(person.token)
            proof = invited.proof_of(found)
            assert proven(wave, found, salt_of(found), proof)
            places.add(proof["index"])
        assert places == set(range(len(wave.people)))
        body = db.session.scalar(select(Notice.body).where(Notice.type == "ROSTER"))
        promised = json.loads(voting.wave_of(wave).covenant)["roster"]
        assert promised == {"root": body["root"], "size": body["invited"]}


def test_another_salt_or_another_group_proves_nothing(app, wave):
    with app.app_context():
        mine, other = (registrar.find(person.token) for person in wave.people[:2])
        proof = invited.proof_of(mine)
        assert not proven(wave, mine, salt_of(other), proof)
        moved = mine._replace(unit_key="Riverside/Nights", class_key="Riverside/Nights")
        assert not proven(wave, moved, salt_of(mine), proof)
        assert invited.proof_of(moved) is None


def test_a_row_added_after_the_list_was_fixed_is_flagged_for_everybody(app, wave, record_figure):
    with app.app_context():
        programme = voting.wave_of(wave).programme
        late = factories.a_person(programme, "Late Arrival", unit="Riverside/Days")
        invitation = Invitation(
            wave_id=wave.wave_id,
            person_id=late.id,
            unit_key="Riverside/Days",
            class_key="Riverside/Days",
        )
        who_session().add(invitation)
        who_session().flush()
        code = tokens.new_token()
        who_session().execute(
            insert(InvitationKey).values(sha256=tokens.digest(code), invitation_id=invitation.id)
        )
        factories.committed()
        proofs = [invited.proof_of(registrar.find(one.token)) for one in wave.people]
        assert invited.proof_of(registrar.find(code)) is None
        assert proofs == [None] * len(wave.people)
        assert invited.as_invited(wave.wave_id).size == len(wave.people) + 1
    record_figure("ROST-1", f"1 row added: {len(proofs) + 1} of {len(proofs) + 1} links say so")


def test_who_asked_before_a_row_was_added_still_has_the_promised_list(app, wave):
    with app.app_context():
        found = registrar.find(wave.people[0].token)
        before = invited.proof_of(found)
        who_session().query(Invitation).filter_by(person_id=found.person_id).update(
            {"unit_key": "Riverside/Nights"}
        )
        factories.committed()
        # The row in hand is still the promised one; the changed row is in no list.
        assert invited.proof_of(found) == before
        assert invited.proof_of(registrar.find(wave.people[0].token)) is None


def test_no_store_holds_a_salt_and_after_closing_nobody_can_make_one(app, wave):
    with app.app_context():
        found = registrar.find(wave.people[0].token)
        salt = salt_of(found)
        held = [
            str(value)
            for table in (Person, Invitation, InvitationKey)
            for row in who_session().execute(select(table.__table__))
            for value in row
        ]
        assert not any(salt in value or salt in value.encode().hex() for value in held)
        assert salt == salt_of(found)
        assert salt != invited.salt(found.wave_id, registrar.find(wave.people[1].token).person_id)
    voting.close(app, wave)
    with app.app_context(), pytest.raises(keys.MissingKey):
        salt_of(found)


def test_a_page_learns_its_proof_by_asking_and_nothing_after_closing(app, wave):
    person = wave.people[0]
    answer = app.test_client().post("/check", json={"token": person.token}).get_json()
    with app.app_context():
        found = registrar.find(person.token)
        assert (answer["unit"], answer["class"]) == (found.unit_key, found.class_key)
        assert proven(wave, found, salt_of(found), answer["roster"])
    voting.close(app, wave)
    answer = app.test_client().post("/check", json={"token": person.token}).get_json()
    assert answer["usable"] is False
    assert answer["roster"] is None
