"""The diary phrase where script runs: made and read on the device, and only marks are sealed."""

import pytest
from playwright.sync_api import expect

from surveyapp.crypto import diary, receipts
from tests.browser.harness import PHONE
from tests.browser.locks import opened, record_of, served, somebody, stored

SECRETS = (bytes(16), b"\xff" * 16, bytes(range(16)))


@pytest.fixture(scope="module")
def poll(tmp_path_factory):
    """A pulse whose promises offer a diary phrase."""
    with served(tmp_path_factory.mktemp("diary"), diary=True) as poll:
        yield poll


@pytest.fixture
def one(browser, poll):
    with somebody(browser, poll) as one:
        yield one
        assert one.complaints == []


def run(page, body, given):
    return page.evaluate(
        f"""async (given) => {{
          const diary = await import("/static/client/diary.js");
          const {{ hex, unhex }} = await import("/static/client/bytes.js");
          {body}
        }}""",
        given,
    )


def test_words_and_marks_are_those_of_the_server(one):
    one.open("/v/")
    for secret in SECRETS:
        words = diary.phrase(secret)
        assert run(one.page, "return diary.phrase(unhex(given));", secret.hex()) == words
        short = " ".join(word[:4].upper() for word in words) + "\n"
        for typed in (" ".join(words), short):
            found = run(one.page, "return hex(await diary.read(given));", typed)
            assert bytes.fromhex(found) == secret == diary.read(typed)
        made = run(
            one.page,
            "return (await diary.tags(unhex(given), 'riverside', 7)).map(hex);",
            secret.hex(),
        )
        assert tuple(bytes.fromhex(one) for one in made) == diary.tags(secret, "riverside", 7)


@pytest.mark.parametrize(
    "typed",
    ["", "abandon " * 11, "abandon " * 12, "abandon " * 11 + "zebr", "qqqq " + "abandon " * 11],
)
def test_a_slip_of_the_pen_is_told_in_the_server_s_words(one, typed):
    one.open("/v/")
    found = run(one.page, "return diary.read(given).catch((error) => error.message);", typed)
    with pytest.raises(diary.PhraseError) as told:
        diary.read(typed)
    assert found == str(told.value)


def looked_over(one, mirror):
    one.page.set_viewport_size(PHONE)
    mirror.copy(one.page)
    mirror.no_problems(PHONE)
    mirror.no_sideways_scroll()


def test_words_of_last_time_are_typed_and_never_leave_the_device(one, poll, mirror):
    before, sent = stored(poll), []
    one.page.on("request", lambda asked: sent.append(asked.post_data or ""))
    person = next(poll.people)
    words = diary.phrase(SECRETS[2])
    one.begin(person)
    one.rate()
    one.press("Continue")
    one.heading("Keep a diary phrase? (optional)")
    one.page.get_by_label("Your words from last time").fill(" ".join(words[:11]))
    one.press("Go on with these words")
    expect(one.page.locator(".govuk-error-summary")).to_contain_text("You typed 11.")
    expect(one.page).to_have_title("Error: Keep a diary phrase? – Candour")
    looked_over(one, mirror)
    one.page.get_by_label("Your words from last time").fill(" ".join(words))
    one.press("Go on with these words")
    one.heading("Check your answers")
    expect(one.page.locator("main")).to_contain_text("You gave one.")
    receipt = one.send()
    said = opened(poll, record_of(poll, before))
    series, number = poll.covenant["programme"]["slug"], poll.covenant["wave"]["number"]
    assert said.tags == diary.tags(SECRETS[2], series, number)
    assert receipts.shown(said.receipt()) == receipt
    assert not [body for body in sent if words[5] in body or words[9] in body]


def test_new_words_are_shown_once_and_going_on_without_seals_no_mark(one, poll, mirror):
    before = stored(poll)
    one.begin(next(poll.people))
    one.rate()
    one.press("Continue")
    one.press("Make new words for me")
    one.heading("Write these words down")
    looked_over(one, mirror)
    made = one.page.locator("main ol li").all_inner_texts()
    assert diary.phrase(diary.read(" ".join(made))) == made
    one.press("I have written them down")
    one.heading("Check your answers")
    one.page.get_by_role("button", name="Change the diary phrase").click()
    one.press("Go on without")
    one.heading("Check your answers")
    one.send()
    assert opened(poll, record_of(poll, before)).tags == ()
