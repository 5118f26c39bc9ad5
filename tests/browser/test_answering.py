"""Answering in a real browser that runs no script, by keyboard, on a phone."""

import gzip
import re

import pytest

from tests import factories, voting
from tests.browser import harness
from tests.browser.harness import PHONE

LATE = "Rotas at 6 am Sunday"


@pytest.fixture(scope="module")
def poll(tmp_path_factory):
    """An open wave behind a real server: the people invited, and its address."""
    folder = tmp_path_factory.mktemp("answering")
    app = factories.an_app(folder / "instance", **voting.on_files(folder))
    wave = voting.open_voting(app)
    with harness.serving(app) as address:
        yield iter(wave.people), address
    factories.dispose([app])


@pytest.fixture
def person(poll):
    return next(poll[0])


@pytest.fixture
def plain(browser, poll):
    """A respondent whose browser runs no script."""
    with harness.visiting(browser, poll[1], script=False) as visitor:
        visitor.size(PHONE)
        yield visitor


def press(page, name):
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name=name, exact=True).click()


def type_code(page, address, code):
    page.goto(f"{address}/v/")
    page.get_by_label("Your code").fill(code)
    press(page, "Start now")


def test_the_whole_way_without_script_one_question_a_page(plain, poll, person):
    page = plain.page
    type_code(page, poll[1], f" {person.code[:4]} {person.code[4:8]}-{person.code[8:]} ".lower())
    press(page, "One question at a time")
    for answer in ("Agree", "Disagree", "Prefer not to say"):
        page.get_by_label(answer, exact=True).check()
        press(page, "Continue")
    page.get_by_role("textbox").fill(LATE)
    press(page, "Continue")
    assert page.title() == "Error: Question 4 of 4 – Candour"
    assert page.locator(":focus").inner_text().startswith("There is a problem")
    assert page.get_by_role("textbox").input_value() == LATE
    page.get_by_label("Themes only").check()
    press(page, "Continue")
    assert page.get_by_text("There is a time here (“6 am Sunday”)").is_visible()
    press(page, "Change question 1")
    assert page.get_by_label("Agree", exact=True).is_checked()
    press(page, "Clear my answer")
    assert page.locator("input[type=radio]:checked").count() == 0
    press(page, "Continue")
    press(page, "Send my answers")
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", page.inner_text("main"))
    assert plain.context.cookies() == []


def test_enter_goes_on_and_never_back(plain, poll, person):
    page = plain.page
    type_code(page, poll[1], person.code)
    press(page, "One question at a time")
    page.get_by_label("Agree", exact=True).focus()
    page.keyboard.press("Space")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert page.title() == "Question 2 of 4 – Candour"
    page.get_by_role("button", name="Back", exact=True).focus()
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert page.get_by_label("Agree", exact=True).is_checked()


def test_choosing_sends_nothing_and_rows_are_large_enough(plain, poll, person):
    page = plain.page
    type_code(page, poll[1], person.code)
    press(page, "Continue")
    seen = []
    page.on("request", lambda request: request.method == "POST" and seen.append(request.url))
    for row in page.get_by_label("Agree", exact=True).all():
        row.check()
    assert seen == []
    heights = page.eval_on_selector_all(
        ".govuk-radios__item", "rows => rows.map((row) => row.getBoundingClientRect().height)"
    )
    assert len(heights) == 21
    assert min(heights) >= 44


def test_every_page_and_state_is_accessible(plain, mirror, poll, person):
    page = plain.page

    def look():
        mirror.copy(page)
        mirror.no_problems(PHONE)
        mirror.no_sideways_scroll()

    plain.open("/v/")
    look()
    page.get_by_label("Your code").fill("not a code")
    press(page, "Start now")
    look()
    type_code(page, poll[1], person.code)
    look()
    press(page, "One question at a time")
    look()
    press(page, "All on one page")
    look()
    page.get_by_role("textbox").fill(LATE)
    press(page, "Send my answers")
    look()
    page.get_by_label("Board only").check()
    press(page, "Send my answers")
    look()
    press(page, "Change question 4")
    look()
    press(page, "Continue")
    press(page, "Send my answers")
    look()
    type_code(page, poll[1], person.code)
    look()
    press(page, "It was not me")
    look()


def test_the_first_view_is_small(plain, poll):
    sizes = []
    plain.page.on("response", lambda response: sizes.append(len(gzip.compress(response.body()))))
    plain.open("/v/")
    assert sum(sizes) < 15_000, sizes
