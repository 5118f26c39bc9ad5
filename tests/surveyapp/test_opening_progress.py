"""How far an opening is: told to whoever waits for it, in tenths, and by nobody but the opener."""

import json
import re

import pytest

from surveyapp.crypto import ballot
from surveyapp.services import opening, opening_progress, unsealing
from tests import voting
from tests.hr_pages import page

TOLD = re.compile(
    r"Opening: about (\d+) of 24\. Last told on \w+day \d+ \w+ \d{4}, \d+:\d\d [ap]m\."
)


@pytest.fixture
def closed(app, monkeypatch):
    """A closed pulse of 24 ballots, whose opening tells of every tenth."""
    monkeypatch.setattr(opening_progress, "EVERY", 0)
    wave = voting.open_voting(app)
    for person in wave.people[:24]:
        voting.vote(app, wave, person, {"speak_1": 4})
    voting.close(app, wave)
    return wave


def stopped(monkeypatch, number, then):
    """At that ballot ``then`` happens instead of opening it."""
    unseal, seen = ballot.unseal, []

    def one(*given):
        seen.append(given)
        return then() if len(seen) == number else unseal(*given)

    monkeypatch.setattr(unsealing.ballot, "unseal", one)


def killed():
    raise KeyboardInterrupt


def file_of(app, wave):
    with app.app_context():
        return opening_progress._folder(wave.wave_id) / opening_progress.FILE


def test_the_pulse_s_page_says_how_far_it_was_when_the_opener_was_killed(
    app, hr, closed, monkeypatch
):
    address = f"/waves/{closed.wave_id}/"
    assert "Opening" not in page(hr.get(address))
    stopped(monkeypatch, 12, killed)
    with pytest.raises(KeyboardInterrupt):
        voting.open_ballots(app, closed)
    # Of three passes two are over and the third has come to its middle.
    (about,) = TOLD.findall(page(hr.get(address)))
    assert about == "20"
    monkeypatch.undo()
    voting.open_ballots(app, closed)
    assert not file_of(app, closed).parent.exists()


def test_it_grows_to_the_end_and_holds_nothing_finer_than_tenths_of_all(app, closed, monkeypatch):
    leave, said = opening_progress._leave, []

    def left(wave_id, tenths):
        leave(wave_id, tenths)
        said.append((file_of(app, closed).read_text(), tenths))

    monkeypatch.setattr(opening_progress, "_leave", left)
    voting.open_ballots(app, closed)
    assert [tenths for _, tenths in said] == list(range(11))
    for text, tenths in said:
        word = json.loads(text)
        assert word.keys() == {"tenths", "at"}
        assert word["tenths"] == tenths
        assert word["at"].endswith(":00")


def test_an_opening_that_is_refused_is_not_under_way(app, closed, monkeypatch):
    def refused():
        raise opening.OpeningRefused("Something is wrong.")

    stopped(monkeypatch, 3, refused)
    with pytest.raises(opening.OpeningRefused):
        voting.open_ballots(app, closed)
    assert not file_of(app, closed).parent.exists()


def test_a_disk_without_room_for_it_holds_no_opening_up(app, closed, monkeypatch):
    def full(*_given):
        raise OSError("No space left on device")

    monkeypatch.setattr(opening_progress.keys, "replace", full)
    assert voting.open_ballots(app, closed).accepted == 24


WORD = '{"tenths": 5, "at": "2026-11-22T09:00:00"}'


def told(app, wave, text=WORD, **row):
    """What the page says of a wave with this word and these values in its row."""
    path = file_of(app, wave)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(errors="surrogateescape"))
    with app.app_context():
        found = voting.wave_of(wave)
        for name, value in row.items():
            setattr(found, name, value)
        return opening_progress.words(found)


DAMAGED = [
    "",
    "[]",
    "{}",
    '{"tenths": 3}',
    '{"tenths": 3, "at": "yesterday"}',
    '{"tenths": 3, "at": 5}',
    '{"tenths": Infinity, "at": "2026-11-22T09:00:00"}',
    '{"tenths": "<b>3</b>", "at": "2026-11-22T09:00:00"}',
    '{"tenths": 11, "at": "2026-11-22T09:00:00"}',
    "\udcff",
]


def test_a_damaged_word_is_none(app, closed):
    assert [told(app, closed, text) for text in DAMAGED] == [""] * len(DAMAGED)


def test_nothing_is_told_before_closing_and_no_number_of_a_few(app, closed):
    assert told(app, closed).startswith("Opening: about 10 of 24.")
    assert told(app, closed, state="open") == ""
    assert told(app, closed, state="opened") == ""
    assert told(app, closed, ballots=9).startswith("Opening has begun. Last told on Sunday")
    assert told(app, closed, ballots=1_234).startswith("Opening: about 615 of 1,234.")
