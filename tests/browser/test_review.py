"""The reviewers' desk in a real browser: read by keys, by Tab alone, without script, on a phone."""

import pytest

from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.services import review_finding, review_sheets
from tests import desk, factories
from tests.browser import harness

START = "/review/riverside"
DESK = f"{START}/1"
LONG = "Nobody asks us. " * 20 + "Averyverylongwordthatdoesnotbreakanywhere" * 3


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A served application whose desk has 240 comments, a part of them in the sample."""
    folder = tmp_path_factory.mktemp("desk")
    stores = ("office", "who", "box", "answers")
    app = factories.an_app(
        folder / "instance",
        DATABASES={store: f"sqlite:///{folder / store}.sqlite" for store in stores},
        WTF_CSRF_ENABLED=True,
    )
    with app.app_context():
        said = [*desk.plain(238), desk.Said(desk.HARM, use="board"), desk.Said(LONG)]
        wave_id = desk.a_pulse(said)
    desk.lay_out(app)
    with harness.serving(app) as address:
        yield app, address, wave_id
    factories.dispose([app])


@pytest.fixture
def reviewer(house, browser):
    """Somebody of the board with a fresh browser, at the desk."""
    app, address, _ = house
    with harness.visiting(browser, address) as visitor:
        visitor.context.add_cookies([harness.cookie_of(app, address, "board")])
        yield visitor


def place_of(house, want):
    app, _, wave_id = house
    with app.app_context():
        found = [entry for entry in review_sheets.entries(wave_id) if not entry.flags]
        return next(entry.place for entry in found if want(entry))


def decided(house, place):
    app, _, wave_id = house
    with app.app_context():
        return review_sheets.readings(wave_id).get(place, [])


def mark_words(page, words):
    """Mark words of the comment as a mouse would."""
    page.evaluate(
        """(words) => {
          const text = document.getElementById("comment").firstChild;
          const at = text.data.indexOf(words);
          getSelection().setBaseAndExtent(text, at, text, at + words.length);
        }""",
        words,
    )


def masked_by_another(house):
    """A comment that this member let pass and another masked a word of; its place."""
    app, _, wave_id = house
    with app.app_context():
        member = db.session.query(Account).filter_by(email="board@example.org").one()
        texts = {entry.place: entry.text for entry in review_sheets.entries(wave_id)}
        place = max(place for place, text in texts.items() if "number" in text)
        mine = review_sheets.mark_of(wave_id, member.id)
        review_sheets.keep(wave_id, review_sheets.Reading(place, mine))
        review_sheets.keep(wave_id, review_sheets.Reading(place, "a" * 32, masks=("number",)))
        factories.committed()
    return place


def test_every_state_of_the_desk_passes(house, mirror):
    app, address, _ = house
    mirror.sign_in(app, address, "board")
    shown = place_of(house, lambda entry: not entry.blind and entry.codes)
    long = place_of(house, lambda entry: entry.text.startswith("Nobody asks"))
    masks = f"{DESK}/{masked_by_another(house)}/masks"
    mirror.all_pass(address, START, *(f"{DESK}/{place}" for place in (1, shown, long)), masks)


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A served application with two pulses at the desk; the first has subjects, and is all read."""
    folder = tmp_path_factory.mktemp("subjects")
    stores = ("office", "who", "box", "answers")
    app = factories.an_app(
        folder / "instance",
        DATABASES={store: f"sqlite:///{folder / store}.sqlite" for store in stores},
        WTF_CSRF_ENABLED=True,
    )
    with app.app_context():
        first = desk.a_pulse([*desk.plain(30), *(desk.Said(f"{LONG} {n}") for n in range(6))])
        desk.a_pulse(desk.plain(20), programme=desk.wave(first).programme)
    with pytest.MonkeyPatch.context() as patch:
        found = [
            review_sheets.Subject(
                1, ("parking", "far away"), ((desk.QUESTION, 10, 9),), ("2", "30")
            ),
            review_sheets.Subject(2, ("team", LONG[-40:]), ((desk.QUESTION, 8, 0),), ()),
        ]
        patch.setattr(review_finding, "subjects_of", lambda *_given: found)
        desk.lay_out(app)
    with app.app_context():
        for entry in review_sheets.entries(first):
            for reader in ("a" * 32, "b" * 32):
                said = review_sheets.Reading(entry.place, reader, codes=(), seen="blind")
                review_sheets.keep(first, said)
        naming = review_sheets.Naming(1, "a" * 32, "name", "Parking")
        review_sheets.keep_naming(first, naming)
        other = review_sheets.Naming(2, "a" * 32, "name", "The canteen")
        review_sheets.keep_naming(first, other)
        factories.committed()
    with harness.serving(app) as address:
        yield app, address
    factories.dispose([app])


