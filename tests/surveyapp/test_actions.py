"""You said, we will: promises are added, checked and never changed."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from surveyapp import clock
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.actions import Commitment
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import Programme
from surveyapp.services import actions
from tests import factories
from tests.analysis import samples

TODAY = clock.now().date()
PROMISE = {
    "theme": "workload",
    "you_said": "There is too much work for the hours",
    "answer": "will",
    "text": "publish rotas four weeks ahead",
    "because": "",
    "owner": "Director of care",
    "due": (TODAY + timedelta(days=30)).isoformat(),
}
EFFECT = {
    "theme": "workload",
    "points": "5",
    "unit": "",
    "start": TODAY.isoformat(),
    "check": "2",
    "failure": "Less than 3 points",
}


@pytest.fixture
def published(app):
    """One released pulse; its programme's slug."""
    with app.app_context():
        factories.a_publication()
        factories.committed()
    return "riverside"


def added(client, **more):
    answer = client.post("/actions/riverside/add", data={**PROMISE, **more})
    assert answer.status_code == 302, answer.text
    return answer.location


def entries(app):
    with app.app_context():
        return actions.ledger(db.session.query(Programme).one())


def test_nothing_can_be_answered_before_results(app, hr):
    with app.app_context():
        factories.a_programme()
        factories.committed()
    assert "No promises yet" in hr.get("/actions/riverside").text
    assert hr.get("/actions/riverside/add").status_code == 409


@pytest.mark.parametrize("role", ["hr", "board"])
def test_from_promise_to_done_everything_shows_on_the_noticeboard(app, published, role):
    client = app.test_client()
    factories.sign_in(client, role)
    page = added(client)
    assert client.post(f"{page}/step", data={"kind": "doing"}).status_code == 200  # not offered
    assert "may not start before" in client.get(page).text
    assert client.post(f"{page}/effect", data=EFFECT).location == page
    assert client.post(f"{page}/step", data={"kind": "doing", "text": ""}).location == page
    assert client.post(f"{page}/step", data={"kind": "done", "text": "Since May"}).location == page
    line = entries(app)[0]
    assert (line.state, line.late, line.outcome) == ("done", False, None)
    assert "Workload: up 5 points or more, Everyone" in client.get(page).text
    with app.app_context():
        notices = db.session.query(Notice).order_by(Notice.n).offset(1).all()
        assert [notice.type for notice in notices] == ["ACTION"] + ["ACTION_UPDATE"] * 3
        assert all(len(notice.body["sha256"]) == 64 for notice in notices)
        assert "rotas" not in str([notice.body for notice in notices])


@pytest.mark.parametrize("role", ["manager", "admin", "witness", "auditor"])
def test_everybody_with_an_account_reads_and_only_hr_and_the_board_write(app, published, role):
    with app.app_context():
        commitment = factories.a_commitment(db.session.query(actions.Publication).one())
        page = f"/actions/riverside/{commitment.id}"
        factories.committed()
    client = app.test_client()
    factories.sign_in(client, role)
    assert "publish rotas" in client.get("/actions/riverside").text
    assert client.get(page).status_code == 200
    assert client.post("/actions/riverside/add", data=PROMISE).status_code == 403
    for part in ("effect", "step"):
        assert client.post(f"{page}/{part}", data={}).status_code == 403
    assert "Add an answer" not in client.get("/actions/riverside").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"answer": "wont"}, "Write why not"),
        ({"owner": " "}, "Name the post"),
        ({"due": ""}, "Name the post"),
        ({"due": "2020-01-01"}, "still to come"),
        ({"due": "next spring"}, "Write a day like this"),
        ({"you_said": " "}, "Write what people said"),
        ({"theme": "nothing"}, "Choose one from the list"),
        ({"text": "x" * 501}, "at most 500"),
    ],
)
def test_a_poor_promise_gets_a_sentence_and_keeps_what_was_typed(app, hr, published, wrong, words):
    answer = hr.post("/actions/riverside/add", data={**PROMISE, **wrong})
    assert answer.status_code == 200
    assert words in answer.text
    assert "There is a problem" in answer.text
    if "text" not in wrong:
        assert PROMISE["text"] in answer.text
    assert entries(app) == []


def test_the_same_answer_does_not_stand_there_twice(app, hr, published):
    added(hr)
    assert "in the list already" in hr.post("/actions/riverside/add", data=PROMISE).text
    assert len(entries(app)) == 1


