"""Two at the same moment, on both databases: nothing is forked, lost or used twice."""

import threading
import time

import pytest

from surveyapp import clock
from surveyapp.errors import NotNow
from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.actions import Commitment
from surveyapp.models.board import SenseCheck
from surveyapp.models.publications import Publication
from surveyapp.services import accounts, actions, audit, board, second_step
from tests import factories


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app(request, tmp_path, make_app):
    if request.param == "postgres":
        return make_app(DATABASES=request.getfixturevalue("postgres").fresh())
    stores = ("office", "who", "box", "answers")
    return make_app(DATABASES={name: f"sqlite:///{tmp_path / name}.sqlite" for name in stores})


def at_once(app, times, act):
    """What ``act`` gives in so many threads, each committing in a context of its own."""
    given, start = [], threading.Barrier(times)

    def run():
        with app.app_context():
            start.wait()
            try:
                given.append(act())
            except (accounts.Paused, NotNow) as refusal:
                given.append(type(refusal))
            db.session.commit()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == times
    return given


def test_the_audit_chain_does_not_fork(app):
    at_once(app, 12, lambda: audit.record("hr@example.org", "did", "something"))
    with app.app_context():
        assert [line.n for line in audit.lines()] == list(range(11, -1, -1))
        assert audit.check() == []


def test_tries_do_not_share_one(app):
    given = at_once(app, 12, lambda: accounts.take_try("hr@example.org", clock.now()))
    assert given.count(accounts.Paused) == 7


@pytest.mark.parametrize("way", ["digits", "recovery code"])
def test_a_code_lets_in_once(app, way):
    with app.app_context():
        account = factories.an_account("hr")
        codes = second_step.new_recovery_codes(account)
        db.session.commit()
    step = int(time.time() // second_step.STEP_SECONDS)
    typed = (
        codes[0] if way == "recovery code" else second_step.code_at(b"a secret of twenty b", step)
    )

    def use():
        return accounts.check_second_step(accounts.by_email("hr@example.org"), typed)

    assert at_once(app, 6, use).count(True) == 1


def test_a_form_sent_twice_is_one_voice_of_the_board(app):
    with app.app_context():
        factories.an_account("board")
        factories.a_publication(factories.a_wave(state="summarised"))
        factories.committed()

    def say():
        member = db.session.query(Account).one()
        publication = db.session.query(Publication).one()
        board.check(publication, "workload", member, view="partly", reason="Nights", signed=False)

    at_once(app, 4, say)
    with app.app_context():
        assert db.session.query(SenseCheck).count() == 1


def test_something_is_done_once(app):
    with app.app_context():
        effect = actions.Effect("workload", 5, "", "Everyone", clock.now().date(), 2, "none")
        factories.a_commitment(effect=effect.to_dict())
        factories.committed()

    def finish():
        commitment = db.session.query(Commitment).one()
        actions.step(commitment, "done", "", today=clock.now().date())
        return "done"

    given = at_once(app, 4, finish)
    assert (given.count("done"), given.count(NotNow)) == (1, 3)
