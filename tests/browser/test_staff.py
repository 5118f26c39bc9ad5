"""Signing in for the first time, the board, the ledger and the admin pages in a real browser."""

import base64
import mailbox
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import expect

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.accounts import Role
from surveyapp.models.actions import Commitment
from surveyapp.models.publications import PublishedFile
from surveyapp.models.surveys import Programme
from surveyapp.services import accounts, results, second_step
from tests import factories, published, voting
from tests.browser import harness

CHART = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A served application with published pulses, a draft for the board, promises and a letter."""
    folder = tmp_path_factory.mktemp("office")
    app = factories.an_app(folder / "instance", **voting.on_files(folder), WTF_CSRF_ENABLED=True)
    with app.app_context():
        programme = published.programme()
        released = results.publication_of(programme.waves[-1])
        factories.a_commitment(released)
        factories.a_commitment(released, answer="wont")
        factories.a_commitment(
            released,
            theme="speaking_up",
            text="hear worries in person",
            due="2026-01-02",
            made_on="2025-12-01",
        )
        draft = factories.a_publication(factories.a_wave(programme, "summarised"))
        for theme in ("workload", "speaking_up"):
            db.session.add(
                PublishedFile(
                    publication_id=draft.id,
                    name=f"trend-{theme}.svg",
                    media_type="image/svg+xml",
                    body=CHART,
                )
            )
        factories.committed()
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "robin@example.org", "8 questions about work"
    letter.set_content("Dear Robin,\nhttp://127.0.0.1:8000/v/#" + "abcdefgh" * 12 + "\n")
    mailbox.Maildir(app.config["MAILDIR"], create=True).add(letter)
    with harness.serving(app) as address:
        yield address, app
    factories.dispose([app])


@pytest.fixture
def visitor(browser, office):
    with harness.visiting(browser, office[0]) as found:
        yield found


@pytest.fixture
def as_role(visitor, mirror, office):
    """Signs the visitor and the mirror in."""

    def sign_in(role):
        cookie = harness.cookie_of(office[1], office[0], role)
        for context in (visitor.context, mirror.page.context):
            context.add_cookies([cookie])

    return sign_in


def accessible(mirror, page):
    mirror.copy(page)
    mirror.passes()


def test_first_sign_in_by_keyboard(visitor, mirror, office):
    address, app = office
    with app.app_context():
        _, secret = accounts.add("new@example.org", "New Person", {Role.BOARD}, clock.now())
        db.session.commit()
    page = visitor.open(f"/sign-in/set-up/{secret}")
    accessible(mirror, page)
    page.get_by_label("New password").focus()
    page.keyboard.type("too short")
    page.keyboard.press("Tab")
    page.keyboard.type("too short")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: Choose a password – Candour")
    expect(page.get_by_role("alert")).to_contain_text("at least 15 characters")
    accessible(mirror, page)
    for label in ("New password", "The same password again"):
        page.get_by_label(label).fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Set up your app – Candour")
    page.wait_for_load_state("load")
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 100
    accessible(mirror, page)
    spelled = page.locator("main code").inner_text()
    page.get_by_label("Six digits").fill(_digits(spelled))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Your recovery codes – Candour")
    assert page.locator("main li code").count() == 10
    accessible(mirror, page)
    mirror.page.context.add_cookies(visitor.context.cookies())
    mirror.all_pass(address, "/sign-in/account", "/sign-in/account/password")
    visitor.open("/sign-in/account")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_title("Sign in – Candour")


def _digits(spelled):
    secret = base64.b32decode(spelled.replace(" ", ""))
    return second_step.code_at(secret, int(time.time() // second_step.STEP_SECONDS))


def test_the_board_checks_a_finding(visitor, mirror, as_role, office):
    address, app = office
    as_role("board")
    mirror.all_pass(address, "/board/riverside", "/board/riverside/workload")
    page = visitor.open("/board/riverside/workload")
    mirror.copy(page)
    assert "Send" not in " ".join(mirror.tab_stops())
    page.get_by_label("Rings partly true").check()
    page.get_by_role("button", name="Save what I say").click()
    expect(page.get_by_role("alert")).to_contain_text("Write why")
    expect(page.get_by_label("Rings partly true")).to_be_checked()
    accessible(mirror, page)
    page.get_by_label("Why?").fill("Nights are worse.")
    page.get_by_role("button", name="Save what I say").click()
    expect(page).to_have_title("Draft findings – Candour")
    expect(page.get_by_text("You have checked this")).to_have_count(1)


def test_a_promise_is_added_registered_and_done(visitor, mirror, as_role, office):
    address, app = office
    as_role("hr")
    with app.app_context():
        one = db.session.query(Commitment).filter_by(answer="will", theme="workload").one()
        entry = f"/actions/riverside/{one.id}"
    mirror.all_pass(
        address, "/actions/riverside", "/actions/riverside?show=late", "/actions/riverside/add",
        entry, f"{entry}/effect", f"{entry}/step",
    )  # fmt: skip
    page = visitor.open("/actions/riverside/add")
    page.get_by_label("You said").fill("Too little is said about changes")
    page.get_by_label("We will", exact=True).check()
    page.get_by_label("What we will or won’t do").fill("tell every team before it happens")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Name the post")
    accessible(mirror, page)
    page.get_by_label("Who sees to it?").fill("Head of service")
    page.get_by_label("Done by").fill("2027-06-01")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="Write down what it should move").click()
    page.get_by_label("By how many points").fill("5")
    page.get_by_label("When does the work start?").fill(clock.now().date().isoformat())
    page.get_by_label("What would show").fill("Less than 3 points")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("link", name="Add what happened").click()
    page.get_by_label("The work started").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("main")).to_contain_text("the work started")
    with app.app_context():
        programme = db.session.query(Programme).filter_by(slug="riverside").one()
        assert len(programme.waves) >= 4


def test_admin_pages(visitor, mirror, as_role, office):
    address, app = office
    as_role("admin")
    with app.app_context():
        person = accounts.by_email("admin@example.org").id
    key = next(iter(Path(app.config["MAILDIR"], "new").iterdir())).name.partition(":")[0]
    mirror.all_pass(
        address,
        "/admin/people",
        "/admin/people/add",
        f"/admin/people/{person}",
        "/admin/mail",
        f"/admin/mail/{key}",
        "/admin/health",
        "/admin/log",
    )
    page = visitor.open("/admin/people/add")
    page.get_by_label("E-mail address").fill("w@example.org")
    page.get_by_label("Name", exact=True).fill("Wit Ness")
    page.get_by_label("Witness").check()
    page.get_by_role("button", name="Add and get the link").click()
    expect(page.get_by_role("main")).to_contain_text("/sign-in/set-up/")
    accessible(mirror, page)
