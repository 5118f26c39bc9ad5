"""HR's pages from an empty programme to an open wave."""

import io
import os
from datetime import timedelta

import pytest

from surveyapp import clock
from surveyapp.extensions import db, who_session
from surveyapp.models.accounts import StaffSession
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import audit, mail, roster
from tests import factories
from tests.hr_pages import ROSTER, committed_wave, new_wave, page, send, with_roster


@pytest.fixture
def app(make_app):
    return make_app(CLASS_KEY_BITS=1024)


@pytest.fixture
def programme(app):
    with app.app_context():
        slug = factories.a_programme(contact="Sam, 01234 567890").slug
        factories.committed()
    return slug


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