def test_new_subjects_and_a_choice_of_pulses_pass_in_every_state(named, mirror):
    app, address = named
    mirror.sign_in(app, address, "board")
    pages = ("", "/1", "/2", "/1/subjects", "/1/subjects/1", "/1/subjects/2", "/2/subjects")
    mirror.all_pass(address, *(f"{START}{page}" for page in pages))


def test_a_subject_is_named_and_agreed_on_by_the_keyboard_alone(named, browser, mirror):
    app, address = named
    with harness.visiting(browser, address) as visitor:
        visitor.context.add_cookies([harness.cookie_of(app, address, "board")])
        page = visitor.open(f"{START}/1/subjects/1")
        assert page.get_by_role("button", name="Agree").count() == 0
        page.focus("#act")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Cars")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/subjects?saved=1" in url)
        page.get_by_role("link", name="See what they say").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Agree").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/subjects?saved=1" in url)
        assert "Two of you say: name it “Parking”." in page.inner_text("main")
        page = visitor.open(f"{START}/1/subjects/2")
        page.focus("#act")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Ring 07700 900123")
        page.keyboard.press("Enter")
        page.wait_for_selector(".govuk-error-summary")
        page.get_by_role("link", name="Leave people’s names").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("The team")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/subjects?saved=2" in url)
    mirror.sign_in(app, address, "board")
    mirror.all_pass(address, f"{START}/1/subjects", f"{START}/1/subjects/2")


def test_a_comment_of_the_sample_is_coded_and_cleared_by_keys_alone(house, reviewer, mirror):
    page = reviewer.open(f"{DESK}/next")
    place = int(page.url.rpartition("/")[2])
    assert page.inner_text("#comment") == desk.HARM
    mark_words(page, "harassed a colleague")
    page.keyboard.press("l")
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.press("4")
    mark_words(page, "a colleague")
    page.keyboard.press("k")
    page.keyboard.press("u")
    mirror.copy(page)
    mirror.passes()
    page.keyboard.press("a")
    page.wait_for_url("**saved=*")
    assert page.inner_text("[role=status]").startswith("Saved.")
    (reading,) = decided(house, place)
    assert [(code.theme, code.direction) for code in reading.codes] == [
        ("leadership_mgmt", "negative"),
        ("trust_action", "mixed"),
    ]
    first = reading.codes[0]
    assert desk.HARM[first.start : first.end] == "harassed a colleague"
    assert (reading.masks, reading.escalate, reading.reason) == (("a colleague",), True, "")


def test_withholding_by_keys_goes_on_to_the_reason(house, reviewer):
    place = place_of(house, lambda entry: entry.blind == 2)
    page = reviewer.open(f"{DESK}/{place}")
    page.keyboard.press("n")
    page.keyboard.press("x")
    assert page.evaluate("document.activeElement.id") == "reason"
    page.keyboard.type("It insults")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=*")
    (reading,) = decided(house, place)
    assert (reading.reason, reading.codes) == ("abuse", ())


