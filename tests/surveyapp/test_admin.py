"""Accounts, development mail and health."""

import mailbox
import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import flask_migrate
import pytest

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.accounts import Account, StaffSession
from surveyapp.models.audit import AuditLine
from surveyapp.models.surveys import Wave
from surveyapp.services import accounts, audit, health
from tests import factories


def add(client, *roles, email="New.Person@example.org", **more):
    form = {"email": email, "name": "New Person", "roles": list(roles), "unit_key": "", **more}
    return client.post("/admin/people/add", data=form)


def test_adding_somebody_shows_a_link_that_works(app, admin):
    page = add(admin, "board").text
    link = re.search(r"http://127.0.0.1:8000(/sign-in/set-up/[\w-]+)", page)[1]
    assert "New Person" in app.test_client().get(link).text
    assert "new.person@example.org" in admin.get("/admin/people").text
    with app.app_context():
        account = accounts.by_email("new.person@example.org")
        assert link.rpartition("/")[2].encode() not in account.setup_sha256
        lines = db.session.query(AuditLine).all()
        assert [(line.actor, line.verb) for line in lines] == [
            ("admin@example.org", "added an account")
        ]


@pytest.mark.parametrize(
    ("roles", "more", "words"),
    [
        ((), {}, "at least one role"),
        (("admin", "hr"), {}, "holds no other role"),
        (("board", "hr"), {}, "cannot sit on it"),
        (("board", "manager"), {}, "cannot sit on it"),
        (("witness", "hr"), {}, "stands outside"),
        (("hr",), {"unit_key": "days"}, "Only a manager has a group"),
        (("manager",), {"unit_key": "nowhere"}, "Choose a group from the list"),
        (("hr",), {"email": "nonsense"}, "whole e-mail address"),
        (("hr",), {"email": "ADMIN@example.org"}, "already"),
        (("king",), {}, "Choose roles from the list"),
    ],
)
def test_a_poor_account_gets_a_sentence(app, admin, roles, more, words):
    with app.app_context():
        factories.a_wave()
        factories.committed()
    answer = add(admin, *roles, **more)
    assert answer.status_code == 200
    assert words in answer.text
    with app.app_context():
        assert db.session.query(Account).count() == 1


def test_new_roles_sign_the_person_out_so_that_they_count_at_once(app, admin, hr):
    with app.app_context():
        account_id = accounts.by_email("hr@example.org").id
        factories.a_wave()
        factories.committed()
    form = {"roles": ["manager"], "unit_key": "nights"}
    assert admin.post(f"/admin/people/{account_id}", data=form).status_code == 302
    assert hr.get("/sign-in/account").status_code == 302
    with app.app_context():
        changed = db.session.get(Account, account_id)
        assert (changed.role_names, changed.unit_key) == (["manager"], "nights")


def test_switching_off_and_signing_out(app, admin, hr):
    with app.app_context():
        account_id = accounts.by_email("hr@example.org").id
    admin.post(f"/admin/people/{account_id}/sign-out")
    assert hr.get("/sign-in/account").status_code == 302
    factories.sign_in(hr, "hr")
    admin.post(f"/admin/people/{account_id}/switch")
    assert hr.get("/sign-in/account").status_code == 302
    with app.app_context():
        assert not db.session.get(Account, account_id).active
        assert db.session.query(StaffSession).filter_by(account_id=account_id).count() == 0


def test_a_new_link_is_shown_and_ends_the_one_before(app, admin, hr):
    with app.app_context():
        account_id = accounts.by_email("hr@example.org").id

    def link():
        page = admin.post(f"/admin/people/{account_id}/link").text
        return re.search(r"(/sign-in/set-up/[\w-]+)", page)[1]

    first, second = link(), link()
    stranger = app.test_client()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    assert hr.get("/sign-in/account").status_code == 200  # nothing changes before it is used


def test_nobody_changes_their_own_roles_or_switches_themselves_off(app, admin):
    with app.app_context():
        account_id = accounts.by_email("admin@example.org").id
    form = {"roles": ["hr"], "unit_key": ""}
    assert admin.post(f"/admin/people/{account_id}", data=form).status_code == 403
    assert admin.post(f"/admin/people/{account_id}/switch").status_code == 403


@pytest.fixture
def letter(app):
    """A message in the development maildir; its key."""
    message = EmailMessage()
    message["To"] = "robin@example.org"
    message["Subject"] = "8 questions <b>about</b> work"
    message["Date"] = "Sun, 22 Nov 2026 09:00:00 +0000"
    message.set_content(
        "Dear Robin,\nhttp://127.0.0.1:8000/v/#abc.\nhttp://127.0.0.1:8000.evil.example/v/ "
        "https://evil.example/ <script>x</script>\n"
    )
    return mailbox.Maildir(app.config["MAILDIR"], create=True).add(message)


