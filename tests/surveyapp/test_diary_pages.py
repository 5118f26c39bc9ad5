"""The optional step of the diary phrase, where no script runs."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from surveyapp import clock
from surveyapp.crypto import ballot, diary
from surveyapp.services import authoring
from tests import factories, voting

ANSWERS = {"a_speak_1": "4"}
SECRET = bytes(range(16))
WORDS = " ".join(diary.phrase(SECRET))


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app, diary=True)


@pytest.fixture
def everything(client, wave):
    """All questions on one page, before somebody who was invited."""
    return voting.arrive(client, wave.people[0].token).press("all")


@pytest.fixture
def cast(monkeypatch):
    """What the ballots say that are cast from now on."""
    said, sealed = [], ballot.seal
    monkeypatch.setattr(
        ballot, "seal", lambda text, *more, **keys: said.append(text) or sealed(text, *more, **keys)
    )
    return lambda: [ballot.Plaintext.from_bytes(text).tags for text in said]


def words_on(page):
    return [one.get_text() for one in page.page.select("ol li")]


def test_nobody_need_use_it_and_nothing_is_chosen(everything, cast):
    step = everything.press("diary", **ANSWERS)
    assert step.title == "Keep a diary phrase? – Candour"
    assert "diary" in step.fields()
    assert step.fields()["diary"] == ""
    check = step.press("diary.none")
    assert check.title == "Check your answers – Candour"
    assert "Diary phrase (optional) None" in check.text
    check.press("send")
    assert cast() == [()]


def test_it_can_be_left_out_without_a_look(everything, cast):
    assert everything.press("send.unless-hints", **ANSWERS).title == "Thank you – Candour"
    assert cast() == [()]


def test_new_words_are_shown_once_and_their_marks_are_sealed(everything, cast):
    shown = everything.press("diary").press("diary.new")
    words = words_on(shown)
    secret = diary.read(" ".join(words))
    check = shown.press("check")
    assert "You gave one" in check.text
    assert " ".join(words[:3]) not in check.text
    check.press("send")
    assert cast() == [diary.tags(secret, "riverside", 1)]


def test_each_person_gets_other_words(everything):
    shown = [words_on(everything.press("diary").press("diary.new")) for _ in range(5)]
    assert len({tuple(words) for words in shown}) == 5


def test_words_from_last_time_are_read_however_they_are_typed(everything, cast):
    typed = "\n ".join(word[:4].upper() for word in diary.phrase(SECRET))
    check = everything.press("diary").press("check", diary=typed)
    assert check.title == "Check your answers – Candour"
    check.press("send")
    assert cast() == [diary.tags(SECRET, "riverside", 1)]


@pytest.mark.parametrize("way", ["check", "send"])
def test_a_slip_of_the_pen_is_said_and_nothing_is_sent(app, wave, everything, way):
    wrong = WORDS.replace(diary.phrase(SECRET)[0], "zebra", 1)
    page = everything.press("diary").press("check", diary=wrong)
    if way == "send":
        good = everything.press("diary").press("check", diary=WORDS)
        data = good.fields() | {"diary": wrong, "go": "send"}
        page = voting.Form(good.client, good.client.post("/v/", data=data))
    assert page.response.status_code == 422
    assert "do not fit together" in page.text
    assert page.fields()["diary"] == wrong
    assert voting.ballots(app, wave) == 0


def test_answers_and_words_stay_when_something_is_changed(everything, cast):
    check = everything.press("diary", **ANSWERS).press("check", diary=WORDS)
    changed = check.press("change.2").press("next", a_speak_2="2")
    assert changed.title == "Check your answers – Candour"
    assert "You gave one" in changed.text
    changed.press("send")
    assert cast() == [diary.tags(SECRET, "riverside", 1)]


def test_one_by_one_it_comes_after_the_last_question(client, wave):
    page = voting.arrive(client, wave.people[0].token).press("one")
    for _ in range(4):
        assert page.title.startswith("Question")
        page = page.press("next")
    assert page.title == "Keep a diary phrase? – Candour"
    assert page.press("diary.none").press("change.1").press("next").title.startswith("Check")


def test_where_it_is_not_promised_there_is_no_such_step(app, client, cast):
    wave = voting.open_voting(app, diary=False)
    page = voting.arrive(client, wave.people[0].token).press("all")
    assert "iary" not in page.text
    data = page.fields() | {"diary": WORDS, "go": "send"}
    voting.Form(client, client.post("/v/", data=data))
    assert cast() == [()]


def test_a_ballot_with_marks_looks_like_any_other(app, wave):
    plain, marked = (
        voting.vote(app, wave, person, {"speak_1": 4}, tags=tags)
        for person, tags in zip(
            wave.of("Riverside/Days"), ((), diary.tags(SECRET, "riverside", 1)), strict=False
        )
    )
    assert len(plain) == len(marked)
    assert list(ballot.parse(plain)) == list(ballot.parse(marked))


def test_hr_is_offered_it_from_the_second_pulse_on(app, client):
    factories.sign_in(client)
    with app.app_context():
        factories.a_programme("care")
        factories.committed()
    for ticked in (False, True):
        form = BeautifulSoup(client.get("/programmes/care/waves/new").data, "html.parser")
        assert form.select_one("input[name=diary]").has_attr("checked") is ticked
        with app.app_context():
            factories.a_wave(authoring.programme_by_slug("care"))
            factories.committed()


def test_a_draft_that_says_nothing_of_it_follows_the_same_rule(app):
    with app.app_context():
        home, now = factories.a_programme("care"), clock.now()
        made = [
            authoring.create_wave(
                home,
                factories.an_instrument(),
                label=f"Pulse {number}",
                now=now,
                opens_at=now + timedelta(days=1),
                closes_at=now + timedelta(days=10),
                publishes_at=now + timedelta(days=20),
            ).diary
            for number in (1, 2)
        ]
    assert made == [False, True]
