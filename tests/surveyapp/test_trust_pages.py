"""What everyone may read of a pulse, and what nobody may read before its time."""

import hashlib
import json
from datetime import date, timedelta

import pytest

from surveyapp import clock
from surveyapp.crypto import receipts
from surveyapp.extensions import db
from surveyapp.models.surveys import Wave
from surveyapp.services import ballotbox, covenants, messages, noticeboard, promises, waves
from surveyapp.transparency import inventory
from tests import factories
from tests.hr_pages import committed_wave, new_wave, page


@pytest.fixture
def app(make_app):
    return make_app(CLASS_KEY_BITS=1024)


@pytest.fixture
def programme(app):
    with app.app_context():
        slug = factories.a_programme(contact="Sam, 01234 567890").slug
        factories.committed()
    return slug


def test_a_late_wave_says_so_on_every_page_about_it(hr, client, app, programme):
    address = committed_wave(hr, programme)
    with app.app_context():
        wave = db.session.query(Wave).one()
        for name in ("opens_at", "closes_at", "publishes_at"):
            setattr(wave, name, getattr(wave, name) - timedelta(days=60))
        db.session.commit()
    for path in (address, f"/programmes/{programme}"):
        assert "OVERDUE" in page(hr.get(path))
    for path in ("/trust", f"/trust/{programme}", f"/trust/{programme}/1"):
        assert "OVERDUE" in page(client.get(path))


def test_anyone_can_read_and_check_what_was_promised(hr, client, app, programme):
    committed_wave(hr, programme)
    shown = page(client.get(f"/trust/{programme}/1"))
    assert "Nothing in the databases or backups links you to your answers" in shown
    assert "Groups with fewer than 10 answers are never shown." in shown
    assert "30 people were on the list" in shown
    assert "Our promises were fixed and locked" in shown
    covenant = client.get(f"/trust/{programme}/1/covenant.json").data
    sha256 = hashlib.sha256(covenant).hexdigest()
    assert sha256 in shown
    lines = client.get("/trust/noticeboard.jsonl").text.splitlines()
    locked = next(line for line in map(json.loads, lines) if line["type"] == "COMMITTED")
    assert locked["body"]["covenant_sha256"] == sha256


@pytest.mark.parametrize("before", [False, True])
def test_the_promises_say_that_comments_come_out_and_those_locked_before_stay_as_they_were(
    hr, client, programme, monkeypatch, before
):
    told = (
        "Comments whose writers chose “Publish after checking” and that two people cleared",
        "How many comments are held back, and why",
        "New subjects that two people named",
    )
    with monkeypatch.context() as earlier:
        if before:
            earlier.setattr(covenants, "TABLES", covenants.TABLES[:7])
        committed_wave(hr, programme)
    shown = page(client.get(f"/trust/{programme}/1"))
    assert "How many comments touch each theme" in shown
    assert [one in shown for one in told] == [not before] * 3


def test_people_find_their_receipt_as_it_was_shown_to_them(hr, client, app, programme):
    committed_wave(hr, programme)
    mine = hashlib.sha256(b"mine").digest()
    with app.app_context():
        wave = db.session.query(Wave).one()
        body = {"wave": str(wave.id), "accepted": 1, "receipts": [mine.hex()]}
        noticeboard.post("OPENED", body, on=date(2026, 11, 22))
        db.session.commit()
    assert receipts.shown(mine) in page(client.get(f"/trust/{programme}/1"))


def test_a_draft_is_nobodys_business(hr, client, programme):
    new_wave(hr, programme)
    assert client.get(f"/trust/{programme}/1").status_code == 404
    assert client.get(f"/trust/{programme}/1/covenant.json").status_code == 404
    assert "No pulse has been promised yet" in page(client.get(f"/trust/{programme}"))


def test_a_wave_from_a_file_says_that_it_had_no_promises(client, app, programme):
    with app.app_context():
        factories.a_wave(
            state="published", origin="imported", covenant=None, covenant_sha256=None,
            opens_at=None, closes_at=None, publishes_at=None, closed_on="2026-03-01",
        )  # fmt: skip
        factories.committed()
    assert "came from a file" in page(client.get(f"/trust/{programme}/1"))
    assert client.get(f"/trust/{programme}/1/covenant.json").status_code == 409


def test_no_page_tells_who_or_how_many_take_part_before_closing(
    hr, client, app, programme, monkeypatch
):
    address = committed_wave(hr, programme)
    hr.post(f"{address}open")
    paths = [f"/trust/{programme}/1", "/trust", f"/trust/{programme}"]
    before = [page(client.get(path)) for path in paths] + [page(hr.get(address))]
    monkeypatch.setattr(ballotbox, "count", lambda _wave_id: 17)
    after = [page(client.get(path)) for path in paths] + [page(hr.get(address))]
    assert before == after
    with app.app_context():
        wave = db.session.query(Wave).one()
        waves.count_today(wave, clock.now())
        db.session.commit()
    assert "About 15 (counted on" in page(hr.get(address))
    assert [page(client.get(path)) for path in paths] == after[:3]


def test_a_tampered_noticeboard_is_the_first_thing_the_trust_page_says(hr, client, app, programme):
    committed_wave(hr, programme)
    with app.app_context():
        from surveyapp.models.publications import Notice

        db.session.get(Notice, 1).body = {"wave": "another"}
        db.session.commit()
    for path in ("/trust", f"/trust/{programme}", f"/trust/{programme}/1"):
        shown = page(client.get(path))
        assert shown.index("fails its own check") < 400


def test_the_trust_page_accounts_for_every_table(app):
    with app.app_context():
        tables = {name for metadata in db.metadatas.values() for name in metadata.tables}
    told = [table for stored in inventory.STORED for table in stored.tables]
    assert sorted(told) == sorted(tables - {"alembic_version"})


def test_another_programme_in_the_address_is_not_found(hr, client):
    assert hr.get("/programmes/nowhere").status_code == 404
    assert hr.get("/programmes/nowhere/roster").status_code == 404
    assert client.get("/trust/nowhere").status_code == 404
    assert hr.get("/waves/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_trust_page_says_all_three_promises_and_the_boards_words(hr, client, app, programme):
    committed_wave(hr, programme)
    shown = page(client.get("/trust"))
    for beginning in (
        "Your answers are locked on your device with two locks.",
        "Nothing in the databases or backups links you to your answers.",
        "The server sees your code and your answers for a moment",
    ):
        assert beginning in shown
    with app.app_context():
        assert " ".join(noticeboard.words()) in shown
        said = noticeboard.checkpoint()
    assert client.get("/trust/checkpoint").text == said


def test_a_promise_that_needs_scripts_says_so_wherever_it_stands(hr, client, app, programme):
    committed_wave(hr, programme)
    with app.app_context():
        wave = db.session.query(Wave).one()
        said = messages.results(wave, covenants.of(wave), ["One."], "https://x", ())[1]
        shown = page(client.get(f"/trust/{wave.programme.slug}/{wave.number}"))
    for text in (" ".join(said.split()), shown):
        assert promises.WITHOUT_SCRIPT in text
