"""Whoever changes, drops or reorders a line is caught by the lines that follow."""

import base64
import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from surveyapp import clock, keys
from surveyapp.crypto import checkpoint, merkle
from surveyapp.extensions import db
from surveyapp.models.publications import Notice, SignedCheckpoint
from surveyapp.services import audit, noticeboard, noticeboard_check, noticeboard_key

DAY = date(2026, 11, 22)


@pytest.fixture
def board(app):
    with app.app_context():
        for number in range(2):
            noticeboard.post("ACTION", {"number": number}, on=DAY)
        db.session.commit()
        yield


def test_each_line_holds_the_hash_of_the_one_before(board):
    lines = noticeboard.as_jsonl().splitlines()
    assert json.loads(lines[0])["prev"] == "0" * 64
    for before, after in zip(lines, lines[1:], strict=False):
        assert json.loads(after)["prev"] == hashlib.sha256(before.encode()).hexdigest()
    assert noticeboard_check.check() == []


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
        (update(Notice).where(Notice.n == 1).values(about="x"), "Line 1 is filed under another"),
        (delete(Notice).where(Notice.n == 1), "Line 1 is missing"),
        (delete(Notice).where(Notice.n == 2), "not the one that was signed"),
        (delete(SignedCheckpoint), "signature is not that of its key"),
        (update(SignedCheckpoint).values(checkpoint="nothing"), "signature is not that of its key"),
    ],
)
def test_a_changed_board_fails_its_check(board, statement, sentence):
    db.session.execute(statement)
    assert any(sentence in problem for problem in noticeboard_check.check())


def test_two_lines_cannot_follow_the_same_one(board):
    twin = db.session.get(Notice, 2)
    db.session.add(
        Notice(n=7, prev=twin.prev, type="OPEN", body={}, date="2026-11-22", sha256="a" * 64)
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_only_known_types_are_posted(board):
    with pytest.raises(ValueError, match="not a type"):
        noticeboard.post("GOSSIP", {}, on=DAY)


def key_of(line):
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(line.body["ed25519"]))


def test_the_first_line_announces_the_key_that_signs_the_whole_board(board):
    first = noticeboard.lines()[0]
    assert first.type == "KEY"
    assert first.body["origin"] == "candour/127.0.0.1-8000"
    said = checkpoint.read(noticeboard.checkpoint(), key_of(first))
    entries = [line.encode() for line in noticeboard.as_jsonl().splitlines()]
    assert (said.origin, said.size) == ("candour/127.0.0.1-8000", 3)
    assert said.root == merkle.root(entries)


def test_a_checkpoint_has_the_form_others_can_read(board):
    """Taken apart by hand after C2SP tlog-checkpoint and signed-note."""
    text, _, signature_line = noticeboard.checkpoint().partition("\n\n")
    origin, size, root = text.split("\n")
    assert size == "3"
    assert len(base64.b64decode(root)) == 32
    mark, name, encoded = signature_line.removesuffix("\n").split(" ")
    raw, public = base64.b64decode(encoded), key_of(noticeboard.lines()[0])
    named = origin.encode() + b"\n\x01" + public.public_bytes_raw()
    assert (mark, name, raw[:4]) == ("—", origin, hashlib.sha256(named).digest()[:4])
    public.verify(raw[4:], f"{text}\n".encode())


def test_the_words_are_those_of_the_signed_text_and_change_with_every_line(board):
    before = noticeboard.words()
    text = noticeboard.checkpoint().partition("\n\n")[0] + "\n"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()) >> 124
    listed = (Path(checkpoint.__file__).with_name("words.txt")).read_text().split()
    assert len(set(listed)) == 2048
    assert before == [listed[number >> 11 * place & 2047] for place in range(11, -1, -1)]
    noticeboard.post("OPEN", {}, on=DAY)
    assert noticeboard.words() != before


def test_a_board_rewritten_with_every_hash_put_right_is_not_the_one_that_was_signed(board):
    """Whoever has the database and not the key can mend the chain, but not the signature."""
    prev = noticeboard.lines()[0].sha256
    for n in (1, 2):
        line = db.session.get(Notice, n)
        line.body, line.prev = {"number": 9}, prev
        line.sha256 = prev = hashlib.sha256(noticeboard.bytes_of(line)).hexdigest()
        db.session.flush()
    assert noticeboard_check.check() == ["The noticeboard is not the one that was signed."]


def test_a_new_key_is_announced_by_the_old_one(board):
    old = noticeboard.lines()[0].body["ed25519"]
    line = noticeboard.rotate(on=DAY)
    noticeboard.post("OPEN", {}, on=DAY)
    db.session.commit()
    noticeboard_key.forget_others(line.body["ed25519"])
    assert line.body["ed25519"] != old
    assert noticeboard_check.check() == []
    checkpoint.read(noticeboard.checkpoint(), key_of(line))
    assert len(list(keys.directory("office").glob("noticeboard*.key"))) == 1
    noticeboard.post("OPEN", {}, on=DAY)
    assert noticeboard_check.check() == []


