"""LOG-1 (SECURITY 11): what could leave a trace at a crash, in the box or in a search."""

import base64
import logging

import pytest

from tests import voting
from tests.security import copies
from tests.voting import arrive

MARKED = "zebras queue politely outside the linen cupboard"


@pytest.fixture
def log(tmp_path):
    """Everything that any logger says, to a file, for as long as the test lasts."""
    handler = logging.FileHandler(tmp_path / "everything.log")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    noisy = [logging.getLogger(name) for name in ("sqlalchemy", "werkzeug", "surveyapp")]
    for logger in noisy:
        logger.setLevel(logging.DEBUG)
    yield tmp_path / "everything.log"
    for logger in noisy:
        logger.setLevel(logging.NOTSET)
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


def answer(browser, person, comment):
    """Somebody answers by typed code, without script; what their page held that nobody may keep."""
    page = arrive(browser, person.code).press("one")
    page = (
        page.press("next", a_speak_1="4").press("next", a_speak_2="2").press("next", a_work_1="1")
    )
    page = page.press("next", t_barriers=comment, u_barriers="board")
    receipt = page.press("send").page.select_one(".c-code").text
    return page.fields()["seed"], receipt, receipt.replace("-", "")


def test_the_search_finds_what_is_there_however_it_is_spelled(tmp_path):
    held = b"ab" + bytes(range(200, 240)) + b"yz"
    for number, spelled in enumerate(
        (MARKED.encode(), MARKED.upper().encode("utf-16-le"), held, held.hex().encode(),
         base64.b64encode(held), base64.urlsafe_b64encode(b"x" + held))
    ):  # fmt: skip
        (tmp_path / f"{number}.txt").write_bytes(b"before " + spelled + b" behind")
    found = copies.found_in([MARKED, held, "not there"], tmp_path)
    assert found == [(MARKED, f"{n}.txt") for n in (0, 1)] + [
        (held, f"{n}.txt") for n in range(2, 6)
    ]


def test_a_crash_while_sending_logs_its_kind_and_nothing_else(app, log, tmp_path, monkeypatch):
    from surveyapp.services import ballotbox

    wave = voting.open_voting(app)
    person = wave.people[0]

    def crash(record):
        raise RuntimeError(f"{MARKED} {record!r}")

    monkeypatch.setattr(ballotbox, "cast", crash)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    page = arrive(app.test_client(), person.code).press("all")
    page = page.press("send.unless-hints", t_barriers=MARKED, u_barriers="board")
    assert page.response.status_code == 500
    assert "unhandled RuntimeError" in log.read_text()
    for mark in (MARKED, person.code, "speak_1"):
        assert mark not in log.read_text()


def test_nothing_is_readable_before_close_even_with_every_signing_key(app, tmp_path):
    """The box's copy and the registrar's keys together open no ballot."""
    from surveyapp import keys
    from surveyapp.crypto import ballot, blind, envelope
    from surveyapp.extensions import box_session
    from surveyapp.models.ballots import Ballot

    wave = voting.open_voting(app)
    answer(app.test_client(), wave.people[0], MARKED)
    with app.app_context():
        record = ballot.Record.from_bytes(box_session().query(Ballot).one().record)
        held = [
            blind.SigningKey.from_bytes(held)
            for _, held in copies.every_byte(keys.directory("registrar", wave.wave_id))
            if held.startswith(b"{")
        ]
        assert held
        with pytest.raises(ballot.BallotError):
            ballot.peel(record, envelope.new_key())