def test_a_refusal_needs_a_reason_and_is_not_late(app, hr, published):
    added(hr, answer="wont", because="The lease forbids it", owner="", due="")
    line = entries(app)[0]
    assert (line.state, line.late, line.due) == ("wont", False, None)
    assert "The lease forbids it" in hr.get("/actions/riverside?show=wont").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"points": "0"}, "from 1 to 100"),
        ({"points": "many"}, "Write a whole number"),
        ({"start": (TODAY - timedelta(days=1)).isoformat()}, "must not have started"),
        ({"check": "1"}, "Choose one from the list"),
        ({"unit": "laundry"}, "Choose one from the list"),
        ({"failure": ""}, "Write what would show"),
    ],
)
def test_a_poor_effect_is_refused(app, hr, published, wrong, words):
    page = added(hr)
    assert words in hr.post(f"{page}/effect", data={**EFFECT, **wrong}).text
    assert entries(app)[0].effect is None


def test_an_effect_is_registered_once_and_before_the_start(app, hr, published):
    page = added(hr)
    hr.post(f"{page}/effect", data=EFFECT)
    again = hr.post(f"{page}/effect", data={**EFFECT, "points": "1"})
    assert again.status_code == 409
    assert entries(app)[0].effect.points == 5


def test_the_service_holds_the_rules_whatever_the_form_lets_through(app, published):
    with app.app_context():
        commitment = factories.a_commitment(db.session.query(actions.Publication).one())
        for kind in ("doing", "done"):
            with pytest.raises(NotNow, match="First write down"):
                actions.step(commitment, kind, "", today=TODAY)
        hidden = actions.Effect("workload", 5, "laundry", "Laundry", TODAY, 2, "none")
        with pytest.raises(Rejected, match="not shown"):
            actions.register(commitment, hidden, today=TODAY)
        refusal = factories.a_commitment(db.session.query(actions.Publication).one(), answer="wont")
        with pytest.raises(NotNow):
            actions.step(refusal, "done", "", today=TODAY)
        with pytest.raises(NotNow):
            actions.register(refusal, hidden, today=TODAY)


def test_late_is_computed_from_the_day(app, published):
    with app.app_context():
        programme = db.session.query(Programme).one()
        factories.a_commitment(db.session.query(actions.Publication).one(), due="2026-12-01")
        factories.committed()

        def late(day):
            return actions.ledger(programme, today=factories.at(day).date())[0].late

        assert not late("2026-12-01")
        assert late("2026-12-02")


def test_the_verdict_comes_with_the_checking_pulse(app):
    with app.app_context():
        programme = factories.a_programme()
        first, second, third = (factories.a_wave(programme, state="published") for _ in range(3))
        base = factories.a_publication(first, summary=samples.summary(1))
        effect = actions.Effect("speaking_up", 5, "", "Everyone", TODAY, 3, "none")
        commitment = factories.a_commitment(
            base, theme="speaking_up", effect=effect.to_dict(), made_on="2026-03-01"
        )
        actions.step(commitment, "done", "", today=factories.at("2026-04-01").date())
        factories.a_publication(second, summary=samples.summary(2))
        assert actions.ledger(programme)[0].outcome is None
        factories.a_publication(third, summary=samples.summary(3))
        factories.committed()
        # Pulse 3 reworded the question.
        assert actions.ledger(programme)[0].outcome.worked == "cannot_tell"


def test_a_pulse_that_closed_before_the_work_was_done_cannot_tell_of_it(app):
    with app.app_context():
        programme = factories.a_programme()
        first, second = (factories.a_wave(programme, state="published") for _ in range(2))
        base = factories.a_publication(first, summary=samples.summary(3))
        effect = actions.Effect("speaking_up", 5, "", "Everyone", TODAY, 2, "none")
        commitment = factories.a_commitment(base, theme="speaking_up", effect=effect.to_dict())
        factories.a_publication(second, summary=samples.summary(4))
        step = actions.step(commitment, "done", "", today=factories.at("2026-11-21").date())
        assert actions.ledger(programme)[0].outcome is None
        step.date = "2026-11-01"
        outcome = actions.ledger(programme)[0].outcome
        assert (outcome.worked, outcome.pulse) == ("hoped", "November 2026")


@pytest.mark.parametrize(
    "fields",
    [{"because": "", "answer": "wont"}, {"owner": ""}, {"due": None}, {"answer": "maybe"}],
)
def test_the_database_keeps_the_promise_whole(app, published, fields):
    with app.app_context():
        publication = db.session.query(actions.Publication).one()
        good = factories.a_commitment(publication)
        row = {
            column.name: getattr(good, column.name)
            for column in Commitment.__table__.columns
            if column.name != "id"
        }
        db.session.add(Commitment(**{**row, **fields}))
        with pytest.raises(IntegrityError):
            db.session.flush()
