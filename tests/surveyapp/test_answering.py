"""A respondent without script: every page, every state, and nothing left behind."""

import base64
import hashlib
import json
import re

import pytest
from sqlalchemy import select

from surveyapp.crypto import ballot
from surveyapp.extensions import box_session
from surveyapp.models.ballots import Ballot
from surveyapp.services import ballotbox
from tests import voting
from tests.voting import Form, arrive


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def test_the_whole_way_on_one_page(app, wave, respondent):
    person = wave.of("Riverside/Days")[0]
    landing = Form(respondent, respondent.get("/v/"))
    assert "4 questions. About 2 minutes. Closes" in landing.text
    assert "You are trusting whoever runs it." in landing.text
    assert "Groups with fewer than 10 answers are never shown." in landing.text
    group = arrive(respondent, person.code)
    assert group.page.h1.text == "Your group"
    assert "with 14 people" in group.text
    page = group.press("all")
    assert page.page.h1.text == "All questions"
    assert not page.page.select("input[checked]")
    thanks = page.press("send.unless-hints", a_speak_1="4", a_work_1="-1")
    assert thanks.title == "Thank you – Candour"
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", thanks.text)
    assert thanks.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (voting.ballots(app, wave), voting.collected(app)) == (1, 1)


def test_what_was_answered_is_what_is_opened(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    page.press(
        "send.unless-hints",
        a_speak_1="4",
        a_work_1="-1",
        t_barriers="Rotas come too late.\r\nEvery month.",
        u_barriers="board",
    )
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        rows, said = (voting.opened(wave, kind) for kind in ("responses", "comments"))
        assert rows.rows(named=True) == [
            {"unit": "Riverside/Days", "speak_1": 4, "speak_2": None, "work_1": -1}
        ]
        assert said.rows() == [
            ("barriers", "Rotas come too late.\nEvery month.", "board", "Riverside/Days")
        ]


def test_one_question_a_page_back_and_clear_keep_the_rest(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("one")
    assert page.title == "Question 1 of 4 – Candour"
    assert "raise a worry" in page.page.h1.text
    assert "raise a worry" not in page.title
    page = page.press("next", a_speak_1="5").press("next", a_speak_2="2")
    assert page.title == "Question 3 of 4 – Candour"
    page = page.press("back")
    assert page.page.select_one("input[checked]")["value"] == "2"
    page = page.press("back")
    assert page.page.select_one("input[checked]")["value"] == "5"
    page = page.press("clear.speak_1")
    assert page.title == "Question 1 of 4 – Candour"
    assert not page.page.select("input[checked]")
    page = page.press("next").press("next")
    assert page.fields()["a.speak_2"] == "2"
    assert "a.speak_1" not in page.fields()
    page = page.press("next", a_work_1="-1").press(
        "next", t_barriers="Late rotas", u_barriers="themes"
    )
    assert page.page.h1.text == "Check your answers"
    assert "No answer" in page.text
    assert "Prefer not to say" in page.text
    assert "Late rotas" in page.text
    assert page.press("send").title == "Thank you – Candour"
    assert voting.ballots(app, wave) == 1


def test_change_returns_to_the_check(wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all").press("check", a_speak_1="1")
    page = page.press("change.1")
    assert page.title == "Question 1 of 4 – Candour"
    page = page.press("next", a_speak_1="5")
    assert page.page.h1.text == "Check your answers"
    assert page.fields()["a.speak_1"] == "5"
    again = page.press("change.4").press("back")
    assert again.page.h1.text == "Check your answers"


def test_from_one_page_to_the_other_nothing_is_lost(wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("one").press("next", a_speak_1="3")
    page = page.press("all", a_speak_2="1")
    chosen = {one["name"]: one["value"] for one in page.page.select("input[checked]")}
    assert chosen == {"a.speak_1": "3", "a.speak_2": "1"}
    page = page.press("clear.speak_2", t_barriers="kept", u_barriers="board")
    chosen = {one["name"]: one["value"] for one in page.page.select("input[checked]")}
    assert chosen == {"a.speak_1": "3", "u.barriers": "board"}
    assert page.fields()["t.barriers"] == "kept"


def test_every_rating_ends_with_prefer_not_to_say_after_or(wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all").page
    groups = page.select("fieldset:has(input[name^='a.'])")
    assert len(groups) == 3
    for group in groups:
        rows = group.select(".govuk-radios > div")
        assert rows[-2].text.strip() == "or"
        assert rows[-1].text.strip() == "Prefer not to say"
    assert all(one["autocomplete"] == "off" for one in page.select("form, input[type=radio]"))


def test_a_comment_needs_a_choice_of_use(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    page = page.press("send.unless-hints", a_speak_1="2", t_barriers="Rotas come late")
    assert page.response.status_code == 422
    assert page.title == "Error: All questions – Candour"
    summary = page.page.select_one(".govuk-error-summary")
    assert "Choose how we may use what you wrote." in summary.text
    assert page.page.select_one(summary.a["href"])["type"] == "radio"
    assert page.fields()["t.barriers"] == "Rotas come late"
    assert page.fields()["a.speak_1"] == "2"
    assert (voting.ballots(app, wave), voting.collected(app)) == (0, 0)


@pytest.mark.parametrize(
    ("support", "turn_to"),
    [
        (
            "Your union: 01632 960 002",
            "Who can help? Samaritans, free, day and night: 116 123. Your union: 01632 960 002",
        ),
        (
            "Samaritans: 116 123. Your union, 4200",
            "Who can help? Samaritans: 116 123. Your union, 4200",
        ),
        ("", "Who can help? Samaritans, free, day and night: 116 123."),
    ],
    ids=["one named", "Samaritans named", "none named"],
)
@pytest.mark.parametrize("way", ["all", "one"])
def test_before_anything_is_written_the_page_says_where_to_turn_with_harm(
    app, respondent, support, turn_to, way
):
    poll = voting.open_voting(app, support=support)
    page = arrive(respondent, poll.people[0].token).press(way)
    while not (box := page.page.select("textarea")):
        page = page.press("next")
    (said,) = page.page.select("#h-4")
    words = " ".join(said.get_text().split())
    assert "h-4" in box[0]["aria-describedby"].split()
    assert words.endswith(turn_to)
    assert "Nobody is shown a comment while the pulse is open." in words
    assert "No reviewer, no board and no manager reads “Themes only”." in words
    assert "Is a child or an adult at risk today?" in words
    assert not said.find_parent("details")


def test_a_long_comment_says_by_how_much_and_is_kept(wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("one")
    for _ in range(3):
        page = page.press("next")
    page = page.press("next", t_barriers="x" * 403, u_barriers="board")
    assert page.response.status_code == 422
    assert "Your comment is 3 characters too long. It can have 400." in page.text
    assert page.fields()["t.barriers"] == "x" * 403


def test_hints_are_shown_once_before_sending_and_never_block(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    page = page.press(
        "send.unless-hints", t_barriers="I was the only nurse at 6 am Sunday", u_barriers="board"
    )
    assert page.page.h1.text == "Check your answers"
    assert "There is a time here (“6 am Sunday”). Could only you have written it?" in page.text
    assert voting.ballots(app, wave) == 0
    assert page.press("send").title == "Thank you – Candour"
    assert voting.ballots(app, wave) == 1


def test_markup_in_a_comment_stays_text(wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    nasty = "</textarea><script>alert(1)</script>"
    page = page.press("check", t_barriers=nasty, u_barriers="board")
    assert nasty in page.page.dd.find_parent("dl").text
    assert not page.page.select("script")
    assert page.fields()["t.barriers"] == nasty


def test_the_same_form_sent_twice_is_one_ballot_with_one_receipt(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    first = page.press("send.unless-hints", a_speak_1="4")
    second = page.press("send.unless-hints", a_speak_1="4")
    assert first.page.select_one(".c-code").text == second.page.select_one(".c-code").text
    assert (voting.ballots(app, wave), voting.collected(app)) == (1, 1)


def test_back_in_the_browser_and_sent_again_the_newer_answers_stay(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    page.press("send.unless-hints", a_speak_1="4")
    assert page.press("send.unless-hints", a_speak_1="1").title == "Thank you – Candour"
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        rows = voting.opened(wave, "responses")
        assert rows["speak_1"].to_list() == [1]


def test_answers_sent_again_are_counted_one_by_one_as_a_browser_does(app, wave, respondent):
    """Otherwise a record in the box would tell who answered under the weaker promise."""
    page = arrive(respondent, wave.people[0].token).press("all")
    for times in range(1, 5):
        page.press("send.unless-hints", a_speak_1=str(times))
        with app.app_context():
            record = box_session().scalars(select(Ballot.record)).one()
            assert ballot.Record.from_bytes(record).counter == times


def test_a_crash_between_the_two_stores_leaves_the_person_able_to_send_again(
    app, wave, respondent, monkeypatch
):
    page = arrive(respondent, wave.people[0].token).press("all")

    def crash(_record):
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(ballotbox, "cast", crash)
        with pytest.raises(RuntimeError):
            page.press("send.unless-hints", a_speak_1="4")
    assert (voting.ballots(app, wave), voting.collected(app)) == (0, 1)
    assert page.press("send.unless-hints", a_speak_1="4").title == "Thank you – Candour"
    assert (voting.ballots(app, wave), voting.collected(app)) == (1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"a.speak_1": "6"},
        {"a.speak_1": "٣"},
        {"a.speak_1": "1e1"},
        {"a.speak_1": "-2"},
        {"a.speak_1": "9" * 400},
    ],
)
def test_an_answer_that_was_not_offered_is_not_taken(app, wave, respondent, changed):
    page = arrive(respondent, wave.people[0].token).press("all")
    data = page.fields() | changed | {"go": "send"}
    page = Form(respondent, respondent.post("/v/", data=data))
    assert page.response.status_code == 422
    assert "Choose one of the answers shown" in page.text
    assert voting.ballots(app, wave) == 0


@pytest.mark.parametrize("at", ["99", "-1", "x", "٣", "9" * 5000])
def test_a_bent_page_number_is_some_page(wave, respondent, at):
    page = arrive(respondent, wave.people[0].token).press("one")
    data = page.fields() | {"go": "next", "at": at}
    assert respondent.post("/v/", data=data).status_code == 200


def test_pages_kept_for_everybody_hold_nothing_of_the_first(wave, respondent):
    first, second = wave.of("Riverside/Days")[:2]
    early = arrive(respondent, first.token)
    one = early.press("all")
    told = one.press("send.unless-hints", a_speak_1="4", t_barriers="quokka", u_barriers="board")
    receipt = told.page.select_one(".c-code").text
    private = (first.token, early.fields()["seed"], receipt, "quokka", "checked")
    group = arrive(respondent, second.token)
    form = group.press("all")
    thanks = form.press("send.unless-hints")
    for page in (group, form, thanks):
        assert not any(mark in page.response.text for mark in private)
        assert "mark" not in {value[:4] for value in page.fields().values()}
    assert form.fields()["code"] == second.token
    assert form.fields()["seed"] == group.fields()["seed"] != early.fields()["seed"]


def test_get_uses_nothing_up_and_no_page_sets_a_cookie_or_has_a_token_in_its_address(
    app, wave, respondent
):
    person = wave.people[0]
    seen = [respondent.get("/v/"), respondent.get(f"/v/?{person.token}")]
    page = arrive(respondent, person.token)
    seen.append(page.response)
    page = page.press("all")
    seen.append(page.response)
    page = page.press("check", a_speak_1="4")
    seen.append(page.response)
    seen.append(page.press("send").response)
    seen.append(arrive(respondent, person.token).response)
    seen.append(arrive(respondent, "nonsense").response)
    for response in seen:
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert "Location" not in response.headers
        assert response.headers["Referrer-Policy"] == "no-referrer"
    assert (voting.ballots(app, wave), voting.collected(app)) == (1, 1)


def test_every_script_is_bound_by_the_promised_hash_and_nothing_is_inline(app, wave, respondent):
    page = Form(respondent, respondent.get("/v/")).page
    with app.app_context():
        promised = json.loads(voting.wave_of(wave).covenant)["client"]
    found = {}
    for script in page.select("script"):
        with respondent.get(script["src"]) as answer:
            digest = hashlib.sha256(answer.data).digest()
        assert script["integrity"] == f"sha256-{base64.b64encode(digest).decode()}"
        assert not script.text
        found[script["data-file"]] = digest.hex()
    assert found == promised
    assert "client/main.js" in found
    assert not page.select("[style], [onclick]")
