"""No session reaches a second store."""

import pytest
from sqlalchemy import select

from surveyapp.extensions import WrongStore, box_session, db, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.people import Person
from surveyapp.models.surveys import Wave


@pytest.mark.parametrize(
    ("session", "stranger"),
    [
        (lambda: db.session, Person),
        (lambda: db.session, Ballot),
        (who_session, Ballot),
        (who_session, Wave),
        (box_session, Person),
        (box_session, Wave),
    ],
)
def test_a_session_refuses_the_tables_of_another_store(app, session, stranger):
    with app.app_context(), pytest.raises(WrongStore):
        session().scalars(select(stranger)).all()


def test_each_session_reads_its_own_store(app):
    with app.app_context():
        assert db.session.scalars(select(Wave)).all() == []
        assert who_session().scalars(select(Person)).all() == []
        assert box_session().scalars(select(Ballot)).all() == []
