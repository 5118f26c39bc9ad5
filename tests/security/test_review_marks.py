"""The desk keeps the author's choice (SECURITY 8, TEXT 5): what nobody may read is in no page,
table, log or export, and what may be read lies in no file in the clear."""

import io
import logging
from contextlib import redirect_stdout

import pytest
from sqlalchemy import inspect, text

from surveyapp import jobs
from surveyapp.extensions import STORES, db, engine_of
from surveyapp.review import words
from surveyapp.services import answer_blocks, review, review_sheets
from tests import desk, factories, voting
from tests.security import copies
from tests.surveyapp.test_review import members, say

OPEN = "walrus-parsnip"  # stands in comments that reviewers may read
MASKED = "ostrich-trombone"  # a name that a reviewer masks
FILES = {"DATABASES": {}}


@pytest.fixture
def house(make_app, tmp_path):
    """An application on real files, its desk laid out and partly read, and all that was logged."""
    (tmp_path / "instance").mkdir(exist_ok=True)
    app = make_app(**FILES)
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    for name in ("", "surveyapp", "sqlalchemy.engine", "werkzeug"):
        logging.getLogger(name).addHandler(handler)
    with redirect_stdout(heard):
        with app.app_context():
            said = [
                *(desk.Said(f"Too many cases, {OPEN} and {MASKED}, {n}.") for n in range(15)),
                *(desk.Said(f"{desk.HARM} {desk.SECRET} {n}", use="themes") for n in range(15)),
            ]
            wave_id = desk.a_pulse(said)
        desk.lay_out(app)
    yield app, wave_id, heard
    for name in ("", "surveyapp", "sqlalchemy.engine", "werkzeug"):
        logging.getLogger(name).removeHandler(handler)


def every_page(app):
    """Everything that a reviewer's browser ever gets."""
    client = app.test_client()
    factories.sign_in(client, "board")
    pages = [client.get("/review/riverside").text, client.get("/board/riverside").text]
    for place in range(1, 40):
        pages.append(client.get(f"/review/riverside/1/{place}").text)
        sent = {"decision": "perhaps"}
        pages.append(client.post(f"/review/riverside/1/{place}", data=sent).text)
    return pages


def every_value(app):
    """What stands in every column of every table, as text and as bytes."""
    found = []
    with app.app_context():
        for store in (None, *STORES):
            engine = engine_of(store)
            with engine.connect() as connection:
                for table in inspect(engine).get_table_names():
                    rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()  # noqa: S608
                    found += [str(value) for row in rows for value in row]
    return found


def test_a_naive_desk_that_takes_every_comment_shows_what_nobody_may_read(house, monkeypatch):
    """The attack works where the author's choice is not looked at, so it can fail below."""
    app, wave_id, _ = house
    monkeypatch.setattr(review, "MAY_BE_READ", ("publish", "board", "themes"))
    monkeypatch.setitem(words.ASKED, "themes", words.ASKED["publish"])
    with app.app_context():
        review_sheets.take_away(wave_id)
        factories.committed()
        review_sheets.destroy_key(wave_id)
    desk.lay_out(app)
    assert any(desk.SECRET in page for page in every_page(app))


def test_themes_only_comments_are_in_no_page_table_log_or_export(house, tmp_path, record_figure):
    app, wave_id, heard = house
    pages = every_page(app)
    assert any(OPEN in page for page in pages), "the pages do show comments"
    with app.app_context():
        for member in members(2):
            for place in range(1, 16):
                say(wave_id, member, place)
        factories.committed()
        said = repr([f(wave_id) for f in (review.audit, review.read, review.cleared)])
        # What is put away with the answers, in the clear for once.
        desk.wave(wave_id).state = "published"
        factories.committed()
        jobs.mind_comments(failed := [])
        assert failed == []
        kept = answer_blocks.read(wave_id, "review")
    assert OPEN in said
    assert OPEN.encode() in kept
    places = [*pages, said, kept.decode(), heard.getvalue(), *every_value(app)]
    assert [one for one in places if desk.SECRET in one] == []
    assert copies.found_in([desk.SECRET], tmp_path) == []
    record_figure("SDC-2", f"places with a themes only comment: 0 of {len(places)}")


def test_what_may_be_read_is_sealed_in_every_file_and_gone_with_its_key(house, tmp_path):
    app, wave_id, heard = house
    with app.app_context():
        for member in members(2):
            say(wave_id, member, 1, masks=[MASKED])
        factories.committed()
    every_page(app)
    marks = (OPEN, MASKED)
    assert copies.found_in(marks, tmp_path) == []
    assert not any(
        mark in value for mark in marks for value in (*every_value(app), heard.getvalue())
    )
    with app.app_context():
        assert len(list(review_sheets.entries(wave_id))) == 15
        review_sheets.destroy_key(wave_id)
        with pytest.raises(LookupError):
            list(review_sheets.entries(wave_id))


def test_no_row_says_which_member_decided(house):
    app, wave_id, _ = house
    with app.app_context():
        (member,) = members(1)
        say(wave_id, member, 1)
        factories.committed()
        (row,) = db.session.execute(text("SELECT * FROM review_reading")).all()
        stored = [value for value in row if isinstance(value, bytes)]
        mark = bytes.fromhex(review_sheets.mark_of(wave_id, member.id))
        other = factories.an_account("board", email="other@example.org")
        assert mark in stored, "the same member is known again"
        assert review_sheets.mark_of(wave_id, other.id) != mark.hex()
        assert not any(member.id.bytes in value for value in stored)
        # Whoever tries every account on a copy of the databases lacks the key.
        review_sheets.destroy_key(wave_id)
        with pytest.raises(LookupError):
            review_sheets.mark_of(wave_id, member.id)


def test_every_sealed_comment_is_as_long_as_another_of_about_its_length(house):
    app, wave_id, _ = house
    with app.app_context():
        query = text("SELECT length(sealed) FROM review_comment")
        assert len(set(db.session.execute(query).scalars())) == 1


def test_from_sealed_ballots_to_the_desk_only_what_its_author_lets_be_read(make_app):
    app = make_app(**voting.SETTINGS)
    wave = voting.open_voting(app)
    uses = ("publish", "board", "themes")
    for number, person in enumerate(wave.people):
        mark = desk.SECRET if number % 3 == 2 else OPEN
        said = [("barriers", f"Too many cases, {mark} {number}.", uses[number % 3])]
        voting.vote(app, wave, person, {"speak_1": 1}, said)
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        voting.wave_of(wave).state = "opened"
        factories.committed()
    desk.lay_out(app)
    with app.app_context():
        texts = [entry.text for entry in review_sheets.entries(wave.wave_id)]
        units = {entry.unit_name for entry in review_sheets.entries(wave.wave_id)}
    assert len(texts) == sum(number % 3 != 2 for number in range(len(wave.people)))
    assert all(OPEN in text for text in texts)
    assert units == {"Riverside"}, "neither directorate has enough alone"
