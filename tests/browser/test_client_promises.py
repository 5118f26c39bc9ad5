"""What leads a browser's own script to a weaker promise, or shows one person as one of many."""

import hashlib
import json

import pytest
from playwright.sync_api import expect

from surveyapp.crypto import base64url, blind
from surveyapp.crypto.canonical import canonical
from surveyapp.respond import pages
from tests.browser.locks import somebody
from tests.browser.test_client_attacks import STOPPED, answer

ADD_UP = "The groups in the promises do not add up."


@pytest.fixture(scope="module")
def stranger():
    return blind.generate()


def other_promises(page, mark):
    """Whoever runs the server lets the first page tell of other promises."""

    def change(route):
        kept = route.fetch()
        name, _, after = kept.text().partition('data-covenant="')
        assert after
        route.fulfill(response=kept, body=f'{name}data-covenant="{mark}{after[64:]}')

    page.route("**/v/", change)


def test_a_page_that_tells_of_other_promises_leads_nobody_with_a_link_to_the_weaker_one(
    browser, sealing
):
    sent = []
    with somebody(browser, sealing) as one:
        one.page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
        other_promises(one.page, "0" * 64)
        one.begin(next(sealing.people))
        assert one.page.title() == "Question 1 of 4 – Candour"
        assert not [url for url in sent if url.endswith("/v/")]


def test_with_a_typed_code_such_a_page_stops(browser, sealing):
    sent = []
    with somebody(browser, sealing) as one:
        one.page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
        other_promises(one.page, "0" * 64)
        one.open("/v/")
        one.page.get_by_label("Your code").fill(next(sealing.people).code)
        one.press("Start now")
        one.heading(STOPPED)
        expect(one.page.locator("main")).to_contain_text("This page tells of other promises")
        assert not [url for url in sent if url.endswith("/v/")]


def honest(_covenant, _hash):
    """The promises as they are."""


def a_group_for_one(covenant, key_sha256):
    (old,) = (one for one in covenant["classes"] if one["key"] == "Riverside/Days")
    (group,) = (one for one in covenant["groups"] if one["key"] == "Riverside/Days")
    covenant["classes"].append({**old, "key": "Riverside/Robin", "public_key_sha256": key_sha256})
    covenant["groups"].append(
        {**group, "key": "Riverside/Robin", "counted_in": "Riverside/Robin", "name": "Days"}
    )


def a_group_for_one_beside_all_of_the_whole(covenant, key_sha256):
    """The whole lacks the one whom its groups have too many, and that is made up for in a class."""
    (days,) = (one for one in covenant["classes"] if one["key"] == "Riverside/Days")
    (group,) = (one for one in covenant["groups"] if one["key"] == "Riverside/Days")
    (whole,) = (one for one in covenant["groups"] if not one["parent"])
    robin = {"key": "Riverside/Robin", "people": 1}
    covenant["classes"].append({**days, **robin, "public_key_sha256": key_sha256})
    covenant["groups"].append({**group, **robin, "counted_in": robin["key"], "name": "Robin"})
    days["people"] -= 1
    whole["counted_in"] = days["key"]


def the_same_key_twice(covenant, _hash):
    """Of the whole, in which nobody sits right: so the sums are the same."""
    covenant["groups"] += [one for one in covenant["groups"] if not one["parent"]]


def more_invited(covenant, _hash):
    covenant["invited"] += 1


def a_longer_list(covenant, _hash):
    covenant["roster"]["size"] += 1


def a_class_larger(covenant, _hash):
    covenant["classes"][0]["people"] += 1
    covenant["invited"] += 1
    covenant["roster"]["size"] += 1


def another_name(covenant, _hash):
    covenant["groups"][-1]["name"] = covenant["groups"][-2]["name"]


@pytest.mark.parametrize(
    "lie",
    [
        honest,
        a_group_for_one,
        a_group_for_one_beside_all_of_the_whole,
        the_same_key_twice,
        more_invited,
        a_longer_list,
        a_class_larger,
        another_name,
    ],
)
def test_a_group_of_one_is_not_shown_as_one_of_many_to_a_typed_code(
    browser, sealing, stranger, lie
):
    """A typed code brings no fingerprint, so promises made for one person must not fit."""
    covenant = json.loads(json.dumps(sealing.covenant))
    lie(covenant, stranger.public.sha256())
    made = canonical(covenant)
    with somebody(browser, sealing) as one:
        other_promises(one.page, hashlib.sha256(made).hexdigest())
        answer(one.page, "/covenant.json", lambda _: made)
        if lie in (a_group_for_one, a_group_for_one_beside_all_of_the_whole):
            told = {
                "class": "Riverside/Robin",
                "unit": "Riverside/Robin",
                "public_key": base64url.encode(stranger.public.der),
            }
            answer(one.page, "/check", lambda said: said | told)
        one.open("/v/")
        one.page.get_by_label("Your code").fill(next(sealing.people).code)
        one.press("Start now")
        if lie is honest:
            one.heading("Your group")
        else:
            one.heading(STOPPED)
            expect(one.page.locator("main")).to_contain_text(ADD_UP)


