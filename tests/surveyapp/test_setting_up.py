"""HR's pages from an empty programme to an open wave, and what everyone else may read of it."""

import hashlib
import io
import json
import os
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from surveyapp import clock
from surveyapp.crypto import receipts
from surveyapp.extensions import db, who_session
from surveyapp.models.accounts import StaffSession
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import audit, ballotbox, mail, noticeboard, roster, waves
from surveyapp.transparency import inventory
from tests import factories

ROSTER = "name,email,unit\n" + "".join(
    f"Person {number},p{number}@example.org,Riverside/{'Days' if number % 2 else 'Nights'}\n"
    for number in range(30)
)


@pytest.fixture
def app(make_app):
    return make_app(CLASS_KEY_BITS=1024)


@pytest.fixture
def programme(app):
    with app.app_context():
        slug = factories.a_programme(contact="Sam, 01234 567890").slug
        factories.committed()
    return slug


def page(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


def send(client, slug, data):
    """Post a roster file. Written out by hand: the client would leave a large one open on disk."""
    data = data if isinstance(data, bytes) else data.encode()
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="roster.csv"\r\n\r\n'
    return client.post(
        f"/programmes/{slug}/roster",
        data=head + data + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
    )


def with_roster(hr, slug):
    hr.post(send(hr, slug, ROSTER).location)


def new_wave(hr, slug, **fields):
    today = clock.now().date()
    form = {
        "label": "Winter pulse",
        "questions": "check",
        "opens": today + timedelta(days=1),
        "closes": today + timedelta(days=15),
        "publishes": today + timedelta(days=22),
        "answers": 10,
        **fields,
    }
    return hr.post(f"/programmes/{slug}/waves/new", data=form)


def committed_wave(hr, slug):
    with_roster(hr, slug)
    address = new_wave(hr, slug).location
    hr.post(f"{address}commit")
    return address


def test_a_programme_is_set_up(hr, app):
    assert "No programmes yet" in page(hr.get("/programmes/"))
    answer = hr.post(
        "/programmes/new",
        data={"name": "Staff pulse", "organisation": "Riverside", "contact": "Sam"},
    )
    assert answer.location == "/programmes/staff-pulse"
    assert "Nobody is on the roster yet" in page(hr.get(answer.location))
    with app.app_context():
        assert db.session.query(Programme).one().contact == "Sam"
        assert audit.lines()[0].verb == "created"


def test_a_programme_without_a_name_goes_back_to_the_form_with_what_was_typed(hr):
    answer = hr.post("/programmes/new", data={"organisation": "Riverside"})
    assert answer.status_code == 422
    assert answer.text.count("Give the programme a name.") == 2
    assert "<title>Error: " in answer.text
    assert 'value="Riverside"' in answer.text


def test_a_roster_is_shown_before_it_changes_anything(hr, app, programme):
    answer = send(hr, programme, ROSTER)
    assert answer.status_code == 303
    shown = page(hr.get(answer.location))
    assert "New 30" in shown
    assert "Person 7 (p7@example.org): Riverside/Days" in shown
    with app.app_context():
        assert roster.people(db.session.query(Programme).one()) == []
    assert hr.post(answer.location).location == f"/programmes/{programme}/roster"
    assert "30 people would be invited" in page(hr.get(f"/programmes/{programme}/roster"))
    assert hr.post(answer.location).status_code == 404
    assert os.listdir(os.path.join(app.instance_path, "uploads")) == []


def test_a_roster_with_bad_lines_is_refused_whole_and_every_line_is_listed(hr, app, programme):
    answer = send(hr, programme, ROSTER + "No Mail,,Riverside\nTwice,p1@example.org,Riverside\n")
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert "2 lines cannot be used" in page(answer)
    assert "Line 32 has no email" in page(answer)
    assert "Line 33 repeats the email p1@example.org of line 3" in page(answer)
    assert "Make this the roster" not in answer.text
    assert not os.path.exists(os.path.join(app.instance_path, "uploads"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04", "This is a workbook"),
        (b"", "The file is empty"),
        (b"a,b\n", "Missing: name, email, unit"),
        (os.urandom(10_000_000), "not text"),
    ],
)
def test_a_file_that_is_no_roster_gets_a_sentence_beside_the_field(hr, programme, data, sentence):
    answer = send(hr, programme, data)
    assert answer.status_code == 422
    assert sentence in page(answer)
    assert "Send a roster" in page(answer)


def test_a_file_over_the_limit_gets_a_page_that_says_so(hr, programme):
    answer = send(hr, programme, b"x" * 13_000_000)
    assert answer.status_code == 413
    assert "at most 12 MB" in page(answer)


def test_sending_no_file_says_so(hr, programme):
    answer = hr.post(f"/programmes/{programme}/roster", data={})
    assert answer.status_code == 422
    assert "Choose the roster file" in page(answer)


def test_a_preview_that_another_roster_overtook_is_not_applied(hr, programme):
    older = send(hr, programme, ROSTER).location
    hr.post(send(hr, programme, ROSTER.replace("Person 1,", "Perry One,")).location)
    answer = hr.post(older)
    assert answer.status_code == 409
    assert "changed since this preview" in page(answer)


def test_a_preview_belongs_to_its_programme(hr, app, programme):
    with app.app_context():
        factories.a_programme(slug="other")
        factories.committed()
    address = send(hr, programme, ROSTER).location
    assert hr.get(address.replace(programme, "other")).status_code == 404


def test_a_wave_goes_from_draft_to_closed_by_hand(hr, app, programme):
    with_roster(hr, programme)
    address = new_wave(hr, programme).location
    draft = page(hr.get(address))
    assert "What people will read first" in draft
    assert "Every group on the roster is large enough." in draft
    assert "Before you can lock it" not in draft

    assert "Lock our promises" in page(hr.get(f"{address}commit"))
    assert hr.post(f"{address}commit").location == address
    assert "Locked, not open yet" in page(hr.get(address))

    hr.post(f"{address}open")
    assert "30 people" in page(hr.get(address))
    with app.app_context():
        assert mail.counts() == {"waiting": 30}

    hr.post(f"{address}remind")
    with app.app_context():
        assert mail.counts() == {"waiting": 60}

    hr.post(f"{address}close")
    assert "The answers are shuffled" in page(hr.get(address))
    assert hr.post(f"{address}remind").status_code == 409
    with app.app_context():
        assert db.session.query(Wave).one().state == "closed"
        assert {line.actor for line in audit.lines()} == {"hr@example.org"}


def test_asking_before_an_act_changes_nothing(hr, app, programme):
    address = committed_wave(hr, programme)
    for act in ("commit", "open", "remind", "close", "delete"):
        hr.get(f"{address}{act}")
    assert hr.get(f"{address}explode").status_code == 404
    with app.app_context():
        assert db.session.query(Wave).one().state == "committed"


def test_a_wave_without_a_roster_says_what_to_do(hr, programme):
    address = new_wave(hr, programme).location
    assert "Nobody is on the roster. Send a roster first." in page(hr.get(address))
    answer = hr.post(f"{address}commit")
    assert answer.status_code == 422
    assert "Nobody is on the roster" in page(answer)
    answer = hr.post(f"{address}open")
    assert answer.status_code == 409
    assert "Send a roster, then commit the pulse" in page(answer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"opens": "2020-01-01"}, "This date is in the past"),
        ({"opens": "rubbish"}, "as day, month and year"),
        ({"closes": clock.now().date() - timedelta(days=2)}, "must close after it opens"),
        ({"publishes": clock.now().date() + timedelta(days=3)}, "later than the closing date"),
        ({"answers": "many"}, "Write a number in figures"),
        ({"answers": 9}, "Choose a number from 10 to 50"),
        ({"label": ""}, "Give the pulse a name"),
        ({"questions": "nothing"}, "Not a valid choice"),
        ({"questions": "file"}, "Choose the file with your questions"),
    ],
)
def test_a_wave_form_with_a_mistake_comes_back_with_a_sentence(hr, programme, fields, sentence):
    answer = new_wave(hr, programme, **fields)
    assert answer.status_code == 422
    assert sentence in page(answer)


