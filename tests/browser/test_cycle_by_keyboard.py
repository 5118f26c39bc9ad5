"""The whole story in a real browser by keyboard alone, every page on the way looked over."""

import random
import re
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import flask_migrate
import pytest

from surveyapp import clock, jobs
from surveyapp.demo import answering
from surveyapp.extensions import db
from surveyapp.models.surveys import Wave
from surveyapp.services import accounts, second_step
from tests import factories
from tests.browser import harness
from tests.browser.keyboard import somebody
from tests.story import GROUPS, STORES, answer, mail_bodies, roster

RECEIPT = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}")


@dataclass
class House:
    """An installation as it is served: its application, its address, and what time it is there."""

    app: Any
    moment: harness.Moment
    address: str = ""

    def tick(self, day, hour):
        """It becomes that hour, and the scheduler looks what is due."""
        self.moment.now = datetime(day.year, day.month, day.day, hour)
        with self.app.app_context(), clock.as_if(self.moment.now):
            jobs.tick(self.moment.now)

    def wave(self):
        with self.app.app_context():
            return db.session.scalars(db.select(Wave)).one()

    def invitations(self):
        with self.app.app_context():
            return answering.invitations(self.wave())

    def digits(self, role, later=0):
        """The six digits of this role's app, or those that come next: each works only once."""
        with self.app.app_context():
            account = accounts.by_email(f"{role}@example.org")
            secret = second_step.unlock(account, account.totp_secret)
        step = int(time.time() // second_step.STEP_SECONDS)
        return second_step.code_at(secret, step + later)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The application as it is installed, served on this machine."""
    folder = tmp_path_factory.mktemp("house")
    app = factories.an_app(
        folder / "instance",
        DATABASES={name: f"sqlite:///{folder / name}.sqlite" for name in STORES},
        WTF_CSRF_ENABLED=True,
        MAILDIR=str(folder / "mail"),
        create=False,
    )
    with app.app_context():
        flask_migrate.upgrade()
        for role in ("hr", "board"):
            factories.an_account(role, password=factories.PASSWORD)
        factories.committed()
    house = House(app, harness.Moment())
    with harness.serving(app, house.moment) as house.address:
        app.config["BASE_URL"] = house.address
        yield house
    factories.dispose([app])


@pytest.mark.timeout(400)
def test_the_whole_story_by_keyboard(house, browser, mirror):
    opens, closes, publishes = (date.today() + timedelta(days=n) for n in (2, 16, 23))

    with somebody(browser, mirror, house.address) as hr:
        sign_in(house, hr, "hr", first=True)
        set_up(hr, opens, closes, publishes)
    with somebody(browser, mirror, house.address) as member:
        sign_in(house, member, "board")
        sign_too(member)
        assert house.wave().state == "committed"

    house.tick(opens, 10)
    sent = house.invitations()
    assert len(sent) == sum(GROUPS.values())
    typing, linked, *others = sorted(sent)
    house.moment.now += timedelta(hours=2)
    with somebody(browser, mirror, house.address, script=False, size=harness.PHONE) as one:
        answer_one_by_one(one, sent[typing][1])
        assert one.page.context.cookies() == []
    with somebody(browser, mirror, house.address, size=harness.PHONE) as two:
        answer_by_link(two, sent[linked][0])
    dice = random.Random(4)
    takers = [email for email in others if dice.random() < 0.8]
    with clock.as_if(house.moment.now):
        for email in takers:
            answer(house.app, sent[email][1], dice)

    house.tick(closes, 22)
    assert house.wave().state == "summarised"
    assert house.wave().ballots == len(takers) + 2
    with somebody(browser, mirror, house.address) as member:
        sign_in(house, member, "board", later=1)
        check_a_finding(member)

    house.tick(publishes, 10)
    assert house.wave().state == "published"
    mailed = next(body for body in mail_bodies(house.app) if "/r/" in body)
    link = re.search(r"/r/\S+", mailed)[0]
    with somebody(browser, mirror, house.address, script=False, size=harness.PHONE) as invited:
        read_as_invited(invited, link)
        assert invited.page.context.cookies() == []
    house.moment.now += timedelta(days=1)
    with somebody(browser, mirror, house.address) as hr:
        sign_in(house, hr, "hr", later=1)
        read_and_promise(hr)
        read_the_promises(hr)


def sign_in(house, who, role, *, first=False, later=0):
    """From the start page through password and six digits."""
    who.open("/")
    if first:
        who.look("Start")
    who.press("Sign in to staff pages")
    if first:
        who.look("Sign in")
        who.press("Sign in")
        who.error()
        who.look("Error: Sign in")
    who.write("E-mail address", f"{role}@example.org")
    who.write("Password", factories.PASSWORD)
    with who.page.expect_navigation():
        who.page.keyboard.press("Enter")
    if first:
        who.look("Your code")
    who.write("Six digits from your app", house.digits(role, later))
    who.press("Sign in")
    assert who.page.title() == "Start – Candour"


def set_up(hr, opens, closes, publishes):
    """A programme, its roster, a pulse and its promises."""
    hr.look("Start")
    hr.press("Programmes")
    hr.look("Programmes")
    hr.press("Set up a programme")
    hr.look("Set up a programme")
    hr.write("Name of the programme", "Staff pulse")
    hr.press("Set up the programme")
    hr.error()
    hr.look("Error: Set up a programme")
    hr.write("Organisation", "Riverside Care")
    hr.write("Who can people ask?", "Help desk, 4100")
    hr.write("Where can people turn for support?", "Your union, 4200")
    hr.press("Set up the programme")
    hr.look("Staff pulse")

    hr.press("Send a roster")
    hr.look("Roster")
    hr.give("Roster file", "roster.csv", b"name,email,unit\nRobin,robin,Riverside/Days\n")
    hr.press("See what would change")
    assert hr.page.title() == "Error: What would change – Candour"
    hr.look("Error: What would change")
    hr.press("Send another file")
    hr.give("Roster file", "roster.csv", roster())
    hr.press("See what would change")
    hr.look("What would change")
    hr.press("Make this the roster")
    hr.look("Roster")
    assert "48 people" in hr.page.locator("main").inner_text()

    hr.press("Staff pulse", back=True)
    hr.press("Set up a pulse")
    hr.look("Set up a pulse")
    hr.write("Name of the pulse", "Spring")
    hr.pick("Questions", "Check")
    hr.write_day("Opens on", opens)
    hr.write_day("Closes on", closes)
    hr.write_day("Results for everyone on", opens)
    hr.press("Make the draft")
    hr.error()
    hr.look("Error: Set up a pulse")
    hr.write_day("Results for everyone on", publishes)
    hr.press("Make the draft")
    hr.look("Spring")
    hr.press("Lock our promises")
    hr.look("Lock our promises")
    hr.press("Lock our promises")
    hr.look("Spring")


def sign_too(member):
    """The second signature under the promises, and what everybody can then read."""
    member.press("Changes")
    member.look("Changes that two sign")
    member.press("Lock our promises: Staff pulse, Spring")
    member.look("Lock our promises")
    member.press("Sign and make it public")
    member.look("Lock our promises")
    member.open("/trust/staff-pulse/1")
    member.look("Promises for Spring")


def answer_one_by_one(one, code):
    """By typed code, without script, one question a page."""
    address = one.address
    one.open("/")
    one.press("Type my code")
    one.look("How is work?")
    one.write("Your code", "ABCD EFGH JKMN")
    one.press("Start now")
    one.error()
    one.look("Error: How is work?")
    one.write("Your code", code.lower())
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")
    one.look("Your group")
    one.press("One question at a time")
    one.look("Question 1 of 10")
    first = one.heading
    one.choose(first, "Agree")
    one.press("Continue")
    assert one.page.title() == "Question 2 of 10 – Candour"
    one.press("Back")
    assert one.heading == first
    one.press("Continue")
    one.choose(one.heading, "Prefer not to say")
    one.press("Continue")
    for _ in range(7):
        one.choose(one.heading, one.page.locator("main label").first.inner_text().strip())
        one.press("Continue")
    one.look("Question 10 of 10")
    comment = "Rotas come at 6 am Sunday and nobody asks us."
    one.write("What makes good days hard here, and what should stop?", comment)
    one.press("Continue")
    one.error()
    one.look("Error: Question 10 of 10")
    one.to("Choose how we may use what you wrote.")
    one.page.keyboard.press("Enter")
    one.choose("How may we use it?", "Themes only")
    assert one.page.locator("textarea").input_value() == comment
    one.press("Continue")
    one.look("Check your answers")
    assert "There is a time here" in one.page.locator("main").inner_text()
    one.press("Change question 1")
    one.look("Question 1 of 10")
    one.choose(first, "Strongly disagree")
    one.press("Continue")
    said = one.page.locator("dd").all_inner_texts()
    assert said[0].startswith("Strongly disagree")
    assert said[1].startswith("Prefer not to say")
    assert comment in said[9]
    one.press("Send my answers")
    one.look("Thank you")
    assert RECEIPT.search(one.page.locator("main").inner_text())
    assert one.page.url == f"{address}/v/"


def answer_by_link(two, link):
    """From the mail's link, with script, all on one page."""
    two.page.goto(link, wait_until="load")
    two.look("How is work?")
    two.turn("Start now")
    two.look("Your group")
    two.turn("All on one page")
    two.look("All questions")
    for legend in two.page.locator("main legend").all_inner_texts()[:-1]:
        two.choose(legend.strip(), "Prefer not to say")
    two.turn("Send my answers")
    two.look("Thank you")
    assert two.page.title() == "Thank you – Candour"
    assert RECEIPT.search(two.page.locator("main").inner_text())
    assert two.page.context.cookies() == []


def check_a_finding(member):
    """The board reads the draft and says where it does not ring true."""
    member.press("Board")
    member.look("Draft findings")
    member.press("Safe to speak up")
    member.look("Safe to speak up: draft finding")
    member.choose("Does this ring true?", "Rings partly true")
    member.press("Save what I say")
    member.error()
    member.look("Error: Safe to speak up: draft finding")
    member.write("Why?", "Nights would put it more strongly.")
    member.press("Save what I say")
    member.look("Draft findings")
    assert "You have checked this" in member.page.locator("main").inner_text()


def read_as_invited(invited, link):
    """Results from the mail: overview, a theme, a group, why something is not shown."""
    invited.open(link)
    invited.look("Results of Spring")
    invited.press("Safe to speak up")
    invited.look("Safe to speak up")
    assert "Nights would put it more strongly." in invited.page.locator("main").inner_text()
    invited.press("Why are some figures not shown?")
    invited.look("Why a figure is not shown")
    for page in ("Themes", "Over time", "Groups", "What people wrote", "Downloads"):
        invited.press(page)
        invited.look(page)
    invited.press("Groups")
    invited.press("Kitchen")
    invited.look("Kitchen")
    assert "too small to show alone" in invited.page.locator("main").inner_text()


def read_and_promise(hr):
    """HR reads the results and adds an answer to the ledger."""
    hr.press("Results")
    hr.look("Results of Spring")
    hr.press("Manageable work and caseload")
    hr.look("Manageable work and caseload")
    hr.press("What we will do")
    hr.look("You said, we will")
    hr.press("Add an answer")
    hr.look("Add an answer")
    hr.pick("Which finding is this an answer to?", "Manageable")
    hr.write("You said", "There is too much work for the hours")
    hr.choose("Our answer", "We will")
    hr.write("What we will or won’t do", "give every team one more afternoon for records")
    hr.press("Add it for everyone to see")
    hr.error()
    hr.look("Error: Add an answer")
    hr.write("Who sees to it?", "Director of care")
    hr.write_day("Done by", date.today() + timedelta(days=90))
    hr.press("Add it for everyone to see")
    hr.look()
    assert hr.heading.startswith("What we will do: ")
    hr.press("You said, we will", back=True)
    hr.look("You said, we will")
    assert "Director of care" in hr.page.locator("main").inner_text()


def read_the_promises(hr):
    """Signed out, and on to what anybody may read."""
    hr.press("Sign out", back=True)
    hr.look("Sign in")
    hr.press("How we protect you")
    hr.look("How this survey protects you")
    hr.press("Staff pulse")
    hr.look("Promises: Staff pulse")
    hr.press("Spring")
    hr.look("Promises for Spring")
