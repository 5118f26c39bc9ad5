"""A wave that people can really answer: keys, invitations, codes; and their browsers' forms."""

import io
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from bs4 import BeautifulSoup

from analysis.disclosure import Rule
from analysis.instrument import to_dict
from surveyapp import clock
from surveyapp.crypto import ballot, blind, client, tokens
from tests import factories, shared_work

PLACES = ("Riverside/Days",) * 14 + ("Riverside/Nights",) * 13 + ("Riverside/Kitchen",) * 4
SETTINGS = {"CLASS_KEY_BITS": 1024}
STRONG = {"CLASS_KEY_BITS": blind.SMALLEST}


def on_files(tmp_path):
    """Settings for real SQLite files where ``make_app`` puts its instance."""
    (tmp_path / "instance").mkdir(exist_ok=True)
    return {**SETTINGS, "DATABASES": {}}


@dataclass
class Person:
    """Somebody invited, with what their mail held."""

    email: str
    place: str
    class_key: str
    token: str
    code: str


@dataclass
class Voting:
    """An open wave, by its id, and the people invited to it."""

    wave_id: object
    people: list = field(default_factory=list)

    def of(self, place):
        return [person for person in self.people if person.place == place]


def open_voting(
    app, *, places=PLACES, state="open", witnesses=(), auditors=(), after=None, diary=False,
    names=(), **programme,
):  # fmt: skip
    """Commit and open a wave through the services; give everybody a token and a code.
    ``witnesses``: the keys of those who hold an outer lock; ``after``: the wave before, whose
    programme and people these are; ``names``: those of the first people."""
    from surveyapp.extensions import db, who_session
    from surveyapp.models.participation import Invitation, InvitationKey
    from surveyapp.models.people import Person as Row
    from surveyapp.models.surveys import Wave
    from surveyapp.services import waves

    now = clock.now()
    with app.app_context():
        if after:
            home = wave_of(after).programme
        else:
            home = factories.a_programme(**{"contact": "Mo Bell, 01632 960 001", **programme})
            for number, place in enumerate(places):
                plain, email = f"Person {number:03}", f"person.{number:03}@example.org"
                name = names[number] if number < len(names) else plain
                factories.a_person(home, name, unit=place, email=email)
        number = len(home.waves) + 1
        wave = Wave(
            programme=home,
            number=number,
            label=f"Pulse {number}" if after else "Spring pulse",
            diary=diary,
            instrument_json=json.dumps(to_dict(factories.an_instrument())),
            rule=Rule().to_dict(),
            opens_at=now + timedelta(hours=1),
            closes_at=now + timedelta(days=10),
            publishes_at=now + timedelta(days=20),
            results_key=secrets.token_urlsafe(16),
            witnesses=[one.public().entry() for one in witnesses],
            auditors=[one.public().entry() for one in auditors],
        )
        db.session.add(wave)
        db.session.flush()
        with shared_work.known_keys():
            waves.commit(wave, actor="test", now=now)
        if state == "open":
            waves.open_wave(wave, actor="test", now=now + timedelta(hours=1))
        voting = Voting(wave.id)
        rows = who_session().query(Invitation, Row).join(Row, Row.id == Invitation.person_id)
        rows = rows.filter(Invitation.wave_id == wave.id)
        for invitation, person in rows.order_by(Row.email):
            one = Person(
                person.email,
                person.unit_key,
                invitation.class_key,
                tokens.new_token(),
                tokens.new_code(),
            )
            voting.people.append(one)
            for text in (one.token, one.code):
                who_session().add(
                    InvitationKey(sha256=tokens.digest(text), invitation_id=invitation.id)
                )
        factories.committed()
        return voting


def ballots(app, voting):
    """How many ballots the box holds."""
    from surveyapp.services import ballotbox

    with app.app_context():
        return ballotbox.count(voting.wave_id)


def collected(app):
    """How many people have their credential."""
    from surveyapp.extensions import who_session
    from surveyapp.models.participation import Invitation

    with app.app_context():
        return who_session().query(Invitation).filter_by(collected=True).count()


def wave_of(voting):
    """The wave's row; within an application context."""
    from surveyapp.extensions import db
    from surveyapp.models.surveys import Wave

    return db.session.get_one(Wave, voting.wave_id)


