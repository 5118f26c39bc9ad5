"""F17 (SECURITY 10): Candour is upgraded while a pulse is open, and its script is a newer one."""

import hashlib

import pytest
from playwright.sync_api import expect

from surveyapp import bundle, clock
from surveyapp.services import noticeboard
from tests import factories, voting
from tests.browser.locks import somebody

MAIN = "client/main.js"
NEWER = (bundle.STATIC / MAIN).read_bytes() + b"// A newer one.\n"
STOPPED = "This page has stopped"
WRITTEN = "the rotas come far too late for anybody with a family"


@pytest.fixture
def upgraded(sealing, monkeypatch):
    """Lets the server have a newer script from the moment it is called."""
    before = bundle._digest

    def digest(name):
        return hashlib.sha256(NEWER).digest() if name == MAIN else before(name)

    def upgrade():
        sealing.app.extensions.pop("candour_pages", None)
        monkeypatch.setattr(bundle, "_digest", digest)

    yield upgrade
    sealing.app.extensions.pop("candour_pages", None)


def with_newer_script(one):
    one.page.route(
        f"**/static/{MAIN}",
        lambda route: route.fulfill(body=NEWER, content_type="text/javascript"),
    )


def test_a_page_that_was_open_goes_on_and_nothing_typed_is_lost(
    browser, sealing, upgraded, record_figure
):
    before = voting.ballots(sealing.app, sealing.voting)
    with somebody(browser, sealing) as one:
        one.begin(next(sealing.people))
        one.rate()
        one.page.get_by_role("textbox").fill(WRITTEN)
        one.page.get_by_label("Board only").check()
        upgraded()
        one.press("Continue")
        expect(one.page.locator("main")).to_contain_text(WRITTEN)
        one.send()
        assert one.complaints == []
    assert voting.ballots(sealing.app, sealing.voting) == before + 1
    record_figure("F17", "a page open before the upgrade: sent and taken")


def test_a_newer_script_stops_before_the_first_question_until_two_people_named_it(
    browser, sealing, upgraded, record_figure
):
    upgraded()
    person = next(sealing.people)
    with somebody(browser, sealing) as one:
        with_newer_script(one)
        one.open(sealing.link(person))
        one.heading(STOPPED)
        main = one.page.locator("main")
        expect(main).to_contain_text("The script of this page is not the one in the promises.")
        expect(main).to_contain_text("Nothing was sent.")
        assert one.complaints == []
    with sealing.app.app_context():
        body = {
            "wave": str(sealing.voting.wave_id),
            "change": "client",
            "client": {MAIN: hashlib.sha256(NEWER).hexdigest()},
            "reason": "A fault in the answering page was mended",
            "signed": [],
        }
        noticeboard.post("AMENDED", body, on=clock.now().date())
        factories.committed()
    with somebody(browser, sealing) as one:
        with_newer_script(one)
        one.begin(person)
        one.rate()
        one.say("")
        one.send()
        assert one.complaints == []
    record_figure("F17", "a newer script: stopped before the first question, runs once it is named")
