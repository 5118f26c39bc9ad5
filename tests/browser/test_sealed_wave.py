"""A whole Sealed pulse in a real browser: a witness makes keys and is named, people answer with
script and without, the witness opens on their own disk, and the results come out on their date."""

import hashlib
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from surveyapp import clock, jobs, witness_page
from surveyapp.crypto import receipts
from surveyapp.demo import answering
from surveyapp.extensions import db
from surveyapp.models.surveys import Wave
from surveyapp.services import noticeboard
from tests import factories, shared_work, voting
from tests.browser import harness
from tests.hr_pages import new_wave, with_roster
from tests.story import mail_bodies

NAME, WORD = "Unison, Riverside branch", "seven quiet lanterns"
WRITTEN = "Too many cases and nobody tells us anything."
WITHOUT_SCRIPT = 11


@dataclass
class House:
    """An installation as it is served, its one pulse, what time it is there, and a disk."""

    app: Any
    moment: harness.Moment
    browser: Any
    disk: Path
    wave_id: uuid.UUID | None = None
    address: str = ""

    def tick(self, moment):
        """It becomes that time, the scheduler looks what is due; where the pulse then stands."""
        self.moment.now = moment
        with self.app.app_context(), clock.as_if(moment):
            jobs.tick(moment)
            return self.wave().state

    def wave(self):
        return db.session.get_one(Wave, self.wave_id)

    def notice(self, type):
        with self.app.app_context():
            return noticeboard.about(self.wave_id, (type,))[0].body

    @contextmanager
    def visited(self, path, role=None):
        """A page in a fresh browser, of somebody who is signed in if they have a role."""
        with harness.visiting(self.browser, self.address) as visitor:
            if role:
                with clock.as_if(self.moment.now):
                    cookie = harness.cookie_of(self.app, self.address, role)
                visitor.context.add_cookies([cookie])
            yield visitor.open(path)

    def keep(self, page, press, name):
        """What a page offers to save, on the disk."""
        with page.expect_download() as download:
            press()
        download.value.save_as(self.disk / name)

    @contextmanager
    def own_page(self):
        """The witness's page, opened from the disk."""
        (self.disk / "witness.html").write_text(witness_page.page(), encoding="utf-8")
        with harness.visiting(self.browser, f"file://{self.disk}/witness.html") as visitor:
            yield visitor.open("")


@pytest.fixture
def house(browser, tmp_path):
    settings = voting.on_files(tmp_path) | voting.STRONG | {"MAILDIR": str(tmp_path / "mail")}
    app = factories.an_app(tmp_path / "instance", **settings)
    house = House(app, harness.Moment(clock.now()), browser, tmp_path)
    with app.app_context():
        factories.a_programme(slug="riverside", contact="Mo Bell, 4100")
        factories.an_account("board")
        factories.committed()
    hr = app.test_client()
    factories.sign_in(hr)
    with_roster(hr, "riverside")
    house.wave_id = uuid.UUID(new_wave(hr, "riverside").location.split("/")[-2])
    app.config["WTF_CSRF_ENABLED"] = True
    with harness.serving(app, house.moment) as house.address:
        app.config["BASE_URL"] = house.address
        yield house
    factories.dispose([app])


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=15_000)


def test_a_sealed_pulse_from_the_witness_s_keys_to_the_results(house, record_figure):
    keys_are_made(house)
    named_and_locked(house)
    with house.app.app_context():
        wave = house.wave()
        opens, closes, publishes = wave.opens_at, wave.closes_at, wave.publishes_at
        assert wave.state == "committed"
    assert house.tick(opens) == "open"
    with house.app.app_context():
        sent = sorted(answering.invitations(house.wave()).values())
    found = [answered_by_script(house, sent[0][0])]
    found += [answered_without(house, code) for _, code in sent[1 : 1 + WITHOUT_SCRIPT]]
    assert len(set(found)) == 1 + WITHOUT_SCRIPT

    # Closed, and whoever runs the server cannot go on: no key of theirs takes the outer lock off.
    assert house.tick(closes) == "closed"
    assert house.tick(closes + timedelta(hours=1)) == "closed"
    with house.visited("/trust/riverside/1") as page:
        expect(page.locator("main")).to_contain_text(f"Waiting for the witness, {NAME}")
    opened_by_the_witness(house)
    assert house.tick(closes + timedelta(hours=3)) == "summarised"
    counted = house.notice("OPENED")
    assert (counted["accepted"], counted["rejected"]) == (1 + WITHOUT_SCRIPT, {})

    copy = copy_of_the_results(house)
    assert house.tick(publishes - timedelta(minutes=1)) == "summarised"
    assert house.tick(publishes) == "published"
    assert copy == house.notice("PUBLISHED")["sha256"]
    results_are_out(house)
    listed = {receipts.shown(bytes.fromhex(one)) for one in counted["receipts"]}
    assert set(found) == listed
    assert looked_up(house, found[0])
    assert not looked_up(house, receipts.shown(bytes(32)))
    record_figure("OPEN-1", "a whole pulse by the page: no answer in what they fetch or send back")


def keys_are_made(house):
    with house.own_page() as page:
        page.get_by_label("Your name as people will read it").fill(NAME)
        page.locator("#new-word").fill(WORD)
        page.locator("#again").fill(WORD)
        press(page, "Make my keys")
        for file in (".key", ".public.json"):
            link = page.locator(f"a[download$='{file}']")
            house.keep(page, link.click, f"mine{file}")


