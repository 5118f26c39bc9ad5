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


def test_an_error_while_the_error_page_is_made_is_a_bare_page_and_no_word_is_logged(
    app, monkeypatch, caplog
):
    def broken(*_args, **_kwargs):
        raise ValueError("what somebody wrote")

    app.testing = False
    monkeypatch.setattr("surveyapp.respond.visits.arrive", broken)
    monkeypatch.setattr("surveyapp.errors.render_template", broken)
    answer = app.test_client().post("/v/", data={"code": "x"})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert [record.getMessage() for record in caplog.records] == ["unhandled ValueError"]
    assert "what somebody wrote" not in caplog.text


def test_what_flask_logs_by_itself_holds_no_message_and_no_address(app, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise ValueError("what somebody wrote")

    app.testing = False
    monkeypatch.setattr("surveyapp.auth.sessions.StaffSessions.save_session", broken)
    app.test_client().get("/sign-in/set-up/a-secret-in-the-address")
    assert caplog.records
    assert "what somebody wrote" not in caplog.text
    assert "a-secret-in-the-address" not in caplog.text