@pytest.mark.parametrize(("hour", "status"), [(8, 303), (11, 422)])
def test_a_pulse_may_open_today_only_before_its_hour(hr, programme, monkeypatch, hour, status):
    now = clock.now().replace(month=1, hour=hour)
    monkeypatch.setattr(clock, "now", lambda: now)
    with hr.application.app_context():
        db.session.query(StaffSession).update({"seen_at": now, "started_at": now})
        db.session.commit()
    days = {
        name: now.date() + timedelta(days=n)
        for n, name in enumerate(("opens", "closes", "publishes"))
    }
    answer = new_wave(hr, programme, **days)
    assert answer.status_code == status
    assert (status == 303) != ("past 9 am today" in page(answer))


def test_own_questions_are_checked_and_every_problem_is_listed(hr, programme):
    bad = factories.INSTRUMENT.replace('purpose = "shadow"', 'purpose = "peak"')
    answer = new_wave(
        hr, programme, questions="file", file=(io.BytesIO(bad.encode()), "questions.toml")
    )
    assert answer.status_code == 422
    assert "what makes days hard" in page(answer)
    good = (io.BytesIO(factories.INSTRUMENT.encode()), "questions.toml")
    answer = new_wave(hr, programme, questions="file", file=good)
    assert "I can do my work well in the hours I have" in page(hr.get(answer.location))


