"""A restored backup is told of, with what it may have done, and without telling who took part."""

from datetime import date, timedelta

import pytest

from surveyapp import clock
from surveyapp.errors import Rejected
from surveyapp.extensions import who_session
from surveyapp.models.participation import Invitation
from surveyapp.services import noticeboard, restored
from tests import factories, voting

TODAY = clock.now().date()


@pytest.fixture
def voted(make_app):
    """31 people invited, of whom 12 answered."""
    app = make_app(**voting.SETTINGS)
    running = voting.open_voting(app)
    for person in running.people[:12]:
        voting.vote(app, running, person)
    return app, running


def announce(store, backup=TODAY):
    return restored.announce(store, backup, actor="command line", now=clock.now())


def test_whoever_answered_since_the_backup_could_answer_again(voted):
    app, _ = voted
    with app.app_context():
        # The roster as it was yesterday: five had answered.
        rows = who_session().query(Invitation).filter_by(collected=True).limit(7).all()
        for row in rows:
            row.collected, row.blinded_sha256 = False, None
        who_session().commit()
        (line,) = announce("who")
        assert line.type == "RESTORED"
        forgotten = 7
        assert line.body["doubles"] >= forgotten
        assert line.body["doubles"] <= 31 - 5
        assert line.body["doubles"] % 5 == 0


def test_a_restored_box_or_office_lets_nobody_answer_twice(voted):
    app, _ = voted
    with app.app_context():
        assert [announce(store)[0].body["doubles"] for store in ("box", "office")] == [0, 0]


def test_the_number_does_not_tell_how_few_have_answered(make_app):
    app = make_app(**voting.SETTINGS)
    running = voting.open_voting(app)
    with app.app_context():
        nobody = announce("who")[0].body["doubles"]
    voting.vote(app, running, running.people[0])
    with app.app_context():
        assert announce("who")[0].body["doubles"] == nobody == 10


def test_a_restore_told_of_again_and_again_makes_no_more_doubles_than_people(voted):
    """Otherwise whoever runs the server could announce away any number of ballots of their own."""
    app, running = voted
    with app.app_context():
        for _ in range(9):
            announce("who")
        factories.committed()
    voting.close(app, running)
    with app.app_context():
        (closed,) = noticeboard.about(running.wave_id, ("CLOSED",))
        assert closed.body["doubles"] == len(running.people)


def test_without_an_open_pulse_the_restore_is_told_of_all_the_same(app):
    with app.app_context():
        (line,) = announce("office", TODAY - timedelta(days=1))
        assert "wave" not in line.body
        assert [one.type for one in noticeboard.lines()] == ["KEY", "RESTORED"]


def test_a_backup_of_tomorrow_or_of_something_else_is_refused(app):
    with app.app_context():
        with pytest.raises(Rejected):
            announce("who", date(2999, 1, 1))
        with pytest.raises(Rejected):
            announce("answers")
        factories.committed()
