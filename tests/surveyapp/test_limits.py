"""Limits at the respondents' doors: by the minute, in memory, never by address, and nobody who
behaves ever meets them."""

import hashlib
import json

import pytest

from surveyapp import limits
from surveyapp.box import views as box
from surveyapp.crypto import ballot, base64url, tokens
from surveyapp.limits import Limit
from surveyapp.respond import collecting
from tests import voting


@pytest.fixture
def minute(monkeypatch):
    """Lets the clock of the limits be put forward by so many seconds."""
    passed = [1_000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: passed[0])
    return lambda seconds: passed.append(passed.pop() + seconds)


@pytest.fixture
def app(make_app, monkeypatch, minute):
    monkeypatch.setattr(collecting, "SAME_CODE", Limit(120))
    monkeypatch.setattr(box, "SAME_BALLOT", Limit(120))
    monkeypatch.setattr(box, "ALL_BALLOTS", Limit(6_000))
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def collect(browser, token):
    asked = {"token": token, "blinded": base64url.encode(b"\xff" * 128)}
    return browser.post("/collect", json=asked)


def cast(browser, record):
    answer = browser.post("/cast", data=record, content_type="application/json")
    return answer.status_code, answer.get_json()


def test_one_code_asks_so_often_a_minute_and_others_are_not_kept_waiting(
    wave, respondent, minute, monkeypatch
):
    monkeypatch.setattr(collecting, "SAME_CODE", Limit(5))
    person, other = wave.people[:2]
    spellings = (person.token, f" {person.token.lower()}", f"{person.token}   ")
    said = [collect(respondent, spellings[n % 3]).status_code for n in range(7)]
    assert said == [422] * 5 + [429] * 2
    assert collect(respondent, person.token).get_json() == {"error": "busy"}
    assert collect(respondent, other.token).status_code == 422
    minute(59)
    assert collect(respondent, person.token).status_code == 429
    minute(2)
    assert collect(respondent, person.token).status_code == 422


def test_ballots_without_a_right_credential_use_up_nobody_s_turn(
    app, wave, respondent, monkeypatch
):
    monkeypatch.setattr(box, "ALL_BALLOTS", Limit(3))
    with app.app_context():
        good = [voting.make_record(wave, person, {"speak_1": 4}) for person in wave.people[:4]]
    raw = json.loads(good[0])
    forged = ballot.canonical({**raw, "credential": base64url.encode(bytes(128))})
    assert {cast(respondent, forged)[0] for _ in range(20)} == {422}
    assert [cast(respondent, one) for one in good[:3]] == [(200, {})] * 3
    assert cast(respondent, good[3]) == (429, {"error": "busy"})
    assert voting.ballots(app, wave) == 3


def test_one_ballot_sent_without_end_keeps_nobody_else_waiting(app, wave, respondent, monkeypatch):
    monkeypatch.setattr(box, "SAME_BALLOT", Limit(4))
    monkeypatch.setattr(box, "ALL_BALLOTS", Limit(6))
    with app.app_context():
        mine, other = (voting.make_record(wave, one, {"speak_1": 4}) for one in wave.people[:2])
    said = [cast(respondent, mine)[0] for _ in range(50)]
    assert said == [200] * 4 + [429] * 46
    assert cast(respondent, other) == (200, {})


def test_three_hundred_people_in_five_minutes_who_each_try_three_times_are_never_refused(minute):
    same, whole = Limit(box.SAME_BALLOT.most), Limit(box.ALL_BALLOTS.most)
    for person in range(300):
        for _ in range(3):
            assert same.lets(person.to_bytes(2))
            assert whole.lets()
        minute(1)


def test_a_limit_keeps_nothing_that_the_code_or_its_hash_would_find(minute):
    limit, token = Limit(3), tokens.digest(tokens.new_token())
    limit.lets(token)
    (mark,) = limit._counts
    assert mark not in (token, hashlib.sha256(token).digest())
    minute(61)
    limit.lets(token)
    (later,) = limit._counts
    assert later != mark
