"""The audit log is a chain: whatever is changed, shows."""

from datetime import date

import pytest
from sqlalchemy import text

from surveyapp.extensions import db
from surveyapp.services import audit


@pytest.fixture
def log(app):
    with app.app_context():
        for number in range(4):
            audit.record("hr@example.org", "did", f"thing {number}", on=date(2026, 11, 22))
        db.session.commit()
        yield


def test_a_fresh_chain_is_sound(app, log):
    assert audit.check() == []
    assert [line.n for line in audit.lines()] == [3, 2, 1, 0]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_line SET detail = 'nothing' WHERE n = 2",
        "UPDATE audit_line SET actor = 'x' WHERE n = 3",
        "UPDATE audit_line SET date = '2026-11-21' WHERE n = 0",
        "DELETE FROM audit_line WHERE n = 1",
        "DELETE FROM audit_line WHERE n = 0",
        "UPDATE audit_line SET n = 9 WHERE n = 3",
    ],
)
def test_every_change_shows(app, log, attack):
    db.session.execute(text(attack))
    assert audit.check()


def test_a_line_goes_with_its_act_or_not_at_all(app):
    with app.app_context():
        audit.record("hr@example.org", "did", "something")
        db.session.rollback()
        assert audit.lines() == []
