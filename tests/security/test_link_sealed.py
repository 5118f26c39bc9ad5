"""LINK-1, LINK-4, STOLEN in a wave with a witness: the whole machine with every key on it opens no
ballot, and what the witness gives back has no order that anybody knows."""

import hashlib
from datetime import timedelta

import pytest

from surveyapp import jobs, keys
from surveyapp.crypto import envelope, witness_key
from surveyapp.services import opening, witnesses
from tests import factories, voting
from tests.security import copies, held
from tests.security.test_link import held_keys, opens

PLACES = ("Riverside/Days",) * 14 + ("Riverside/Nights",) * 13


@pytest.fixture
def mo():
    return witness_key.WitnessKey.new("Mo, speak-up guardian")


@pytest.fixture
def sealed(make_app, tmp_path, mo):
    app = make_app(**voting.on_files(tmp_path))
    wave = voting.open_voting(app, places=PLACES, witnesses=[mo])
    told = held.Held(app, wave, list(wave.people))
    for number, person in enumerate(wave.people):
        said = [("barriers", f"{held.SAID} {number}", "board")]
        told.records.append(voting.vote(app, wave, person, held.mark(number), said))
    return told


def test_the_whole_machine_with_every_key_on_it_opens_no_ballot(
    sealed, mo, tmp_path, record_figure
):
    everything = held_keys(sealed.app)
    theirs = envelope.private_bytes(mo.outer)
    assert opens(sealed.records[0], everything | {theirs}), "with the witness's key it opens"
    assert not any(opens(record, everything) for record in sealed.records[:2])
    assert copies.found_in([held.SAID, theirs], tmp_path / "instance") == []
    record_figure(
        "STOLEN", "whole machine with every key, before opening, with a witness: 0 opened"
    )


def test_what_the_witness_gives_back_is_in_an_order_of_chance(sealed, mo, record_figure):
    """It is sorted by the hash of bytes that nobody saw before: no order that was known comes
    through, and each witness gives the same."""
    app, wave = sealed.app, sealed.wave
    voting.close(app, wave)
    made = voting.bundle(app, wave)
    given = voting.peel(made, mo).inner
    assert list(given) == sorted(given, key=lambda inside: hashlib.sha256(inside).digest())
    assert len({one[:65] for one in given}) == len(PLACES), "each begins with a fresh random point"
    assert copies.found_in([one[:65] for one in given], app.instance_path) == []
    assert copies.found_in([sealed.records[0][1500:1548]], app.instance_path) != []
    record_figure(
        "LINK-4", "what a witness gives back is sorted by a hash of bytes that nobody saw"
    )


def test_when_a_witness_has_opened_no_byte_of_a_ballot_or_their_work_is_left(
    sealed, mo, tmp_path, record_figure
):
    app, wave = sealed.app, sealed.wave
    voting.close(app, wave)
    given = voting.peel(voting.bundle(app, wave), mo)
    with app.app_context():
        inner = keys.directory("opener", wave.wave_id) / opening.INNER
        destroyed = inner.read_bytes()
        row = voting.wave_of(wave)
        witnesses.prepare(row)
        witnesses.hand_in(row, given.to_bytes())
        assert copies.found_in([given.inner[0][100:164]], tmp_path / "instance") != []
        jobs.open_ballots(row, row.closes_at + timedelta(minutes=1))
        factories.committed()
    pieces = [record[1500:1548] for record in sealed.records]
    pieces += [one[100:164] for one in given.inner]
    assert copies.found_in([held.SAID, destroyed, *pieces], tmp_path / "instance") == []
    with app.app_context():
        assert len(voting.opened(wave, "responses")) == len(PLACES)
    record_figure("LINK-1", "after a witness opened: ballots, their work, destroyed key found 0")
