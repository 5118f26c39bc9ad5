"""LOG-1 (SECURITY 11), thin: after a whole wave no file holds a code, an address or an answer."""

import logging
from functools import cache

import pytest

from tests import voting
from tests.voting import arrive

MARKED = "zebras queue politely outside the linen cupboard"
AGENT = "MarkedBrowser/7.77"
ADDRESS = "203.0.113.77"
COOKIE = "marked-cookie-value"


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


def files_with(folder, *marks):
    """The marks that stand in a file in any of the usual encodings, each with the file's name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    found = []
    for path in files:
        held = path.read_bytes()
        found += [(mark, path.name) for mark in marks if any(one in held for one in forms(mark))]
    return found


@cache
def forms(mark):
    """A mark as bytes, in the usual encodings and in either case."""
    encoded = {mark.encode(how) for how in ("utf-8", "utf-16-le", "utf-16-be")}
    return encoded | {mark.lower().encode(), mark.upper().encode()}


def answer(app, person, comment):
    browser = app.test_client()
    browser.environ_base |= {
        "HTTP_USER_AGENT": AGENT,
        "REMOTE_ADDR": ADDRESS,
        "HTTP_X_FORWARDED_FOR": ADDRESS,
        "HTTP_REFERER": "http://mail.example/marked-referrer",
        "HTTP_COOKIE": f"marked={COOKIE}",
    }
    page = arrive(browser, person.code).press("one")
    page = (
        page.press("next", a_speak_1="4").press("next", a_speak_2="2").press("next", a_work_1="1")
    )
    page = page.press("next", t_barriers=comment, u_barriers="board")
    receipt = page.press("send").page.select_one(".c-code").text
    return page.fields()["seed"], receipt


def test_the_search_finds_what_is_there(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(MARKED if number == 3 else "")
    assert files_with(tmp_path, AGENT, MARKED) == [(MARKED, "3.txt")]


def test_a_whole_wave_leaves_no_code_address_agent_or_answer_in_any_file(app, log, tmp_path):
    wave = voting.open_voting(app)
    told = [answer(app, person, f"{MARKED} {n}") for n, person in enumerate(wave.people)]
    browser = app.test_client()
    arrive(browser, wave.people[0].code)
    arrive(browser, wave.people[0].token[:-2])

    def nothing_left():
        marks = [MARKED, AGENT, ADDRESS, COOKIE, "marked-referrer"]
        for person, (seed, receipt) in zip(wave.people, told, strict=True):
            marks += [person.code, person.token, seed, receipt, receipt.replace("-", "")]
        assert files_with(tmp_path, *marks) == []

    assert log.stat().st_size > 10_000
    nothing_left()
    voting.close(app, wave)
    nothing_left()
    voting.open_ballots(app, wave)
    nothing_left()


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
    answer(app, wave.people[0], MARKED)
    with app.app_context():
        record = ballot.Record.from_bytes(box_session().query(Ballot).one().record)
        held = [
            blind.SigningKey.from_bytes(path.read_bytes())
            for path in keys.directory("registrar", wave.wave_id).iterdir()
        ]
        assert held
        with pytest.raises(ballot.BallotError):
            ballot.peel(record, envelope.new_key())


def test_after_opening_the_box_holds_nothing_even_in_its_free_pages(app, tmp_path):
    wave = voting.open_voting(app)
    sealed = [voting.vote(app, wave, person, {"speak_1": 1}) for person in wave.people]
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("box.sqlite*"))
    assert left
    for record in sealed:
        assert record[200:264] not in left
