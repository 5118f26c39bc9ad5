"""F16 (SECURITY 10): yesterday's roster database is put back while people answer. It is said in
public, and what comes in at closing stays within the people invited and the announced doubles."""

import shutil
from datetime import timedelta

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.services import noticeboard, noticeboard_check, restored
from tests import factories, voting
from tests.faults import site

PLACES = ("Riverside/Days",) * 24


def test_a_roster_of_yesterday_lets_at_most_the_announced_people_answer_twice(
    make_app, tmp_path, record_figure
):
    app, poll = site.open_poll(make_app, tmp_path, people=len(PLACES))
    people = poll.people
    for person in people[:4]:
        voting.vote(app, poll, person, {"speak_1": 5})
    factories.dispose([app])
    store = tmp_path / "instance" / "who.sqlite"
    shutil.copy(store, tmp_path / "yesterday")
    for person in people[4:10]:
        voting.vote(app, poll, person, {"speak_1": 5})
    factories.dispose([app])
    for journal in store.parent.glob("who.sqlite-*"):
        journal.unlink()
    shutil.copy(tmp_path / "yesterday", store)
    with app.app_context():
        now = clock.now()
        yesterday = now.date() - timedelta(days=1)
        (line,) = restored.announce("who", yesterday, actor="command line", now=now)
        doubles = line.body["doubles"]
        db.session.commit()
    # Two who have answered do so once more; the others whom the roster forgot do not.
    for person in people[8:14]:
        voting.vote(app, poll, person, {"speak_1": 1})
    ballots = voting.ballots(app, poll)
    assert ballots == 10 + 6
    voting.close(app, poll)
    with app.app_context():
        (closed,) = (one.body for one in noticeboard.about(poll.wave_id, ["CLOSED"]))
        assert [one.type for one in noticeboard.about(poll.wave_id)].count("RESTORED") == 1
        assert noticeboard_check.check() == []
    assert closed["issued"] == 4 + 6
    assert closed["ballots"] == ballots <= closed["issued"] + doubles
    assert closed["issued"] <= len(PLACES) + doubles
    opened = voting.open_ballots(app, poll)
    assert opened.accepted == ballots
    record_figure("F16", "said in public; ballots at most those issued + announced doubles")