def test_a_key_that_the_old_one_did_not_sign_is_told_of(board):
    mine = Ed25519PrivateKey.generate()
    keys.put(keys.directory("office") / "noticeboard-mine.key", mine.private_bytes_raw())
    old = noticeboard.lines()[0].body
    body = {**old, "previous": old["ed25519"], "ed25519": noticeboard_key.shown(mine)}
    noticeboard.post("KEY", {**body, "signature": mine.sign(b"anything").hex()}, on=DAY)
    noticeboard.post("OPEN", {}, on=DAY)
    assert noticeboard_check.check() == ["Line 3 announces a key that the old key did not sign."]


def test_without_its_key_the_board_takes_no_line(board):
    keys.destroy(keys.directory("office") / noticeboard_key.FILE)
    with pytest.raises(noticeboard_key.KeyLost):
        noticeboard.post("OPEN", {}, on=DAY)


def test_a_page_notices_what_changed_among_lines_it_had_not_read_yet(board):
    assert noticeboard_check.quick() == []
    noticeboard.post("OPEN", {}, on=DAY)
    assert noticeboard_check.quick() == []
    noticeboard.post("CLOSED", {}, on=DAY)
    db.session.execute(update(Notice).where(Notice.n == 4).values(date="2020-01-01"))
    assert any("Line 4" in problem for problem in noticeboard_check.quick())


def test_a_page_reads_all_of_it_again_after_a_while(board, monkeypatch):
    assert noticeboard_check.quick() == []
    db.session.execute(update(Notice).where(Notice.n == 1).values(body={"number": 9}))
    monkeypatch.setattr(noticeboard_check, "REMEMBERED", -1)
    assert any("Line 1 was changed" in problem for problem in noticeboard_check.quick())


@pytest.fixture
def elsewhere(monkeypatch):
    """A process that has neither the roster's store nor the office's keys: the opener's."""
    monkeypatch.setattr(noticeboard, "opens", lambda store: store != "who")

    def post(type):
        with monkeypatch.context() as patch:
            patch.setattr(noticeboard_key, "of", lambda _public: gone())
            noticeboard.post(type, {}, on=DAY)

    def gone():
        raise noticeboard_key.KeyLost

    return post


def test_what_the_opener_posts_the_office_signs_later(board, elsewhere):
    before = noticeboard.checkpoint()
    with clock.as_if(datetime(2026, 11, 22, 12)):
        elsewhere("CLOSED")
        elsewhere("OPENED")
        assert noticeboard.checkpoint() == before
        assert noticeboard_check.check() == []
        noticeboard.sign()
        assert noticeboard_check.check() == []
    said = checkpoint.read(noticeboard.checkpoint(), key_of(noticeboard.lines()[0]))
    assert said.size == 5
    assert said.root == merkle.root([noticeboard.bytes_of(one) for one in noticeboard.lines()])


def test_a_line_that_nobody_signed_by_the_next_day_is_told_of(board, elsewhere):
    elsewhere("CLOSED")
    with clock.as_if(datetime(2026, 11, 24)):
        assert noticeboard_check.check() == ["Line 3 was never signed."]


def test_lines_waiting_for_a_signature_do_not_hide_a_rewritten_beginning(board, elsewhere):
    prev = noticeboard.lines()[0].sha256
    elsewhere("CLOSED")
    for n in (1, 2, 3):
        line = db.session.get(Notice, n)
        line.body, line.prev = {"number": 9}, prev
        line.sha256 = prev = hashlib.sha256(noticeboard.bytes_of(line)).hexdigest()
        db.session.flush()
    with clock.as_if(datetime(2026, 11, 22, 12)):
        assert noticeboard_check.check() == ["The noticeboard is not the one that was signed."]


def test_the_staff_log_is_fixed_on_the_board_once_a_day_that_had_one(app):
    with app.app_context():
        assert noticeboard.fix_log(audit.days_end(DAY), on=DAY) is None
        audit.record("hr@example.org", "did", "something", on=date(2026, 11, 21))
        audit.record("hr@example.org", "did", "more", on=date(2026, 11, 21))
        head = audit.lines()[0].sha256
        audit.record("hr@example.org", "did", "something today", on=DAY)
        posted = noticeboard.fix_log(audit.days_end(DAY), on=DAY)
        assert (posted.type, posted.body) == ("AUDIT", {"lines": 2, "head": head})
        assert noticeboard.fix_log(audit.days_end(DAY), on=DAY) is None
        assert noticeboard.fix_log(audit.days_end(date(2026, 11, 23)), on=DAY).body["lines"] == 3
