"""LINK-5 (SECURITY 11): nothing that the registrar saw of 200 people stands in the box."""

from unittest import mock

from surveyapp.crypto import ballot, blind, tokens
from surveyapp.extensions import box_session, who_session
from surveyapp.models.participation import Invitation
from surveyapp.models.people import Person
from tests import voting

PIECE = 8
PEOPLE = 200
PLACES = ("Riverside/Days",) * 120 + ("Riverside/Nights",) * 80


def pieces(*strings):
    return {data[at : at + PIECE] for data in strings for at in range(len(data) - PIECE + 1)}


def shared(transcript, box):
    """How many people of the transcript have a string of eight bytes that stands in the box."""
    owner = {piece: person for person, said in enumerate(transcript) for piece in pieces(*said)}
    return len({owner[piece] for piece in pieces(*box) & owner.keys()})


def contents(record):
    """A ballot as it lies in the box, and everything in it with its spelling undone."""
    given = ballot.Record.from_bytes(record)
    parts = (given.prefix, given.credential, given.public_key, given.signature, given.key_sha256)
    return [record, *parts, *given.outer]


def test_what_the_registrar_saw_shares_no_eight_bytes_with_the_box(app, record_figure):
    seen = []
    sign = blind.blind_sign

    def overheard(key, blinded):
        signed = sign(key, blinded)
        seen.append([blinded, signed])
        return signed

    wave = voting.open_voting(app, places=PLACES)
    with mock.patch.object(blind, "blind_sign", overheard):
        records = [voting.vote(app, wave, person, {"speak_1": 2}) for person in wave.people]
    assert len(seen) == len(records) == PEOPLE
    with app.app_context():
        rows = dict(
            who_session().query(Person.email, Invitation)
            .join(Invitation, Invitation.person_id == Person.id).all()
        )  # fmt: skip
        people = dict(who_session().query(Person.email, Person).all())
        for said, one in zip(seen, wave.people, strict=True):
            invitation, person = rows[one.email], people[one.email]
            assert invitation.blinded_sha256 is not None
            said += [invitation.blinded_sha256, invitation.id.bytes, person.id.bytes]
            said += [text.encode() for text in (one.email, person.name, one.token, one.code)]
            said += [tokens.digest(one.token), tokens.digest(one.code)]
        stored = [
            value if isinstance(value, bytes) else str(value).encode()
            for row in box_session().connection().exec_driver_sql("SELECT * FROM ballot")
            for value in row
        ]
    box = stored + [part for record in records for part in contents(record)]
    # A ticket that is not blind is the same on both sides: then the search finds everybody.
    tickets = [[ballot.Record.from_bytes(record).credential] for record in records]
    assert shared(tickets, box) == PEOPLE
    assert shared(seen, box) == 0
    record_figure("LINK-5", f"{PEOPLE} credentials: 0; tickets that are not blind: {PEOPLE}")
