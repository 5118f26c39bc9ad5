"""MAIL-1, MAIL-2 (SECURITY 11): two days after sending only counts are left of the mail, and a
reminder goes to the same people whoever has answered."""

import re
from collections import defaultdict
from datetime import timedelta

import pytest
import sqlalchemy as sa

from surveyapp import clock, jobs
from surveyapp.extensions import who_session
from surveyapp.models.participation import OutboxMail
from surveyapp.services import invitations, mail, postbox
from tests import factories, voting
from tests.security import copies


def sent_once(app, wave):
    """One reminder to everybody, sent; when, and the codes that the letters hold."""
    at = clock.now() + timedelta(hours=2)
    with app.app_context():
        invitations.remind(voting.wave_of(wave), at, 1)
        jobs.who_session().commit()
        jobs.send(at)
        codes = [re.search(r"/v/#(\w+)\.", one.body)[1] for one in postbox.letters()]
        factories.committed()
    assert len(codes) == len(wave.people)
    return at, codes


def test_after_the_purge_no_code_is_left_in_the_store_or_its_journal(
    make_app, tmp_path, record_figure
):
    app = make_app(MAILDIR=str(tmp_path / "mail"), **voting.on_files(tmp_path))
    wave = voting.open_voting(app)
    at, codes = sent_once(app, wave)
    before = {code for code, _ in copies.found_in(codes, tmp_path / "instance")}
    assert before == set(codes)
    with app.app_context():
        jobs.clear(at + mail.KEPT_AFTER_SENDING)
        assert mail.counts() == {}
    assert copies.found_in(codes, tmp_path / "instance") == []
    record_figure("MAIL-1", f"SQLite: codes in the store and its journal {len(codes)}, then 0")


@pytest.mark.postgres
def test_after_the_purge_no_code_is_left_in_postgresql_s_files_of_the_store(
    make_app, postgres, tmp_path, record_figure
):
    urls = postgres.fresh()
    app = make_app(MAILDIR=str(tmp_path / "mail"), DATABASES=urls, **voting.SETTINGS)
    wave = voting.open_voting(app)
    at, codes = sent_once(app, wave)
    files = postgres.data / "base" / copies.number(urls["who"])
    copies.settle(urls["who"])
    assert {code for code, _ in copies.found_in(codes, files)} == set(codes)
    # Deleting alone leaves every letter where it was.
    with app.app_context():
        who_session().execute(sa.delete(OutboxMail))
        who_session().flush()
        copies.settle(urls["who"])
        assert {code for code, _ in copies.found_in(codes, files)} == set(codes)
        who_session().rollback()
        waiting = factories.at("2026-01-05")
        mail.queue_all(wave.wave_id, "late", [mail.Message("a@b.org", "s", "still")], now=waiting)
        factories.committed()
    with app.app_context():
        jobs.clear(at + mail.KEPT_AFTER_SENDING)
        left = who_session().query(OutboxMail).one()
        assert (left.recipient, left.body, left.state) == ("a@b.org", "still", "waiting")
        assert left.changed_at == waiting
    copies.settle(urls["who"])
    assert copies.found_in(codes, files) == []
    record_figure("MAIL-1", f"PostgreSQL: codes in the files of the store {len(codes)}, then 0")


def test_after_the_purge_no_row_says_who_was_written_to(shared_app, record_figure):
    wave = voting.open_voting(shared_app)
    at, _ = sent_once(shared_app, wave)
    with shared_app.app_context():
        assert mail.counts() == {"sent": len(wave.people)}
        jobs.clear(at + mail.KEPT_AFTER_SENDING)
        rows = who_session().scalar(sa.select(sa.func.count()).select_from(OutboxMail))
    assert rows == 0
    record_figure("MAIL-1", "SQLite and PostgreSQL: rows of the outbox 0")


def test_an_administrator_sees_how_many_were_sent_and_to_nobody(make_app, tmp_path, record_figure):
    app = make_app(
        MAILDIR=str(tmp_path / "mail"),
        BASE_URL="https://go.example",
        **voting.on_files(tmp_path),
    )
    wave = voting.open_voting(app)
    at = clock.now() + timedelta(hours=2)
    with app.app_context():
        invitations.remind(voting.wave_of(wave), at, 1)
        jobs.who_session().commit()
        jobs.send(at)
    admin = app.test_client()
    factories.sign_in(admin, "admin")
    pages = [admin.get(path).text for path in ("/admin/mail", "/admin/health", "/admin/log")]
    assert all("</html>" in page for page in pages)
    assert not [p.email for p in wave.people if any(p.email in page for page in pages)]
    record_figure("MAIL-1", "addresses on the administrator's pages: 0")


def test_reminders_go_to_the_same_people_each_round_whoever_has_answered(app, record_figure):
    wave = voting.open_voting(app)
    everybody = {person.email for person in wave.people}
    for round_ in (1, 2, 3):
        for person in wave.people[:: 4 - round_]:
            if round_ < 3 and not answered(app, person):
                voting.vote(app, wave, person, {"speak_1": 3})
        with app.app_context():
            at = clock.now() + timedelta(hours=round_)
            assert invitations.remind(voting.wave_of(wave), at, round_) == len(everybody)
            factories.committed()
    assert 5 < voting.collected(app) < len(everybody)
    sent = defaultdict(set)
    with app.app_context():
        for one in who_session().query(OutboxMail):
            sent[one.round].add(one.recipient)
    assert dict(sent) == dict.fromkeys((1, 2, 3), everybody)
    record_figure("MAIL-2", f"3 rounds, {len(everybody)} people, some answered: same recipients")


def answered(app, person):
    from surveyapp.services import registrar

    with app.app_context():
        return registrar.find(person.token).collected
