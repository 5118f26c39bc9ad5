"""A respondent at the door: codes, links, dates, groups, and pulses that are not open."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import session
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from surveyapp import create_app
from surveyapp.extensions import box_session, db, who_session
from surveyapp.formatting import day
from surveyapp.models.people import Person
from surveyapp.models.surveys import Programme
from surveyapp.respond import pulse as pulses
from surveyapp.services import noticeboard, registrar
from tests import factories, voting
from tests.voting import Form, arrive


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def test_a_used_invitation_says_so_and_can_be_reported(app, wave, respondent):
    person = wave.people[0]
    early = arrive(respondent, person.token).press("all")
    arrive(respondent, person.token).press("all").press("send.unless-hints")
    for page in (arrive(respondent, person.code), early.press("send.unless-hints", a_speak_1="1")):
        assert page.response.status_code == 409
        assert page.page.h1.text == "This invitation has been used"
    assert voting.ballots(app, wave) == 1
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

    def with_a_large_kitchen(*found):
        pulse = built(*found)
        kitchen = replace(pulse.group("Riverside/Kitchen"), people=pulse.headcount)
        return replace(pulse, groups={**pulse.groups, kitchen.key: kitchen})

    monkeypatch.setattr(pulses, "_build", with_a_large_kitchen)
    page = arrive(respondent, wave.of("Riverside/Kitchen")[0].token)
    assert "Kitchen cannot be shown alone. Its answers count in Riverside" in page.text
    assert "too small" not in page.text


def test_who_is_moved_after_the_promises_is_told_the_group_of_the_list_that_was_fixed(
    app, wave, respondent
):
    moved = wave.of("Riverside/Kitchen")[0]
    with app.app_context():
        who_session().execute(
            update(Person).where(Person.email == moved.email).values(unit_key="Riverside/Days")
        )
        factories.committed()
    page = arrive(respondent, moved.token)
    assert "Kitchen" in page.text
    assert "Days" not in page.text


@pytest.mark.parametrize("typed", ["", "nonsense", "0" * 12, "0" * 26, "😀" * 30, "x" * 9000])
def test_an_unknown_code_may_be_tried_again(wave, respondent, typed):
    page = arrive(respondent, typed)
    assert page.response.status_code == 422
    assert page.title == "Error: How is work? – Candour"
    assert page.page.select_one("#code")


def test_a_wrong_code_leaves_the_promises_the_date_and_whom_to_ask(wave, respondent):
    first, again = Form(respondent, respondent.get("/v/")), arrive(respondent, "nonsense")
    for words in ("Closes ", "Can anyone tell it’s me?", "Help: ", "Start now"):
        assert words in first.text
        assert words in again.text


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
    assert (voting.ballots(app, wave), voting.collected(app)) == (0, 0)


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
    assert (voting.ballots(app, wave), voting.collected(app)) == (0, 0)


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


def test_the_registrar_s_own_door_has_no_session_and_no_other_store(make_app, tmp_path):
    app = make_app(**voting.on_files(tmp_path))
    door = create_app(
        {"TESTING": True, "SECRET_KEY": "a secret that only tests know", **voting.SETTINGS},
        role="registrar",
        instance_path=app.instance_path,
    )
    with door.test_request_context("/trust"), pytest.raises(RuntimeError, match="no session"):
        session["anything"] = "kept"
    with door.app_context():
        assert set(db.engines) == {"who"}
        assert "DATABASES" not in door.config
        with pytest.raises(SQLAlchemyError):
            db.session.scalars(db.select(Programme)).all()
        with pytest.raises(KeyError):
            box_session()


@pytest.mark.parametrize("path", ["/v/", "//v/", "///v/", "/v/elsewhere"])
def test_nothing_that_tells_who_asked_reaches_the_pages(app, path):
    seen = []
    app.wsgi_app.application = lambda environ, start: seen.append(environ) or [b""]
    telling = {"REMOTE_ADDR": "203.0.113.7", "HTTP_COOKIE": "a=b", "HTTP_USER_AGENT": "Some"}
    list(app.wsgi_app({"PATH_INFO": path, **telling}, None))
    assert not {"203.0.113.7", "a=b", "Some"}.intersection(seen[0].values())
