"""A change key: what somebody asks for to replace their answers after the page is closed."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.harness import PHONE
from tests.browser.locks import opened, record_of, somebody, stored
from tests.browser.test_client_attacks import LEFT, STOPPED, answer
from tests.browser.test_client_promises import for_no_one_pulse

SAID = "swans file their reports by candlelight"


def sent(one, person, rating="Agree"):
    one.begin(person)
    one.rate((rating, "Disagree", "Agree"))
    one.say("")
    one.send()


def key_of(one):
    """The change key as the file that somebody saves."""
    one.press("Make a change key")
    one.heading("Your change key")
    with one.page.expect_download() as saved:
        one.press("Save the key as a file")
    assert saved.value.suggested_filename == "change-key.txt"
    return Path(saved.value.path()).read_text().strip()


def changed(one, key, rating="Strongly disagree"):
    one.page.goto(key)
    expect(one.page.get_by_text("This is your change key.")).to_be_visible()
    assert not one.page.get_by_label("Your code").is_visible()
    one.press("Start now")
    one.heading("Your group")
    one.press("Continue")
    one.rate((rating, "Agree", "Agree"))
    one.say("")
    one.send()


def test_the_key_replaces_the_answers_from_another_device_and_says_who_to_nobody(
    browser, sealing, one, person
):
    before = stored(sealing)
    sent(one, person)
    key = key_of(one)
    first = record_of(sealing, before)
    assert one.complaints == []
    for mark in (person.token, person.code, person.email, "Days", "Nights", "Kitchen"):
        assert mark not in key
    with somebody(browser, sealing) as other:
        asked = []
        other.page.on("request", lambda one: asked.append((one.url, one.post_data or "")))
        changed(other, key)
        assert other.complaints == []
        paths = {url.removeprefix(sealing.address) for url, _ in asked}
        assert not {"/check", "/collect"} & paths
        secret = key.rpartition(".")[2]
        assert not any(secret in url or secret in body for url, body in asked if "#" not in url)
        left = other.page.evaluate(LEFT)
        assert left.pop("addresses") == [f"{sealing.address}/v/"]
        assert not any(value for name, value in left.items() if name != "states")
    second = record_of(sealing, before)
    assert (first.public_key, first.counter) == (second.public_key, 1)
    assert second.counter == 2
    assert second.class_key == person.class_key
    assert opened(sealing, first).ratings["speak_1"] == 4
    assert opened(sealing, second).ratings["speak_1"] == 1


def test_page_and_key_replace_one_another_in_turn_and_count_once(browser, sealing, one, person):
    before = stored(sealing)
    sent(one, person)
    key = key_of(one)
    one.press("Back")
    for rating, said in (("Disagree", 2), ("Strongly agree", 5)):
        with somebody(browser, sealing) as other:
            changed(other, key, rating)
        assert opened(sealing, record_of(sealing, before)).ratings["speak_1"] == said
    one.heading("Thank you. Your answers are in.")
    one.press("Answer again")
    one.rate(("Neither", "Agree", "Agree"))
    one.say("")
    one.send()
    record = record_of(sealing, before)
    assert (record.counter, opened(sealing, record).ratings["speak_1"]) == (4, 3)


@pytest.mark.parametrize("when", ["on arrival", "at sending"])
def test_after_closing_the_key_opens_nothing(browser, sealing, one, person, when):
    sent(one, person)
    key = key_of(one)
    with somebody(browser, sealing) as other:
        if when == "on arrival":

            def closed(route):
                kept = route.fetch()
                route.fulfill(response=kept, body=json.dumps(kept.json() | {"state": "closed"}))

            other.page.route("**/facts.json", closed)
            other.page.goto(key)
            other.press("Start now")
        else:
            late = {"status": 409, "json": {"error": "closed"}}
            other.page.route("**/cast", lambda route: route.fulfill(**late))
            other.page.goto(key)
            other.press("Start now")
            other.press("All on one page")
            other.press("Send my answers")
        other.heading("This pulse is closed")


def other_promises(key, poll):
    return key.replace(poll.mark, "0" * 64)


def another_s_class(key, poll):
    start, place, end = re.fullmatch(r"(.*#change\.[0-9a-f-]+\.)(\d+)(\..*)", key).groups()
    return f"{start}{(int(place) + 1) % len(poll.covenant['classes'])}{end}"


def test_a_key_for_other_promises_stops_the_page(browser, sealing, one, person):
    sent(one, person)
    key = other_promises(key_of(one), sealing)
    with somebody(browser, sealing) as other:
        other.page.goto(key)
        other.press("Start now")
        other.heading(STOPPED)


def test_a_key_whose_class_was_changed_replaces_nothing(browser, sealing, one, person):
    before = stored(sealing)
    sent(one, person)
    first = record_of(sealing, before)
    key = another_s_class(key_of(one), sealing)
    with somebody(browser, sealing) as other:
        other.page.goto(key)
        other.press("Start now")
        other.press("All on one page")
        other.press("Send my answers")
        other.heading("Your answers are not sent yet")
    assert record_of(sealing, before).to_bytes() == first.to_bytes()


def test_a_key_to_a_made_up_pulse_says_so_where_the_page_is_for_no_one_pulse(
    browser, sealing, one, person
):
    sent(one, person)
    key = key_of(one)
    with somebody(browser, sealing) as other:
        other.page.route("**/v/", for_no_one_pulse(sealing))
        answer(other.page, "/facts.json", lambda said: said | {"simulated": True})
        other.page.goto(key)
        other.press("Continue")
        other.heading("Your group")
        expect(other.page.get_by_label("Simulated")).to_be_visible()


def test_without_asking_no_key_leaves_the_page(one, sealing, person):
    sent(one, person)
    assert "#change." not in one.page.content()
    assert one.page.locator("#qr").count() == 0


def test_the_picture_holds_the_key_and_the_view_is_accessible(one, mirror, sealing, person):
    one.page.set_viewport_size(PHONE)
    sent(one, person)
    mirror.copy(one.page)
    mirror.no_problems(PHONE)
    key = key_of(one)
    dark = one.page.evaluate(
        """async (key) => {
          const { encode } = await import("/static/build/qr.js");
          return encode(key, { ecc: "L", border: 4 }).data.flat().filter(Boolean).length;
        }""",
        key,
    )
    assert one.page.locator("#qr path").get_attribute("d").count("M") == dark
    mirror.copy(one.page)
    mirror.no_problems(PHONE)
    mirror.no_sideways_scroll()