def test_groups_too_small_to_show_are_named_before_anything_is_promised(hr, programme):
    hr.post(send(hr, programme, ROSTER + "Kit Chen,kit@example.org,Riverside/Kitchen\n").location)
    shown = page(hr.get(new_wave(hr, programme).location))
    assert "Kitchen (1 person) cannot be shown alone. Its answers count in Riverside." in shown


def test_a_draft_can_be_given_other_dates_but_a_promise_cannot(hr, app, programme):
    with_roster(hr, programme)
    address = new_wave(hr, programme).location
    today = clock.now().date()
    assert f'value="{today + timedelta(days=15)}"' in hr.get(f"{address}dates").text
    later = {
        "opens": today + timedelta(days=3),
        "closes": today + timedelta(days=30),
        "publishes": today + timedelta(days=40),
    }
    assert hr.post(f"{address}dates", data=later).location == address
    with app.app_context():
        assert db.session.query(Wave).one().closes_at.date() == later["closes"]
    wrong = hr.post(f"{address}dates", data={**later, "publishes": today})
    assert wrong.status_code == 422
    assert "later than the closing date" in page(wrong)
    hr.post(f"{address}commit")
    assert "promised to people" in page(hr.get(f"{address}dates"))
    assert hr.post(f"{address}dates", data=later).status_code == 409


def test_a_draft_can_be_dropped(hr, app, programme):
    address = new_wave(hr, programme).location
    assert hr.post(f"{address}delete").location == f"/programmes/{programme}"
    with app.app_context():
        assert db.session.query(Wave).count() == 0


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
    assert "The server sees your code and your answers for a moment" in shown
    assert "Groups with fewer than 10 answers are never shown." in shown
    assert "30 people were on the list" in shown
    assert "Our promises were fixed and locked" in shown
    covenant = client.get(f"/trust/{programme}/1/covenant.json").data
    sha256 = hashlib.sha256(covenant).hexdigest()
    assert sha256 in shown
    lines = client.get("/trust/noticeboard.jsonl").text.splitlines()
    assert json.loads(lines[0])["body"]["covenant_sha256"] == sha256


def test_people_find_their_receipt_as_it_was_shown_to_them(hr, client, app, programme):
    committed_wave(hr, programme)
    mine = hashlib.sha256(b"mine").digest()
    with app.app_context():
        wave = db.session.query(Wave).one()
        body = {"wave": str(wave.id), "accepted": 1, "receipts": [mine.hex()]}
        noticeboard.post("OPENED", body, on=date(2026, 11, 22))
        db.session.commit()
    assert receipts.shown(mine) in page(client.get(f"/trust/{programme}/1"))


def test_a_draft_says_that_the_board_has_nobody_to_check_it(hr, app, programme):
    with app.app_context():
        wave_id = factories.a_wave(state="draft").id
        factories.committed()
    assert "The board needs 3 more members" in hr.get(f"/waves/{wave_id}/").text
    with app.app_context():
        for number in range(3):
            factories.an_account("board", email=f"board{number}@example.org")
        factories.committed()
    assert "The board needs" not in hr.get(f"/waves/{wave_id}/").text


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

        db.session.get(Notice, 0).body = {"wave": "another"}
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


def test_the_roster_is_for_hr_only(board, manager, admin, stranger, programme):
    for client in (board, manager, admin):
        assert client.get(f"/programmes/{programme}/roster").status_code == 403
        assert send(client, programme, ROSTER).status_code == 403
    assert stranger.get(f"/programmes/{programme}/roster").status_code == 302


def test_forgotten_leavers_are_gone_from_the_roster(hr, app, programme):
    with_roster(hr, programme)
    hr.post(send(hr, programme, ROSTER.replace("p1@", "px@")).location)
    with app.app_context():
        assert roster.forget_leavers() == 1
        who_session().commit()
        assert len(roster.people(db.session.query(Programme).one())) == 30