def test_development_mail_is_plain_text_and_links_only_to_ourselves(admin, letter):
    assert "8 questions &lt;b&gt;about" in admin.get("/admin/mail").text
    page = admin.get(f"/admin/mail/{letter}").text
    assert "Development mail: nothing is sent." in page
    body = page[page.index('<div class="c-letter">') :]
    links = re.findall(r'<a href="([^"]+)"', body[: body.index("</div>")])
    assert links == ["http://127.0.0.1:8000/v/#abc"]
    assert "<script>x" not in page


def test_no_mail_yet_and_no_such_mail(admin):
    assert "No message yet" in admin.get("/admin/mail").text
    assert admin.get("/admin/mail/nothing").status_code == 404
    assert admin.get("/admin/mail/..%2F..%2Fconfig").status_code == 404


def test_mail_that_is_really_sent_cannot_be_read(app, admin, letter):
    app.config["MAIL_BACKEND"] = "smtp"
    assert "cannot be read" in admin.get("/admin/mail").text
    assert admin.get(f"/admin/mail/{letter}").status_code == 404


def test_health_says_what_needs_attention(app, admin):
    page = admin.get("/admin/health").text
    assert all(name in page for name in ("office", "who", "box", "answers", "Clock", "Scheduler"))
    (Path(app.config["KEYS"]) / "office" / "second-step.key").unlink()
    assert "It is missing. Run `surveyapp init`." in admin.get("/admin/health").text


def test_the_log_says_apart_that_a_pulse_opens_and_that_its_answers_are_opened(app, admin):
    with app.app_context():
        for state in ("open", "opened"):
            audit.record("scheduler", state, "wave riverside/1")
        db.session.commit()
    told = admin.get("/admin/log").text
    assert "<td>opened for answers</td>" in told
    assert "<td>opened the sealed answers</td>" in told
    assert "<td>open</td>" not in told


def test_the_log_shows_what_staff_did(admin):
    assert "Nothing yet" in admin.get("/admin/log").text
    add(admin, "hr")
    assert "added an account" in admin.get("/admin/log").text


def test_groups_are_those_of_the_newest_pulse_of_each_programme(app):
    with app.app_context():
        programme = factories.a_programme()
        factories.a_wave(programme)
        newest = factories.a_wave(programme)
        newest.units[-1].key = "canteen"
        factories.a_wave(programme, units=False)
        other = factories.a_wave(factories.a_programme("other"))
        other.units[0].key = "elsewhere"
        db.session.flush()
        found = accounts.groups()
        assert {"canteen", "elsewhere", "nights"} <= set(found)
        assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("address", "well"),
    [("http://127.0.0.1:8000", True), ("http://x.org", False)],
)
def test_an_address_that_anybody_can_listen_in_on_needs_attention(app, admin, address, well):
    app.config["BASE_URL"] = address
    assert ("It has no https" in admin.get("/admin/health").text) is not well


def test_mail_that_would_stay_in_a_folder_needs_attention_and_nobody_may_read_it(
    app, admin, letter
):
    assert admin.get(f"/admin/mail/{letter}").status_code == 200
    app.config["BASE_URL"] = "http://survey.example.org"
    assert admin.get(f"/admin/mail/{letter}").status_code == 404
    assert "reaches nobody" in admin.get("/admin/health").text


def test_a_pulse_that_waits_for_the_scheduler_needs_attention(app, admin):
    with app.app_context():
        wave = factories.a_wave(state="open")
        wave.closes_at = clock.now() - timedelta(minutes=5)
        db.session.commit()
    assert "Waiting to be moved on" not in admin.get("/admin/health").text
    with app.app_context():
        db.session.query(Wave).one().closes_at -= timedelta(minutes=10)
        db.session.commit()
    assert "Waiting to be moved on: 1" in admin.get("/admin/health").text


def test_an_installation_is_well_when_it_is_fresh(tmp_path, make_app):
    stores = ("office", "who", "box", "answers")
    app = make_app(
        DATABASES={name: f"sqlite:///{tmp_path / name}.sqlite" for name in stores}, create=False
    )
    with app.app_context():
        flask_migrate.upgrade()
        checks = health.checks(clock.now())
    assert [check.what for check in checks if not check.well and check.what != "Stylesheet"] == []
    assert sum("up to date" in check.words for check in checks) == 4
