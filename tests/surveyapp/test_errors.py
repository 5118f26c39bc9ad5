"""A database that cannot answer is said to be busy, and nothing half-done is left."""

import sqlite3

from sqlalchemy.exc import OperationalError

from tests import factories


def test_a_locked_database_is_a_page_that_says_try_again(app, hr, monkeypatch):
    with app.app_context():
        factories.a_programme()
        factories.committed()

    def locked(*_args, **_kwargs):
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr("surveyapp.services.authoring.programmes", locked)
    answer = hr.get("/programmes/")
    assert answer.status_code == 503
    assert "Nothing was lost" in answer.get_data(as_text=True)
    assert "SELECT" not in answer.get_data(as_text=True)
