"""Each message and receipt is a free witness: it shows the noticeboard as it stood then."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from surveyapp import jobs
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import InvitationKey, OutboxMail
from surveyapp.models.surveys import Wave
from surveyapp.services import invitations, noticeboard, promises, waves
from tests import factories, voting
from tests.analysis import samples


@pytest.fixture
def running(make_app):
    """An open wave; whoever enters finds the application's context."""
    app = make_app(**voting.SETTINGS)
    voting.open_voting(app)
    with app.app_context():
        yield db.session.scalars(select(Wave)).one()


def letter(kind):
    return who_session().scalars(select(OutboxMail).where(OutboxMail.kind == kind)).first().body


def write(wave, kind):
    if kind == "invite":
        # Nobody may have a code yet, or the invitation counts as sent.
        who_session().execute(delete(InvitationKey))
        invitations.invite(wave, wave.opens_at)
    elif kind == "remind":
        invitations.remind(wave, wave.opens_at + timedelta(days=4), 1)
    else:
        noticeboard.post("PUBLISHED", {"wave": str(wave.id)}, on=wave.publishes_at.date())
        invitations.announce_results(wave, samples.summary(1), wave.publishes_at)
    return letter(kind)


@pytest.mark.parametrize("kind", ["invite", "remind", "results"])
def test_a_message_prints_words_fingerprint_dates_and_promise(running, kind):
    body = write(running, kind)
    lines = body.splitlines()
    place = lines.index("The twelve words of the public noticeboard today are")
    assert " ".join(lines[place + 1 : place + 3]).split() == noticeboard.words()
    assert promises.fingerprint(running.covenant_sha256) in lines
    flat = " ".join(body.split())
    covenant = waves.covenant(running)
    assert promises.words(covenant) in flat
    for moment in promises.times(covenant).values():
        assert promises.when(moment) in flat


def test_the_words_of_two_days_differ_once_something_was_posted(running):
    before = write(running, "remind")
    noticeboard.post("ACTION", {}, on=running.opens_at.date())
    invitations.remind(running, running.opens_at + timedelta(days=8), 2)
    said = who_session().scalars(select(OutboxMail.body).where(OutboxMail.round == 2)).first()
    assert " ".join(noticeboard.words()[:6]) in said
    assert " ".join(noticeboard.words()[:6]) not in before


def test_a_receipt_page_shows_the_words_that_the_scheduler_handed_out(make_app):
    app = make_app(**voting.SETTINGS)
    running = voting.open_voting(app)
    with app.app_context():
        jobs.tick(voting.wave_of(running).opens_at)
        words = noticeboard.words()
    page = voting.arrive(app.test_client(), running.people[0].code)
    for button in ("start", "all", "check", "send"):
        offered = {one["value"] for one in page.page.select("form button[name=go]")}
        page = page.press(button) if button in offered else page
    assert page.title.startswith("Thank you")
    assert " ".join(words) in page.text


def test_whoever_watches_gets_the_results_when_everybody_does(running):
    factories.an_account("witness")
    factories.an_account("board")
    assert invitations.announce_results(running, samples.summary(1), running.publishes_at) == 32
    mails = who_session().scalars(select(OutboxMail).where(OutboxMail.kind == "results")).all()
    told = {one.recipient for one in mails}
    assert "witness@example.org" in told
    assert "board@example.org" not in told
    assert len({one.changed_at for one in mails}) == 1
