"""A break: a place kept on the device, only if asked for, and locked under the link."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.harness import PHONE
from tests.browser.locks import opened, record_of, somebody, stored

SAID = "herons argue loudly beside the boiler house"
HELD = "() => Object.entries(localStorage)"


@pytest.fixture
def one(one):
    yield one
    assert one.complaints == []


def answered(one, person, text=SAID):
    """As far as the last question, with one rating and a comment written."""
    one.page.goto("about:blank")
    one.begin(person)
    one.rate(("Agree", "Disagree", "Prefer not to say"))
    if text:
        one.page.get_by_role("textbox").fill(text)
        one.page.get_by_label("Board only").check()


def kept(one, person, text=SAID):
    answered(one, person, text)
    one.press("Take a break")
    one.heading("Take a break")
    assert one.page.evaluate(HELD) == []
    one.press("Keep my place")
    one.heading("Your place is kept")


def back(one, sealing, person):
    """The page is closed and the link opened again."""
    one.page.goto("about:blank")
    one.open(sealing.link(person))
    one.press("Start now")


def test_a_kept_place_is_there_again_and_goes_when_it_is_sent(one, sealing, person):
    before = stored(sealing)
    kept(one, person)
    assert len(one.page.evaluate(HELD)) == 1
    back(one, sealing, person)
    one.heading("You left off here")
    one.press("Go on with them")
    one.heading("Your group")
    one.press("Continue")
    assert one.page.get_by_label("Agree", exact=True).is_checked()
    for _ in range(3):
        one.press("Continue")
    assert one.page.get_by_role("textbox").input_value() == SAID
    one.press("Continue")
    one.send()
    assert one.page.evaluate(HELD) == []
    said = opened(sealing, record_of(sealing, before))
    assert said.ratings == {"speak_1": 4, "speak_2": 2, "work_1": -1}
    assert [(two.text, two.use) for two in said.comments] == [(SAID, "board")]


def test_a_place_left_behind_goes_once_its_link_says_that_answers_came_from_elsewhere(
    one, browser, sealing, person
):
    kept(one, person)
    with somebody(browser, sealing) as phone:
        answered(phone, person)
        phone.press("Continue")
        phone.send()
    one.page.goto("about:blank")
    one.open(sealing.link(person))
    one.press("Start now")
    one.page.get_by_text("used").first.wait_for()
    one.page.wait_for_function("() => localStorage.length === 0", timeout=3_000)


def test_what_is_kept_says_nothing_without_the_link_and_has_one_size(
    browser, sealing, record_figure
):
    sizes, words = set(), (SAID, "speak_1", "board", "themes", "herons")
    for text in (SAID, "", SAID * 8):
        person = next(sealing.people)
        with somebody(browser, sealing) as one:
            kept(one, person, text)
            ((name, value),) = one.page.evaluate(HELD)
            sizes.add((len(name), len(value)))
            data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
            marks = (*words, person.token, person.email, person.code, sealing.mark, person.place)
            for mark in marks:
                assert mark.encode() not in data
                assert mark not in name + value
            # The same bytes are noise to anybody else's link.
            other = next(sealing.people)
            back(one, sealing, other)
            one.heading("Your group")
            read = """async ([name, value, whole]) => {
              const { keep, kept } = await import("/static/client/place.js");
              for (const held of Object.keys(localStorage)) localStorage.removeItem(held);
              await keep({ whole }, {}, 10);
              localStorage.setItem(Object.keys(localStorage)[0], value);
              return kept({ whole });
            }"""
            mine = sealing.link(person).removeprefix("/v/")
            theirs = sealing.link(other).removeprefix("/v/")
            assert one.page.evaluate(read, [name, value, theirs]) is None
            found = one.page.evaluate(read, [name, value, mine])
            assert found["answers"]["texts"].get("barriers", "") == text
    assert len(sizes) == 1
    record_figure("LOG-3", "a place kept by choice: words, names and codes in it 0, one size")


def test_it_can_be_deleted_at_once_later_or_with_everything(one, sealing, person):
    kept(one, person)
    one.press("Delete it again")
    expect(one.page).to_have_title("Question 4 of 4 – Candour")
    assert one.page.evaluate(HELD) == []
    one.press("Take a break")
    one.press("Keep my place")
    one.heading("Your place is kept")
    back(one, sealing, person)
    one.press("Delete them and start again")
    one.heading("Your group")
    assert one.page.evaluate(HELD) == []
    one.press("Continue")
    assert one.page.locator("input:checked").count() == 0
    kept(one, person, text="")
    one.press("Back to the questions")
    one.press("Continue")
    one.heading("Check your answers")
    one.page.get_by_role("link", name="Delete everything here").click()
    one.heading("How is work?")
    assert one.page.evaluate(HELD) == []


def test_after_other_promises_a_kept_place_is_not_shown(one, sealing, person):
    kept(one, person)
    one.page.evaluate(
        """async (whole) => {
          const { keep } = await import("/static/client/place.js");
          await keep({ whole }, { answers: {}, promises: "0".repeat(64) }, 100);
        }""",
        sealing.link(person).removeprefix("/v/"),
    )
    back(one, sealing, person)
    one.heading("Your group")


def test_with_a_typed_code_no_place_is_offered(one, sealing, person):
    one.open("/v/")
    one.page.get_by_label("Your code").fill(person.code)
    one.press("Start now")
    one.press("Continue")
    one.press("Take a break")
    expect(one.page.get_by_text("only where you came by the link")).to_be_visible()
    assert one.page.get_by_role("button", name="Keep my place").count() == 0
    one.press("Back to the questions")
    assert one.page.title() == "Question 1 of 4 – Candour"


def test_a_browser_that_keeps_nothing_says_so(one, sealing, person):
    one.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    answered(one, person)
    one.press("Take a break")
    one.press("Keep my place")
    one.heading("Your place is not kept")
    one.press("Back to the questions")
    assert one.page.get_by_role("textbox").input_value() == SAID


def test_the_new_views_are_accessible_on_a_small_phone(one, mirror, sealing, person):
    one.page.set_viewport_size(PHONE)

    def look():
        mirror.copy(one.page)
        mirror.no_problems(PHONE)
        mirror.no_sideways_scroll()

    answered(one, person)
    look()
    one.press("Take a break")
    look()
    one.press("Keep my place")
    one.heading("Your place is kept")
    look()
    back(one, sealing, person)
    one.heading("You left off here")
    look()
