"""A respondent without script: every page, every state, and nothing left behind."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import session
from sqlalchemy import update

from surveyapp.extensions import box_session, db, who_session
from surveyapp.formatting import day
from surveyapp.models.participation import Invitation
from surveyapp.models.people import Person
from surveyapp.respond import pulse as pulses
from surveyapp.services import ballotbox, noticeboard, registrar
from tests import factories, voting
from tests.voting import Form, arrive


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def ballots(app, wave):
    with app.app_context():
        return ballotbox.count(wave.wave_id)


def collected(app):
    with app.app_context():
        return who_session().query(Invitation).filter_by(collected=True).count()


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
    assert (ballots(app, wave), collected(app)) == (1, 1)


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
    assert ballots(app, wave) == 1


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
    assert (ballots(app, wave), collected(app)) == (0, 0)


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
    assert ballots(app, wave) == 0
    assert page.press("send").title == "Thank you – Candour"
    assert ballots(app, wave) == 1


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
    assert (ballots(app, wave), collected(app)) == (1, 1)


def test_back_in_the_browser_and_sent_again_the_newer_answers_stay(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    page.press("send.unless-hints", a_speak_1="4")
    assert page.press("send.unless-hints", a_speak_1="1").title == "Thank you – Candour"
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        rows = voting.opened(wave, "responses")
        assert rows["speak_1"].to_list() == [1]


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
    assert (ballots(app, wave), collected(app)) == (0, 1)
    assert page.press("send.unless-hints", a_speak_1="4").title == "Thank you – Candour"
    assert (ballots(app, wave), collected(app)) == (1, 1)


def test_a_used_invitation_says_so_and_can_be_reported(app, wave, respondent):
    person = wave.people[0]
    early = arrive(respondent, person.token).press("all")
    arrive(respondent, person.token).press("all").press("send.unless-hints")
    for page in (arrive(respondent, person.code), early.press("send.unless-hints", a_speak_1="1")):
        assert page.response.status_code == 409
        assert page.page.h1.text == "This invitation has been used"
    assert ballots(app, wave) == 1
    assert page.press("report").page.h1.text == "Thank you for telling us"
    with app.app_context():
        assert registrar.reports(wave.wave_id) == 1
    voting.close(app, wave)
    with app.app_context():
        (closed,) = [one for one in noticeboard.about(wave.wave_id) if one.type == "CLOSED"]
        assert closed.body["reported"] == 1


def test_a_group_that_is_too_small_counts_above(wave, respondent):
    page = arrive(respondent, wave.of("Riverside/Kitchen")[0].token)
    assert "Kitchen is too small to show alone. Its answers count in Riverside" in page.text
    assert "Tell Mo Bell, 01632 960 001." in page.text


def test_a_group_that_is_large_enough_is_never_called_too_small(app, wave, respondent, monkeypatch):
    built = pulses._build

    def with_a_large_kitchen(found):
        pulse = built(found)
        kitchen = replace(pulse.group("Riverside/Kitchen"), people=pulse.headcount)
        return replace(pulse, groups={**pulse.groups, kitchen.key: kitchen})

    monkeypatch.setattr(pulses, "_build", with_a_large_kitchen)
    page = arrive(respondent, wave.of("Riverside/Kitchen")[0].token)
    assert "Kitchen cannot be shown alone. Its answers count in Riverside" in page.text
    assert "too small" not in page.text


def test_who_is_moved_after_the_promises_is_told_the_group_they_are_counted_in(
    app, wave, respondent
):
    moved = wave.of("Riverside/Kitchen")[0]
    with app.app_context():
        who_session().execute(
            update(Person).where(Person.email == moved.email).values(unit_key="Riverside/Days")
        )
        factories.committed()
    page = arrive(respondent, moved.token)
    assert "You are counted in Riverside , with 31 people" in page.text
    assert "Days" not in page.text


@pytest.mark.parametrize("typed", ["", "nonsense", "0" * 12, "0" * 26, "😀" * 30, "x" * 9000])
def test_an_unknown_code_may_be_tried_again(wave, respondent, typed):
    page = arrive(respondent, typed)
    assert page.response.status_code == 422
    assert page.title == "Error: How is work? – Candour"
    assert page.page.select_one("#code")


def test_a_token_cut_short_is_told_of_the_typed_code(wave, respondent):
    page = arrive(respondent, wave.people[0].token[:-4])
    assert page.response.status_code == 422
    assert "Some mail programs cut long links short." in page.text


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}"])
def test_codes_are_read_forgivingly(wave, respondent, typed):
    code = wave.people[0].code
    with_spaces = " ".join(code[at : at + 4] for at in (0, 4, 8)).lower()
    link = f"http://localhost/v/#{wave.people[0].token}.abc.def"
    page = arrive(respondent, typed.format(code, with_spaces, link))
    assert page.page.h1.text == "Your group"


def test_wrong_codes_are_capped_and_links_still_work(wave, respondent, monkeypatch):
    from surveyapp.respond import attempts

    for number in range(attempts.MOST_WRONG):
        assert arrive(respondent, f"{number:012}").response.status_code == 422
    page = arrive(respondent, wave.people[0].code)
    assert page.response.status_code == 429
    assert "Wait a minute" in page.text
    assert arrive(respondent, wave.people[0].token).page.h1.text == "Your group"
    monkeypatch.setattr(attempts.time, "monotonic", lambda: 1e12)
    assert arrive(respondent, wave.people[0].code).page.h1.text == "Your group"


def test_before_opening_the_date_is_shown(app, respondent):
    wave = voting.open_voting(app, state="committed")
    page = arrive(respondent, wave.people[0].token)
    assert page.response.status_code == 409
    assert page.page.h1.text == "Not open yet"


def test_after_closing_the_date_of_the_results_is_shown(app, wave, respondent):
    page = arrive(respondent, wave.people[0].token).press("all")
    voting.close(app, wave)
    late = page.press("send.unless-hints", a_speak_1="4")
    assert late.page.h1.text == "This pulse is closed"
    assert "Everyone invited gets the results on" in late.text
    with app.app_context():
        assert f"It closed on {day(voting.wave_of(wave).closed_on)}." in late.text
    assert (ballots(app, wave), collected(app)) == (0, 0)


def test_the_closing_date_holds_when_the_scheduler_is_late(app, wave, respondent, monkeypatch):
    from surveyapp import clock

    with app.app_context():
        after = voting.wave_of(wave).closes_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    assert "4 questions" not in Form(respondent, respondent.get("/v/")).text
    assert arrive(respondent, wave.people[0].token).page.h1.text == "This pulse is closed"


def test_nobody_gets_past_the_promises_of_their_wave(app, wave, respondent):
    data = {"code": wave.people[0].token, "go": "start"}
    page = Form(respondent, respondent.post("/v/", data=data))
    assert page.page.h1.text == "How is work?"
    for go in ("all", "next", "send", "change.2", "nonsense", ""):
        page = Form(respondent, respondent.post("/v/", data=data | {"go": go, "seen": "00"}))
        assert page.page.h1.text == "How is work?"
    assert page.press("start").page.h1.text == "Your group"
    assert (ballots(app, wave), collected(app)) == (0, 0)


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
    assert ballots(app, wave) == 0


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
    assert (ballots(app, wave), collected(app)) == (1, 1)


def test_the_one_script_is_bound_by_its_hash_and_nothing_is_inline(wave, respondent):
    page = Form(respondent, respondent.get("/v/")).page
    (script,) = page.select("script")
    assert script["integrity"].startswith("sha384-")
    assert script["src"].startswith("/static/")
    assert not script.text
    assert not page.select("[style], [onclick]")


def test_with_two_open_waves_the_door_waits_for_the_code(app, wave, respondent):
    other = voting.open_voting(app, slug="hillside", organisation="Hillside")
    door = Form(respondent, respondent.get("/v/"))
    assert "Closes" not in door.text
    page = door.press("open", code=other.people[0].code)
    assert "Hillside" in page.page.header.text
    assert "Closes" in page.text
    assert page.press("start").page.h1.text == "Your group"


def test_without_any_wave_there_is_a_door_all_the_same(app, respondent):
    assert Form(respondent, respondent.get("/v/")).page.h1.text == "How is work?"


def test_a_key_that_was_not_promised_stops_everybody(app, wave, respondent):
    from surveyapp import keys
    from surveyapp.crypto import blind
    from surveyapp.respond.pulse import KeysDiffer
    from surveyapp.services import terms

    with app.app_context():
        personal = blind.generate(2048).public
        classes = dict(terms.of(wave.wave_id).classes)
        terms.publish_classes(wave.wave_id, classes | {"Riverside": personal})
        assert keys.directory("public", wave.wave_id).exists()
    with pytest.raises(KeysDiffer):
        respondent.get("/v/")


def test_the_registrar_s_own_door_serves_the_same(make_app, tmp_path):
    from surveyapp import create_app

    app = make_app(**voting.on_files(tmp_path))
    wave = voting.open_voting(app)
    door = create_app(
        {"TESTING": True, "SECRET_KEY": "a secret that only tests know", **voting.SETTINGS},
        role="registrar",
        instance_path=app.instance_path,
    )
    client = door.test_client()
    with door.test_request_context("/trust"), pytest.raises(RuntimeError, match="no session"):
        session["anything"] = "kept"
    page = arrive(client, wave.people[0].token).press("all")
    assert page.press("send.unless-hints").title == "Thank you – Candour"
    assert client.get("/sign-in").status_code == 404
    assert ballots(app, wave) == 1
    with app.app_context():
        assert db.session is not box_session()


@pytest.mark.parametrize("path", ["/v/", "//v/", "///v/", "/v/elsewhere"])
def test_nothing_that_tells_who_asked_reaches_the_pages(app, path):
    seen = []
    app.wsgi_app.application = lambda environ, start: seen.append(environ) or [b""]
    telling = {"REMOTE_ADDR": "203.0.113.7", "HTTP_COOKIE": "a=b", "HTTP_USER_AGENT": "Some"}
    list(app.wsgi_app({"PATH_INFO": path, **telling}, None))
    assert not {"203.0.113.7", "a=b", "Some"}.intersection(seen[0].values())