SAYS_SO = "This is what the server says. It may be wrong, or not true."
TRAP = (
    "<h1>Your group</h1><form method=post action=/v/><button name=go value=all>On</button></form>"
)
TOLD = {
    "used": "This invitation has been used",
    "waiting": "Not open yet",
    "closed": "This pulse is closed",
}


@pytest.fixture
def trapped(browser, sealing):
    """Somebody at a server whose page for a posted code would be the one that locks nothing."""
    with somebody(browser, sealing) as one:
        one.posted = []

        def trap(route):
            if route.request.method != "POST":
                return route.fallback()
            one.posted.append(route.request.post_data)
            return route.fulfill(body=TRAP, content_type="text/html")

        one.page.route("**/v/", trap)
        yield one


def for_no_one_pulse(sealing):
    """Serves the landing page as it is where several pulses are open."""

    def change(route):
        if route.request.method != "GET":
            return route.fallback()
        with sealing.app.test_request_context():
            return route.fulfill(response=route.fetch(), body=pages.landing(None, None))

    return change


def arrive_by(one, sealing, way):
    person = next(sealing.people)
    one.open(sealing.link(person) if way == "link" else "/v/")
    if way == "code":
        one.page.get_by_label("Your code").fill(person.code)
    one.press("Start now")
    return person


@pytest.mark.parametrize("way", ["link", "code"])
@pytest.mark.parametrize("state", TOLD)
def test_a_server_that_lies_about_a_code_leads_nobody_to_the_weaker_promise(
    trapped, sealing, state, way
):
    answer(trapped.page, "/check", lambda said: said | {"state": state})
    arrive_by(trapped, sealing, way)
    trapped.heading(TOLD[state])
    expect(trapped.page.locator("main")).to_contain_text(SAYS_SO)
    expect(trapped.page.locator("main")).to_contain_text("Mo Bell, 01632 960 001")
    assert trapped.posted == []


@pytest.mark.parametrize("way", ["link", "code"])
@pytest.mark.parametrize("word", ["unknown", "wait"])
def test_nor_does_one_that_says_it_knows_no_such_code(trapped, sealing, word, way):
    refusal = {"status": 404 if word == "unknown" else 429, "json": {"error": word}}
    trapped.page.route("**/check", lambda route: route.fulfill(**refusal))
    person = arrive_by(trapped, sealing, way)
    expect(trapped.page.locator(".govuk-error-summary")).to_contain_text(SAYS_SO)
    expect(trapped.page.get_by_label("Your code")).to_be_visible()
    trapped.page.unroute("**/check")
    trapped.page.get_by_label("Your code").fill(person.code)
    trapped.press("Start now")
    trapped.heading("Your group")
    assert trapped.posted == []


def test_nor_one_whose_promises_for_a_typed_code_are_the_weakest(trapped, sealing):
    made = canonical(sealing.covenant | {"promise": "basic"})
    other_promises(trapped.page, hashlib.sha256(made).hexdigest())
    answer(trapped.page, "/covenant.json", lambda _: made)
    arrive_by(trapped, sealing, "code")
    trapped.heading(STOPPED)
    assert trapped.posted == []


@pytest.mark.parametrize("way", ["link", "code"])
def test_a_page_for_no_one_pulse_shows_the_promises_without_asking_the_server_for_its_own(
    trapped, sealing, way
):
    trapped.page.route("**/v/", for_no_one_pulse(sealing))
    person = next(sealing.people)
    trapped.open(sealing.link(person) if way == "link" else "/v/")
    if way == "code":
        trapped.page.get_by_label("Your code").fill(person.code)
    trapped.press("Continue")
    if way == "code":
        trapped.heading("How is work?")
        main = trapped.page.locator("main")
        expect(main).to_contain_text("Nothing in the databases or backups links you")
        expect(main).to_contain_text("The practitioners’ board")
        trapped.press("Start now")
    trapped.heading("Your group")
    expect(trapped.page.locator("main")).to_contain_text("Mo Bell, 01632 960 001")
    trapped.press("Continue")
    trapped.rate()
    trapped.say("")
    trapped.send()
    assert trapped.posted == []
    assert trapped.complaints == []
