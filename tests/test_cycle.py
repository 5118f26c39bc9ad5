"""The whole story once, as people live it: through pages, mail and the clock, on both databases."""

import io
import random
from datetime import date, datetime, timedelta

import flask_migrate
import pytest

from analysis.summary import Summary
from surveyapp import clock, jobs
from surveyapp.demo import answering
from surveyapp.demo.pages import Reader
from surveyapp.extensions import db
from surveyapp.models.amendments import Amendment
from surveyapp.models.publications import Publication
from surveyapp.models.surveys import Wave
from tests import factories
from tests.story import GROUPS, SPEAKING_UP, STORES, answer, mail_bodies, roster


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request, make_app, tmp_path):
    """The application as it is installed: migrated stores, a maildir, forms with their tokens."""
    if request.param == "sqlite":
        urls = {name: f"sqlite:///{tmp_path / name}.sqlite" for name in STORES}
    else:
        urls = request.getfixturevalue("postgres").fresh()
    app = make_app(
        DATABASES=urls,
        WTF_CSRF_ENABLED=True,
        CLASS_KEY_BITS=2048,
        MAILDIR=str(tmp_path / "mail"),
        create=False,
    )
    with app.app_context():
        flask_migrate.upgrade()
        for role in ("hr", "board", "manager", "admin"):
            factories.an_account(role, password=factories.PASSWORD)
        factories.committed()
    return app


def signed_in(app, role):
    reader = Reader(app)
    factories.sign_in(reader.client, role)
    return reader


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour)


def the_wave(app):
    with app.app_context():
        return db.session.scalars(db.select(Wave)).one()


def tick(app, moment):
    with app.app_context(), clock.as_if(moment):
        jobs.tick(moment)


def test_the_whole_story(house):
    today = date.today()
    opens, closes, publishes = (today + timedelta(days=n) for n in (2, 16, 23))

    # HR makes a programme, sends the roster, sets up the pulse; with the board it locks it.
    hr = signed_in(house, "hr")
    hr.open("/programmes/new").send(
        {"name": "Staff pulse", "organisation": "Riverside Care", "contact": "Help desk, 4100"}
    )
    hr.open("/programmes/staff-pulse/roster").send({"file": (io.BytesIO(roster()), "roster.csv")})
    assert "48" in hr.text
    hr.send({}, "").open("/programmes/staff-pulse/waves/new")
    hr.send(
        {
            "label": "Spring",
            "questions": "check",
            "opens": opens.isoformat(),
            "closes": closes.isoformat(),
            "publishes": publishes.isoformat(),
        }
    )
    wave = the_wave(house)
    assert wave.state == "draft"
    hr.open(f"/waves/{wave.id}/commit").send({}, "")
    assert the_wave(house).state == "draft"
    with house.app_context():
        proposal = db.session.scalars(db.select(Amendment.id)).one()
    signed_in(house, "board").open(f"/changes/{proposal}").send({}, "sign")
    covenant = the_wave(house).covenant
    assert the_wave(house).state == "committed"

    # Anyone may read what was promised, before anybody answers.
    anyone = Reader(house).open("/trust/staff-pulse/1")
    assert the_wave(house).covenant_sha256[:16] in anyone.text.replace(" ", "")

    # It opens by itself; everybody gets mail; most answer by typed code, without script.
    tick(house, at(opens, 10))
    assert the_wave(house).state == "open"
    with house.app_context():
        sent = answering.invitations(the_wave(house))
    assert len(sent) == sum(GROUPS.values())
    dice = random.Random(4)
    takers = [email for email in sorted(sent) if dice.random() < 0.8]
    for email in takers:
        with clock.as_if(at(opens, 12)):
            answer(house, sent[email][1], dice)

    # A used invitation is refused, and nobody sees results or counts by group.
    with clock.as_if(at(opens, 13)):
        used = Reader(house).open("/v/")
        used.send({"code": sent[takers[0]][1]}, used.forms[0].buttons[0][1])
        assert "used" in used.text.lower()
    for role in ("hr", "manager"):
        assert SPEAKING_UP not in signed_in(house, role).open("/results/staff-pulse").text

    # Reminders go to everybody alike.
    tick(house, at(opens + timedelta(days=4), 10))
    with house.app_context():
        assert len(answering.invitations(the_wave(house))) == len(sent)

    # It closes, is opened, shuffled and counted by itself; only the board sees the draft.
    with clock.as_if(at(closes, 22)):
        tick(house, at(closes, 22))
        wave = the_wave(house)
        assert wave.state == "summarised"
        assert wave.ballots == len(takers)
        board = signed_in(house, "board").open("/board/staff-pulse")
        assert "Draft" in board.text
        board.open(f"/board/staff-pulse/{SPEAKING_UP}").send(
            {"view": "partly", "reason": "Nights would put it more strongly."}
        )
        assert "Safe to speak up" not in signed_in(house, "hr").open("/results/staff-pulse").text

    # On the date it publishes by itself, nobody pressing anything, and everybody gets mail.
    with clock.as_if(at(publishes, 10)):
        tick(house, at(publishes, 10))
        wave = the_wave(house)
        assert wave.state == "published"
        assert wave.covenant == covenant
        invited = Reader(house).open(f"/r/{wave.results_key}")
        assert invited.status == 200
        assert "Safe to speak up" in invited.text
        for role in ("hr", "board", "manager"):
            reader = signed_in(house, role).open("/results/staff-pulse")
            assert reader.status == 200, role
        theme = signed_in(house, "hr").open(f"/results/staff-pulse/themes/{SPEAKING_UP}")
        assert "Nights would put it more strongly." in theme.text
        assert signed_in(house, "admin").open("/results/staff-pulse").status == 403
    with house.app_context():
        publication = db.session.scalars(db.select(Publication)).one()
        summary = Summary.from_json(publication.summary)
    assert summary.sha256() == publication.sha256
    assert summary.unit("Riverside/Kitchen").too_few
    assert summary.row(SPEAKING_UP, "Riverside/Kitchen").figure is None
    mails = mail_bodies(house)
    assert sum(f"/r/{wave.results_key}" in body for body in mails) == len(sent)

    # Leaders answer; the ledger is open to everybody invited.
    with clock.as_if(at(publishes + timedelta(days=3), 10)):
        hr = signed_in(house, "hr").open("/actions/staff-pulse")
        assert hr.status == 200