def named_and_locked(house):
    """HR names the witness and asks to lock the promises; the witness signs."""
    with house.visited(f"/waves/{house.wave_id}/witnesses", "hr") as page:
        page.get_by_label("The witness’s public file").set_input_files(
            house.disk / "mine.public.json"
        )
        press(page, "Add the witness")
        heading(page, "Witnesses")
        expect(page.get_by_role("heading", level=2).first).to_have_text(NAME)
        page.goto(f"{house.address}/waves/{house.wave_id}/commit")
        press(page, "Lock our promises")
        expect(page.locator("main")).to_contain_text("Waiting for the second signature")
    with house.visited("/changes/", "witness") as page, shared_work.known_keys():
        page.get_by_role("link", name="Lock our promises").first.click()
        expect(page.locator("main")).to_contain_text(f"{NAME}. Fingerprint of the key")
        press(page, "Sign and make it public")
        expect(page.locator("main")).to_contain_text("Signed, and on the noticeboard")


def answered_by_script(house, link):
    """From the link of the message to the receipt; nothing leaves before Send but the code."""
    asked = []
    with house.visited("/v/") as page:
        page.on("request", lambda one: one.method == "POST" and asked.append(one.post_data or ""))
        page.goto(link)
        expect(page.locator("#promise")).to_contain_text("locked on your device with two locks")
        expect(page.locator("#promise")).to_contain_text(NAME)
        press(page, "Start now")
        heading(page, "Your group")
        press(page, "All on one page")
        heading(page, "All questions")
        for agree in page.get_by_label("Agree", exact=True).all():
            agree.check()
        page.get_by_role("textbox").first.fill(WRITTEN)
        page.get_by_label("Themes only").first.check()
        press(page, "Send my answers")
        heading(page, "Thank you. Your answers are in.")
        assert not [body for body in asked if "cases" in body or "a." in body]
        return page.locator("main .c-code").first.inner_text()


def answered_without(house, code):
    """By typed code and without script: the server takes the same steps in memory."""
    with clock.as_if(house.moment.now):
        page = voting.arrive(house.app.test_client(), code).press("all")
        names = [one["name"] for one in page.page.select("input[type=radio][value='2']")]
        sent = page.press("send.unless-hints", **{name.replace(".", "_", 1): "2" for name in names})
    assert sent.title.startswith("Thank you"), sent.title
    return sent.page.select_one("main .c-code").get_text()


def opened_by_the_witness(house):
    """Fetched signed in, the noticeboard as a stranger, opened on the disk, sent back."""
    where = f"/witness/{house.wave_id}"
    with house.visited(where, "witness") as page:
        house.keep(page, page.get_by_text("Fetch the sealed ballots").last.click, "sealed.bundle")
    with house.visited("/trust") as page:
        link = page.get_by_role("link", name="Download the noticeboard")
        house.keep(page, link.click, "noticeboard.jsonl")
    sealed = (house.disk / "sealed.bundle").read_bytes()
    assert WRITTEN.encode() not in sealed
    with house.own_page() as page:
        for name, file in (("bundle", "sealed.bundle"), ("board", "noticeboard.jsonl")):
            page.locator(f"#{name}").set_input_files(house.disk / file)
        page.locator("#key").set_input_files(house.disk / "mine.key")
        page.locator("#word").fill(WORD)
        press(page, "Check, open and shuffle")
        link = page.locator("a[download='opened.json']")
        link.wait_for()
        said = page.locator("#opened").text_content()
        assert f"Opened and shuffled: {1 + WITHOUT_SCRIPT}." in said
        house.keep(page, link.click, "opened.json")
    assert WRITTEN.encode() not in (house.disk / "opened.json").read_bytes()
    with house.visited(where, "witness") as page:
        page.locator("input[type=file]").set_input_files(house.disk / "opened.json")
        press(page, "Send it back")
        expect(page.locator("main")).to_contain_text("The witness has taken the outer lock off.")


def copy_of_the_results(house):
    """The SHA-256 of what the witness's key finds in their sealed copy, before it is out."""
    with house.visited(f"/witness/{house.wave_id}", "witness") as page:
        link = page.get_by_role("link", name=f"Sealed copy for {NAME}")
        house.keep(page, link.click, "copy.sealed")
    with house.own_page() as page:
        page.locator("#sealed").set_input_files(house.disk / "copy.sealed")
        page.locator("#key-2").set_input_files(house.disk / "mine.key")
        page.locator("#word-2").fill(WORD)
        press(page, "Open the results")
        link = page.locator("a[download='results.json']")
        link.wait_for()
        house.keep(page, link.click, "results.json")
        sha256 = hashlib.sha256((house.disk / "results.json").read_bytes()).hexdigest()
        assert sha256 in page.locator("#found").text_content()
    return sha256


def results_are_out(house):
    """Everybody invited and the witness are told in one minute, with a link that opens."""
    told = [body for body in mail_bodies(house.app) if "/r/" in body]
    with house.app.app_context():
        assert len(told) == len(answering.invitations(house.wave())) + 1 == 31
    with house.visited(re.search(r"/r/\S+", told[0])[0]) as page:
        expect(page.locator("main")).to_contain_text("Winter pulse")


def looked_up(house, receipt):
    with house.visited("/trust/riverside/1/receipt") as page:
        page.get_by_label("Your receipt").fill(receipt)
        press(page, "Look it up")
        return "is in the list of answers that were counted" in page.inner_text("main")
