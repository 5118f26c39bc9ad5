"""Answering on a small phone: by keyboard, with and without script, leaving nothing behind."""

import re
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Error, expect

from surveyapp.extensions import db
from surveyapp.models.surveys import Wave
from tests import factories, voting
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.browser.keyboard import somebody

SAID = "Nobody tells us when rotas change."
BOX = "4. What makes good days hard here, and what should stop?"
AT_RISK = "child or an adult at risk today.* Samaritans, .*116 123. Your union: 01632 960 002$"
CLIPPED = """
() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((e) => !e.closest(".govuk-visually-hidden") && !e.closest("[hidden]"))
  .filter((e) => {
    const style = getComputedStyle(e);
    const cut = (overflow) => overflow === "hidden" || overflow === "clip";
    return (cut(style.overflowX) && e.scrollWidth > e.clientWidth + 1) ||
      (cut(style.overflowY) && e.scrollHeight > e.clientHeight + 1) ||
      (e.tagName === "BUTTON" && e.scrollWidth > e.clientWidth + 1);
  })
  .map((e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40))
"""
LOW_ROWS = """
() => [...document.querySelectorAll(".govuk-radios__item")]
  .filter((row) => row.getBoundingClientRect().height < 44).map((row) => row.textContent.trim())
"""
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
)


@pytest.fixture(scope="module")
def pulse(tmp_path_factory):
    """An open pulse with four questions, as it is served; gives its address and its people."""
    folder = tmp_path_factory.mktemp("pulse")
    app = factories.an_app(folder / "instance", **voting.on_files(folder) | voting.STRONG)
    opened = voting.open_voting(app, support="Your union: 01632 960 002")
    with app.app_context():
        wave = db.session.scalars(db.select(Wave)).one()
        mark = wave.covenant_sha256
    people = iter(opened.people)
    with harness.serving(app) as address:
        yield address, people, mark
    factories.dispose([app])


@contextmanager
def a_phone(browser, pulse, *, script=True):
    """Somebody with a small phone; every request and every address is noted."""
    with somebody(browser, None, pulse[0], script=script, size=PHONE) as one:
        one.asked, one.been = [], []
        # With script there are other views of one page, without it other pages.
        one.go = one.turn if script else one.press
        one.page.on("request", lambda sent: one.asked.append(sent.url))
        one.page.on("framenavigated", lambda frame: one.been.append(frame.url))
        yield one


def begin(one, pulse, *, linked=False):
    """Come in as the next person, by link or by typed code, as far as the group."""
    _, people, mark = pulse
    person = next(people)
    if linked:
        one.open(f"/v/#{person.token}.{mark}")
    else:
        one.open("/v/")
        one.write("Your code", person.code)
    one.go("Start now")
    return person


def answer_all(one):
    """All questions on one page, by keyboard."""
    one.go("All on one page" if one.go == one.turn else "Continue")
    one.choose("1. I can raise", "Agree")
    one.choose("2. People here keep quiet", "Strongly disagree")
    one.choose("3. I can do my work", "Prefer not to say")
    box = one.page.get_by_role("textbox", name=BOX)
    expect(box).to_have_accessible_description(re.compile(AT_RISK))
    one.write(BOX, SAID)
    one.choose("How may we use it?", "Board only")


@pytest.mark.parametrize(
    ("script", "linked"),
    [(True, True), (True, False), (False, False)],
    ids=["link", "code", "no script"],
)
def test_the_whole_pulse_by_keyboard_leaves_nothing(browser, pulse, script, linked):
    address = pulse[0]
    with a_phone(browser, pulse, script=script) as one:
        begin(one, pulse, linked=linked)
        answer_all(one)
        one.go("Send my answers")
        assert one.heading == "Thank you. Your answers are in."

        assert [url for url in one.asked if not url.startswith(f"{address}/")] == []
        assert {url.partition("#")[0] for url in one.been} == {f"{address}/v/"}
        assert one.page.url == f"{address}/v/"
        kept = one.page.context.storage_state(indexed_db=True)
        assert kept == {"cookies": [], "origins": []}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_going_back_after_sending_shows_no_answers(browser, pulse, script):
    with a_phone(browser, pulse, script=script) as one:
        begin(one, pulse)
        answer_all(one)
        one.go("Check my answers first")
        assert SAID in one.page.content()
        one.go("Send my answers")
        for _ in range(3):
            with suppress(Error):  # the browser's own page, asking whether to send the form again
                one.page.go_back(wait_until="load", timeout=3000)
            expect(one.page.locator("body")).not_to_contain_text(SAID)


def test_start_comes_first_on_a_small_phone(browser, pulse):
    _, people, mark = pulse
    with a_phone(browser, pulse) as one:
        for path in (f"/v/#{next(people).token}.{mark}", "/v/"):
            one.open("/trust")
            one.open(path)
            start = one.page.get_by_role("button", name="Start now").bounding_box()
            assert start["y"] + start["height"] <= PHONE["height"]


@pytest.fixture(scope="module")
def pages(browser, pulse):
    """Every page that somebody who answers meets, as it came, by its title."""
    found = {}
    with a_phone(browser, pulse, script=False) as one:

        def keep(title):
            assert one.page.title() == f"{title} – Candour"
            found[title] = one.page.content()

        one.open("/v/")
        keep("How is work?")
        one.write("Your code", "WRONG CODE")
        one.press("Start now")
        keep("Error: How is work?")
        person = begin(one, pulse)
        keep("Your group")
        one.press("One question at a time")
        keep("Question 1 of 4")
        one.press("All on one page")
        one.choose("1. I can raise", "Agree")
        one.page.get_by_role("textbox").fill("I was the only man on shift at 6 am. " * 12)
        one.press("Check my answers first")
        one.error()
        keep("Error: All questions")
        one.write(BOX, "I was the only man on shift at 6 am.")
        one.choose("How may we use it?", "Publish after checking")
        one.press("Check my answers first")
        keep("Check your answers")
        one.press("Send my answers")
        keep("Thank you")
        one.open("/v/")
        one.write("Your code", person.code)
        one.press("Start now")
        keep("This invitation has been used")
        one.press("It was not me")
        keep("Thank you for telling us")
    return found


def nothing_clipped(page):
    assert page.evaluate(CLIPPED) == [], page.title()


@pytest.mark.parametrize("how", ["plain", "spaced", "large"])
def test_every_page_fits_a_small_phone(mirror, pulse, pages, how):
    for html in pages.values():
        page = mirror.show(html, f"{pulse[0]}/v/")
        page.set_viewport_size(PHONE)
        if how == "spaced":
            page.add_style_tag(content=SPACED)
        if how == "large":
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        nothing_clipped(page)
        assert page.evaluate(LOW_ROWS) == []
        mirror.no_sideways_scroll()


@pytest.mark.parametrize(
    "media", [{"forced_colors": "active"}, {"color_scheme": "dark"}], ids=["forced", "dark"]
)
def test_chosen_answers_and_focus_are_seen_in_other_colours(mirror, pulse, pages, media):
    page = mirror.show(pages["Error: All questions"], f"{pulse[0]}/v/")
    page.set_viewport_size(PHONE)
    page.emulate_media(**media)
    chosen, other = (page.locator(f"#a-1-{place}") for place in (3, 2))
    assert chosen.is_checked()
    assert picture(chosen) != picture(other)
    before = picture(other)
    other.focus()
    assert picture(other) != before
    if "color_scheme" in media:
        mirror.no_problems(PHONE)


def picture(radio):
    """The row of a radio as it looks."""
    return radio.locator("xpath=..").locator("input + label").screenshot() + radio.screenshot()