def close(app, voting):
    """Close the wave and destroy its signing keys."""
    from surveyapp.extensions import db
    from surveyapp.services import registrar, waves

    with app.app_context():
        wave = wave_of(voting)
        waves.close(wave, actor="test", now=wave.closes_at)
        db.session.commit()
        registrar.destroy_keys(wave.id)
        factories.committed()


def open_ballots(app, voting, given=None):
    """Open, commit, let go and scrub, as the scheduler does. ``given``: a witness's work."""
    from surveyapp.extensions import answers_session, box_session
    from surveyapp.services import opening

    with app.app_context():
        wave = wave_of(voting)
        opened = opening.open_wave(wave, given)
        answers_session().commit()
        opening.let_go(wave)
        box_session().commit()
        opening.scrub()
        opening.destroy_keys(wave)
        return opened


def bundle(app, voting):
    """The bundle as the witness fetches it."""
    from surveyapp.services import opening

    with app.app_context():
        return opening.bundle(wave_of(voting))


def peel(made, witness):
    """What a witness makes of a bundle."""
    from surveyapp.crypto import bundle, peeled

    return peeled.make(bundle.Bundle.from_bytes(made), witness.outer, witness.name, witness.signs)


def claim_issued(voting, by_class):
    """Let the registrar's count for the opener say something else; in an app context."""
    from surveyapp import keys
    from surveyapp.crypto.canonical import canonical, parse

    path = keys.directory("desk", voting.wave_id) / "handover.json"
    counted = parse(path.read_bytes()) | {"by_class": sorted(map(list, by_class.items()))}
    keys.destroy(path)
    keys.put(path, canonical(counted))


def opened(voting, kind):
    """The table of ``responses`` or ``comments`` that opening wrote; in an app context."""
    import polars as pl

    from surveyapp.services import answer_blocks

    return pl.read_parquet(io.BytesIO(answer_blocks.read(voting.wave_id, kind)))


def make_record(voting, person, ratings=None, comments=(), *, seed=None, counter=1, tags=()):
    """A sealed ballot made as a client would, its credential collected; in an app context."""
    from surveyapp.extensions import who_session
    from surveyapp.services import registrar, terms

    seed = seed or client.new_seed()
    conditions = terms.of(voting.wave_id)
    wish = client.begin(
        seed, str(voting.wave_id), person.class_key, conditions.classes[person.class_key]
    )
    signed = registrar.issue(registrar.find(person.token), wish.blinded)
    who_session().commit()
    said = client.fill_in(
        seed, person.class_key, ratings or {}, [ballot.Comment(*one) for one in comments], tags
    )
    return client.finish(wish, signed, said, conditions.lid, counter=counter).to_bytes()


def vote(app, voting, person, ratings=None, comments=(), **more):
    """Collect and cast."""
    from surveyapp.extensions import box_session
    from surveyapp.services import ballotbox

    with app.app_context():
        record = make_record(voting, person, ratings, comments, **more)
        ballotbox.cast(record)
        box_session().commit()
        return record


class Form:
    """A respondent's page as a browser holds it: its fields, and a button to press."""

    def __init__(self, client, response):
        self.client, self.response = client, response
        self.page = BeautifulSoup(response.data, "html.parser")
        for template in self.page.select("template"):
            template.decompose()
        self.text = " ".join(self.page.get_text(" ").split())
        self.title = " ".join(self.page.title.get_text().split())

    def fields(self):
        found = {}
        for one in self.page.select("form [name]"):
            if one.name == "textarea":
                # A browser drops the line end that follows the opening tag.
                found[one["name"]] = one.get_text().removeprefix("\n")
            elif one.name == "input" and (
                one["type"] not in ("radio", "checkbox") or one.has_attr("checked")
            ):
                found[one["name"]] = one.get("value", "")
        return found

    def press(self, go, **answers):
        """Fill in and press a button; keyword ``a_speak_1`` fills the field ``a.speak_1``."""
        offered = {button["value"] for button in self.page.select("form button[name=go]")}
        assert go in offered, (go, offered)
        data = self.fields() | {name.replace("_", ".", 1): v for name, v in answers.items()}
        return Form(self.client, self.client.post("/v/", data=data | {"go": go}))


def arrive(client, code):
    """Open the landing page, type the code and press Start."""
    door = Form(client, client.get("/v/"))
    return door.press("start" if "Start now" in door.text else "open", code=code)
