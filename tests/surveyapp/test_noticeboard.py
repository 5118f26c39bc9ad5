"""Whoever changes, drops or reorders a line is caught by the lines that follow."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from surveyapp.extensions import db
from surveyapp.models.publications import Notice
from surveyapp.services import noticeboard

DAY = date(2026, 11, 22)


@pytest.fixture
def board(app):
    with app.app_context():
        for number in range(3):
            noticeboard.post("KEY", {"number": number}, on=DAY)
        db.session.commit()
        yield


def test_each_line_holds_the_hash_of_the_one_before(board):
    lines = noticeboard.as_jsonl().splitlines()
    assert json.loads(lines[0])["prev"] == "0" * 64
    for before, after in zip(lines, lines[1:], strict=False):
        assert json.loads(after)["prev"] == hashlib.sha256(before.encode()).hexdigest()
    assert noticeboard.check() == []


def test_a_line_says_the_day_and_no_time(board):
    assert {json.loads(line)["date"] for line in noticeboard.as_jsonl().splitlines()} == {
        "2026-11-22"
    }


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (update(Notice).where(Notice.n == 1).values(body={"number": 9}), "Line 1 was changed"),
        (update(Notice).where(Notice.n == 2).values(date="2026-11-21"), "dated before"),
        (update(Notice).where(Notice.n == 1).values(type="OPEN"), "Line 1 was changed"),
        (delete(Notice).where(Notice.n == 1), "Line 1 is missing"),
    ],
)
def test_a_changed_board_fails_its_check(board, statement, sentence):
    db.session.execute(statement)
    assert any(sentence in problem for problem in noticeboard.check())


def test_two_lines_cannot_follow_the_same_one(board):
    twin = db.session.get(Notice, 2)
    db.session.add(
        Notice(n=7, prev=twin.prev, type="KEY", body={}, date="2026-11-22", sha256="a" * 64)
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_only_known_types_are_posted(board):
    with pytest.raises(ValueError, match="not a type"):
        noticeboard.post("GOSSIP", {}, on=DAY)
