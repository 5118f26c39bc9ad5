"""A pulse that browsers answer with their own script, and somebody who does so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from surveyapp import keys
from surveyapp.crypto import ballot, blind, envelope
from surveyapp.extensions import box_session
from surveyapp.models.ballots import Ballot
from surveyapp.services import invited, registrar
from tests import factories, voting
from tests.browser import harness

RATINGS = ("Agree", "Disagree", "Prefer not to say")


@dataclass
class Poll:
    """An open pulse as it is served, and the people who have not answered yet."""

    app: object
    address: str
    voting: voting.Voting
    mark: str
    covenant: dict
    people: Iterator[voting.Person] = field(init=False)

    def __post_init__(self):
        self.people = iter(self.voting.people)

    def salt(self, person):
        with self.app.app_context():
            return invited.salt(self.voting.wave_id, registrar.find(person.token).person_id)

    def link(self, person, *, mark=None, salt=None):
        """What the person's mail says, behind the address."""
        return f"/v/#{person.token}.{mark or self.mark}.{salt or self.salt(person)}"


@contextmanager
def served(folder, **more):
    """A pulse with real key sizes on a free port; many people, for each answers once."""
    app = factories.an_app(
        folder / "instance", **{**voting.on_files(folder), "CLASS_KEY_BITS": blind.SMALLEST}
    )
    opened = voting.open_voting(
        app, places=voting.PLACES * 5, support="Your union: 01632 960 002", **more
    )
    with app.app_context():
        wave = voting.wave_of(opened)
        mark, covenant = wave.covenant_sha256, json.loads(wave.covenant)
    with harness.serving(app) as address:
        yield Poll(app, address, opened, mark, covenant)
    factories.dispose([app])


def stored(poll):
    """The ballots in the box by ballot key."""
    with poll.app.app_context():
        return {row.key_sha256: row.record for row in box_session().query(Ballot)}


def record_of(poll, before):
    """The one ballot that came since."""
    (new,) = set(stored(poll)) - set(before)
    return ballot.Record.from_bytes(stored(poll)[new])


def opened(poll, record):
    """What a ballot says, by the platform's own keys."""
    with poll.app.app_context():
        folder = keys.directory("opener", poll.voting.wave_id)
        held = {path.stem: envelope.load_private(path.read_bytes()) for path in folder.iterdir()}
        inside = ballot.peel(record, held["outer"])
        return ballot.unseal(inside, record.wave, held["inner"])


@dataclass
class Answering:
    """Somebody who answers by mouse or finger; every complaint of the browser is kept."""

    page: Page
    poll: Poll
    complaints: list = field(default_factory=list)
    forgotten: bool = False

    def hear(self, text):
        if 'Cleared data types: "cache", "storage".' in text:
            self.forgotten = True
        else:
            self.complaints.append(text)

    def open(self, path):
        self.page.goto(f"{self.poll.address}{path}", wait_until="load")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self, words):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words, timeout=15_000)

    def begin(self, person):
        """By link, as far as the first question."""
        self.open(self.poll.link(person))
        self.press("Start now")
        self.heading("Your group")
        self.press("Continue")

    def rate(self, answers=RATINGS):
        for answer in answers:
            self.page.get_by_label(answer, exact=True).check()
            self.press("Continue")

    def say(self, text, use="Themes only"):
        if text:
            self.page.get_by_role("textbox").fill(text)
            self.page.get_by_label(use).check()
        self.press("Continue")
        self.heading("Check your answers")

    def send(self):
        self.press("Send my answers")
        self.heading("Thank you. Your answers are in.")
        return self.page.locator("main .c-code").first.inner_text()


@contextmanager
def somebody(browser, poll, *, script=True):
    """Somebody with a fresh browser."""
    with harness.visiting(browser, poll.address, script=script) as visitor:
        one = Answering(visitor.page, poll)
        visitor.page.on("console", lambda message: one.hear(message.text))
        visitor.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        yield one