def test_one_outside_the_sample_takes_one_key(house, reviewer):
    place = place_of(house, lambda entry: not entry.blind and entry.codes)
    page = reviewer.open(f"{DESK}/{place}")
    page.keyboard.press("a")
    page.wait_for_url("**saved=*")
    (reading,) = decided(house, place)
    assert (reading.reason, reading.codes) == ("", None)


def test_the_key_that_clears_asks_about_a_reason_that_was_chosen(house, reviewer):
    place = place_of(house, lambda entry: not entry.blind and not entry.codes)
    before = decided(house, place)
    page = reviewer.open(f"{DESK}/{place}")
    page.select_option("#reason", "author")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.wait_for_selector(".govuk-error-summary")
    assert "said that it may be quoted. Take one" in page.inner_text(".govuk-error-summary")
    assert page.input_value("#reason") == "author"
    assert decided(house, place) == before


def test_leaving_one_for_later_by_a_key(house, reviewer):
    page = reviewer.open(f"{DESK}/next")
    before = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != before and "after" not in url)
    assert "/review/riverside/" in page.url


def test_keys_do_nothing_while_somebody_types_or_with_them_switched_off(house, reviewer):
    place = place_of(house, lambda entry: not entry.blind and not entry.codes)
    page = reviewer.open(f"{DESK}/{place}")
    page.fill("#masks", "")
    page.focus("#masks")
    page.keyboard.type("parking nun")
    assert page.input_value("#masks") == "parking nun"
    assert not page.is_checked("#escalate")
    page.focus("#reason")
    page.keyboard.type("it could")
    assert not page.is_checked("#escalate")
    page.get_by_role("button", name="Single keys are on").click()
    page.keyboard.press("u")
    page.keyboard.press("a")
    assert not page.is_checked("#escalate")
    page.reload()
    assert page.get_by_role("button", name="Single keys are off").is_visible()
    page.keyboard.press("u")
    assert not page.is_checked("#escalate")
    page.get_by_role("button", name="Single keys are off").click()
    page.keyboard.press("u")
    assert page.is_checked("#escalate")
    page.keyboard.press("Control+u")
    assert page.is_checked("#escalate")


def test_every_control_is_reached_by_tab_and_seen(house, mirror):
    app, address, _ = house
    mirror.sign_in(app, address, "board")
    mirror.open(f"{address}{DESK}/{place_of(house, lambda entry: entry.blind == 1)}")
    names = mirror.tab_stops()
    assert "Save and go on" in names
    assert "Leave it for later" in names
    assert names.index("What it is about") < names.index("Save and go on")


def test_without_script_everything_can_be_said(house, browser):
    app, address, _ = house
    place = place_of(house, lambda entry: entry.blind == 1)
    with harness.visiting(browser, address, script=False) as visitor:
        visitor.context.add_cookies([harness.cookie_of(app, address, "board")])
        visitor.size(harness.PHONE)
        page = visitor.open(f"{DESK}/{place}")
        assert page.locator("[data-keys]").is_hidden()
        page.select_option("#rows-0-theme", "workload")
        page.select_option("#rows-0-direction", "negative")
        page.fill("#rows-0-words", "number")
        page.get_by_role("button", name="More codes").click()
        assert page.input_value("#rows-0-words") == "number"
        page.select_option("#rows-2-theme", "other")
        page.select_option("#rows-2-direction", "suggestion")
        page.get_by_label("It may be quoted").check()
        page.get_by_role("button", name="Save and go on").click()
        assert "Saved." in page.inner_text("main")
    (reading,) = decided(house, place)
    assert [code.theme for code in reading.codes] == ["workload", "other"]


def test_on_paper_the_comment_and_the_codes_stand_without_buttons(house, reviewer):
    page = reviewer.open(f"{DESK}/next")
    page.emulate_media(media="print")
    assert page.locator("#comment").is_visible()
    assert page.get_by_role("button", name="Save and go on").is_hidden()
