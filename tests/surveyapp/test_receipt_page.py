"""Was my answer counted? Anybody can look a receipt up, without a script and without a trace."""

import pytest

from surveyapp import clock, jobs
from tests import voting
from tests.hr_pages import page


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app, slug="harbour")


def receipt_of(client, person):
    """The receipt that the last page shows to somebody who has answered."""
    sent = voting.arrive(client, person.token).press("all").press("send.unless-hints")
    assert sent.title == "Thank you – Candour"
    return next(word for word in sent.text.split() if word.count("-") == 2 and len(word) == 17)


def opened(app, wave):
    """Close and open the wave and say so on the noticeboard, as the scheduler does."""
    voting.close(app, wave)
    with app.app_context():
        jobs.open_ballots(voting.wave_of(wave), clock.now())


def ask(client, receipt):
    return client.post("/trust/harbour/1/receipt", data={"receipt": receipt})


def test_a_counted_receipt_is_found_however_it_is_typed_and_another_is_not(
    app, wave, respondent, stranger
):
    mine = receipt_of(respondent, wave.people[0])
    assert "still locked" in page(ask(stranger, mine))
    opened(app, wave)
    link = "/trust/harbour/1/receipt"
    assert link in stranger.get("/trust/harbour/1").text
    assert "Yes, it was counted" not in page(stranger.get(link))
    for typed in (
        mine,
        mine.lower(),
        mine.replace("-", " "),
        mine.replace("-", "").replace("0", "o"),
    ):
        assert "Yes, it was counted" in page(ask(stranger, typed))
    other = mine[:-1] + ("0" if mine[-1] != "0" else "1")
    shown = page(ask(stranger, other))
    assert "not in the list" in shown
    assert "Yes, it was counted" not in shown


def test_the_receipt_of_answers_that_were_replaced_is_not_in_the_list(app, wave, respondent):
    person = wave.people[0]
    form = voting.arrive(respondent, person.token).press("all")
    first = form.press("send.unless-hints", a_speak_1="1")
    second = form.press("send.unless-hints", a_speak_1="5")
    receipts = [
        next(word for word in sent.text.split() if word.count("-") == 2 and len(word) == 17)
        for sent in (first, second)
    ]
    assert receipts[0] != receipts[1]
    opened(app, wave)
    assert "not in the list" in page(ask(respondent, receipts[0]))
    assert "Yes, it was counted" in page(ask(respondent, receipts[1]))


@pytest.mark.parametrize("typed", ["", "7KQM4", "7KQM4-T9BX2-HW3NDX", "<b>", "😀" * 15, "U" * 15])
def test_what_is_no_receipt_is_sent_back_to_the_field(wave, stranger, typed):
    answer = ask(stranger, typed)
    assert answer.status_code == 422
    assert "Type the 15 letters and numbers" in page(answer)
    assert "<b>" not in answer.text


def test_who_asks_sends_no_cookie_and_leaves_no_address(app, wave):
    seen = []
    app.wsgi_app.application = lambda environ, start: seen.append(environ) or [b""]
    telling = {"REMOTE_ADDR": "203.0.113.7", "HTTP_COOKIE": "a=b", "HTTP_USER_AGENT": "Some"}
    list(app.wsgi_app({"PATH_INFO": "/trust/harbour/1/receipt", **telling}, None))
    assert not {"203.0.113.7", "a=b", "Some"}.intersection(seen[0].values())


def test_a_receipt_that_was_typed_is_kept_nowhere(app, wave, respondent, stranger, caplog):
    mine = receipt_of(respondent, wave.people[0])
    opened(app, wave)
    answer = ask(stranger, mine)
    assert "Set-Cookie" not in answer.headers
    assert mine not in caplog.text
