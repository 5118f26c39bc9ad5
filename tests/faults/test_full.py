"""F6 (SECURITY 10): a disk that takes no more byte. Whoever asks is told to try again; nothing is
kept in part, and it goes on by itself once there is room."""

import resource
from contextlib import contextmanager

import pytest

from surveyapp import clock, jobs
from surveyapp.extensions import answers_session, db
from surveyapp.models.responses import AnswerBlock
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import noticeboard, noticeboard_check, publishing, waves
from tests import factories, voting
from tests.faults import levels, site
from tests.faults.test_power import everybody_answers, lost

PLACES = ("Riverside/Days",) * 12


@contextmanager
def full_disk():
    """This process can write no byte to any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(**voting.on_files(tmp_path))


def on_a_full_disk(answering, path, body):
    with full_disk():
        answer = answering.post(path, data=body, content_type="application/json")
    return answer.status_code, answer.get_json()


def test_a_full_disk_of_the_roster_or_the_box_is_busy_and_uses_nothing_up(
    app, respondent, record_figure
):
    poll = voting.open_voting(app, places=PLACES)
    device = site.devices(app, poll)[0]
    busy = (503, {"error": "busy"})
    assert on_a_full_disk(respondent, "/collect", device.asks) == busy
    assert voting.collected(app) == 0
    said = respondent.post("/collect", data=device.asks, content_type="application/json")
    device.signed = site.base64url.decode(said.get_json()["signed"])
    assert on_a_full_disk(respondent, "/cast", device.record()) == busy
    assert voting.ballots(app, poll) == 0
    again = respondent.post("/cast", data=device.record(), content_type="application/json")
    assert (again.status_code, voting.ballots(app, poll)) == (200, 1)
    record_figure("F6", "roster and box: 503, nothing kept in part, goes on by itself")


def test_without_script_a_full_disk_keeps_the_form_s_answers_for_another_try(app, respondent):
    poll = voting.open_voting(app, places=PLACES)
    page = voting.arrive(respondent, poll.people[0].token).press("all")
    with full_disk():
        said = page.press("send.unless-hints", a_speak_1="4")
    assert (said.response.status_code, "Nothing was lost" in said.text) == (503, True)
    assert voting.ballots(app, poll) == voting.collected(app) == 0
    assert page.press("send.unless-hints", a_speak_1="4").title == "Thank you – Candour"


def board(app):
    with app.app_context():
        return [one.type for one in noticeboard.lines()], noticeboard_check.check()


def a_round(app, moment):
    with app.app_context(), clock.as_if(moment):
        jobs.tick(moment)


def test_a_full_disk_of_office_or_board_moves_no_wave(app, record_figure):
    poll = voting.open_voting(app, places=PLACES, state="committed")
    with app.app_context():
        opens = voting.wave_of(poll).opens_at
    before = board(app)
    with full_disk(), pytest.raises(jobs.Unfinished):
        a_round(app, opens)
    assert board(app) == before
    with app.app_context():
        assert voting.wave_of(poll).state == "committed"
    a_round(app, opens)
    lines, problems = board(app)
    assert (lines[len(before[0])], problems) == ("OPEN", [])
    record_figure("F6", "office and noticeboard: no line, no move, next round makes both")


def test_a_full_disk_at_a_page_of_the_office_is_said_and_makes_nothing(app, hr):
    form = {"name": "Riverside pulse", "organisation": "Riverside", "contact": "Mo"}
    with full_disk():
        answer = hr.post("/programmes/new", data=form)
    assert answer.status_code == 503
    assert "Nothing was lost" in answer.text
    with app.app_context():
        assert db.session.query(Programme).count() == 0
    assert hr.post("/programmes/new", data=form).status_code < 400


def test_keys_that_cannot_be_written_lock_no_wave(app):
    poll = voting.open_voting(app, places=PLACES)
    with app.app_context():
        first = voting.wave_of(poll)
        wave = Wave(
            programme=first.programme,
            number=2,
            label="Autumn pulse",
            instrument_json=first.instrument_json,
            rule=first.rule,
            opens_at=first.opens_at,
            closes_at=first.closes_at,
            publishes_at=first.publishes_at,
            results_key="another",
        )
        db.session.add(wave)
        factories.committed()
        with pytest.raises(OSError, match="too large"), full_disk():
            waves.commit(wave, actor="test", now=clock.now())
        db.session.rollback()
        assert (wave.state, wave.covenant) == ("draft", None)
        assert waves.commit(wave, actor="test", now=clock.now())
        factories.committed()


def test_answers_that_find_no_room_are_opened_once_there_is_some(app, monkeypatch, record_figure):
    monkeypatch.setattr(publishing, "_files", lambda *_: [])
    poll = voting.open_voting(app, places=PLACES)
    for person in poll.people:
        voting.vote(app, poll, person, {"speak_1": 4})
    voting.close(app, poll)
    with app.app_context():
        closes = voting.wave_of(poll).closes_at
        commit = answers_session().commit

    def without_room():
        with full_disk():
            answers_session().flush()
            type(answers_session()).commit(answers_session())

    with app.app_context(), clock.as_if(closes):
        monkeypatch.setattr(answers_session(), "commit", without_room)
        with pytest.raises(jobs.Unfinished):
            jobs.tick(closes)
    assert commit
    with app.app_context():
        assert voting.wave_of(poll).state == "closed"
        assert answers_session().query(AnswerBlock).count() == 0
        assert voting.ballots(app, poll) == len(PLACES)
    a_round(app, closes)
    with app.app_context():
        assert voting.wave_of(poll).state == "summarised"
        (opened,) = (one.body for one in noticeboard.about(poll.wave_id, ["OPENED"]))
    assert opened["accepted"] == len(PLACES)
    record_figure("F6", "answers: stays closed with every ballot, next round opens all")


@pytest.mark.strace
def test_no_space_left_in_the_middle_of_a_page_loses_nothing(
    make_app, tmp_path, serve, record_figure
):
    disk, log, asked = everybody_answers(
        make_app, tmp_path, serve, "pwrite64:error=ENOSPC:when=25..60"
    )
    refused = sum(status == 503 for status, *_ in asked)
    assert refused >= 3
    assert lost(disk, log, asked, tmp_path / "later", every=1)[0] == 0
    # Twelve people ask, collect and answer so often.
    taken = 12 * (2 + levels.times(2, 30))
    assert sum(status == 200 for status, *_ in asked) == taken
    record_figure("F6", "gunicorn, writes refused for want of space: 503, then all is taken")
