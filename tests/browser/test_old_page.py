"""F17 and F5 (SECURITY 10): a page of an earlier version in somebody's browser, and a connection
that breaks at any moment of Send."""

import base64
import hashlib
from datetime import date

import pytest
from playwright.sync_api import expect

from surveyapp import bundle
from surveyapp.extensions import db
from surveyapp.services import noticeboard
from tests.browser.locks import somebody
from tests.browser.test_client import lose, record_of, stored

FILE = "client/main.js"
OLD = (bundle.STATIC / FILE).read_bytes() + b"// As it was before the upgrade.\n"


def integrity(data):
    return f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def from_the_cache(page):
    """The page and the script of the version before, as a browser may still hold them."""
    new = integrity((bundle.STATIC / FILE).read_bytes())

    def old_page(route):
        kept = route.fetch()
        assert new in kept.text()
        route.fulfill(response=kept, body=kept.text().replace(new, integrity(OLD)))

    def old_script(route):
        route.fulfill(response=route.fetch(), body=OLD)

    page.route("**/v/", old_page)
    page.route(f"**/static/{FILE}", old_script)


def test_an_old_page_goes_on_while_its_hash_is_listed_and_else_says_so(
    browser, sealing, record_figure
):
    unlisted, listed = next(sealing.people), next(sealing.people)
    with somebody(browser, sealing) as one:
        from_the_cache(one.page)
        one.open(sealing.link(unlisted))
        expect(one.page.get_by_text("The script of this page is not the one")).to_be_visible()
    before = stored(sealing)
    with sealing.app.app_context():
        added = {FILE: hashlib.sha256(OLD).hexdigest()}
        body = {"wave": str(sealing.voting.wave_id), "change": "client", "client": added}
        noticeboard.post("AMENDED", body, on=date.today())
        db.session.commit()
    with somebody(browser, sealing) as one:
        from_the_cache(one.page)
        one.begin(listed)
        one.rate()
        one.say("")
        one.send()
    assert record_of(sealing, before).counter == 1
    record_figure("F17", "an old page: taken while its hash is listed, else told before any answer")


@pytest.mark.parametrize("path", ["/check", "/collect", "/cast", "/v/done"])
@pytest.mark.parametrize("arrives", [True, False], ids=["reply lost", "request lost"])
def test_a_connection_that_breaks_at_any_moment_of_send_leaves_nobody_stuck(
    browser, sealing, path, arrives, record_figure
):
    before = stored(sealing)
    with somebody(browser, sealing) as one:
        if arrives:
            lose(one.page, path, 1)
        else:
            one.page.route(f"**{path}", lambda route: route.abort(), times=1)
        one.begin(next(sealing.people))
        one.rate()
        one.say("")
        one.send()
    assert record_of(sealing, before).counter == 1
    record_figure("F5", "the real script, each request and each reply lost once: sent, once")
