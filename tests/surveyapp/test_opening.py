"""Opening: once, whole, shuffled, and only then are ballots and keys destroyed."""

import io
import json

import polars as pl
import pytest

from surveyapp import keys
from surveyapp.crypto import blocks, receipts
from surveyapp.errors import NotNow
from surveyapp.extensions import answers_session, box_session, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.responses import AnswerBlock
from surveyapp.services import ballotbox, opening
from tests import voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def wave(app):
    return voting.open_voting(app)


def read(wave, kind):
    row = answers_session().get(AnswerBlock, (wave.wave_id, kind))
    plain = blocks.unseal(
        keys.wrapping_key(wave.wave_id),
        row.wrapped_key,
        row.sealed,
        blocks.context(wave.wave_id, kind),
    )
    return pl.read_parquet(io.BytesIO(plain))


def fill(app, wave):
    """Days answer 1, Nights 2, the Kitchen 3 and its comments; one leaves all out."""
    for code, place in ((1, "Riverside/Days"), (2, "Riverside/Nights"), (3, "Riverside/Kitchen")):
        for person in wave.of(place):
            comments = [("barriers", f"says {place}", "board")] if code != 2 else []
            voting.vote(app, wave, person, {"speak_1": code, "work_1": -1}, comments)


def test_answers_come_out_whole_and_small_groups_count_above(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert (opened.accepted, opened.rejected) == (31, {})
    with app.app_context():
        rows = read(wave, "responses")
        assert rows.columns == ["unit", "speak_1", "speak_2", "work_1"]
        assert set(rows.dtypes[1:]) == {pl.Int8}
        counted = rows.group_by("unit", "speak_1").len().sort("unit").rows()
        # Four in the kitchen are too few; with the smaller of the two others they make a class.
        assert {unit for unit, _, _ in counted} == {"Riverside", "Riverside/Days"}
        assert sum(number for *_, number in counted) == 31
        assert rows["speak_2"].null_count() == 31
        assert set(rows["work_1"]) == {-1}
        comments = read(wave, "comments")
        assert comments.columns == ["question", "text", "use", "unit"]
        assert len(comments) == 18


def test_an_opening_is_published_by_receipts_sorted(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert list(opened.receipts) == sorted(opened.receipts)
    assert len(set(opened.receipts)) == 31
    assert len(opened.comment_receipts) == 18
    assert len(opened.root) == 64


def test_a_respondent_finds_their_own_receipt(app, wave):
    from surveyapp.crypto import client

    seed, person = b"s" * 32, wave.people[0]
    voting.vote(app, wave, person, {"speak_1": 4}, seed=seed)
    said = client.fill_in(seed, person.class_key, {"speak_1": 4}, [])
    voting.close(app, wave)
    assert (
        receipts.of_response(said.nonce, {"speak_1": 4}).hex()
        in voting.open_ballots(app, wave).receipts
    )


def test_ballots_and_keys_go_only_after_the_answers_are_safe(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    with app.app_context():
        row = voting.wave_of(wave)
        with pytest.raises(opening.OpeningRefused):
            opening.let_go(row)
        opening.open_wave(row)
        # The process dies here, before the commit.
    with app.app_context():
        assert answers_session().query(AnswerBlock).count() == 0
        assert ballotbox.count(wave.wave_id) == 31
        assert keys.directory("opener", wave.wave_id).exists()
        row = voting.wave_of(wave)
        first = opening.open_wave(row)
        answers_session().commit()
        # And here, before the ballots are let go.
    with app.app_context():
        row = voting.wave_of(wave)
        assert opening.open_wave(row) == first
        answers_session().commit()
        opening.let_go(row)
        # And here: neither ballots nor keys are gone.
    with app.app_context():
        row = voting.wave_of(wave)
        assert opening.open_wave(row) == first
        opening.let_go(row)
        box_session().commit()
        opening.scrub()
        assert ballotbox.count(wave.wave_id) == 0
        assert opening.is_left(row)
        opening.destroy_keys(row)
        assert not opening.is_left(row)
        assert not keys.directory("opener", wave.wave_id).exists()
        assert len(read(wave, "responses")) == 31


def test_an_open_wave_is_not_opened_early(app, wave):
    with app.app_context(), pytest.raises(NotNow):
        opening.open_wave(voting.wave_of(wave))


def test_a_wave_that_nobody_answered_opens_to_nothing(app, wave):
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert opened.accepted == 0
    with app.app_context():
        assert len(read(wave, "responses")) == 0
        assert read(wave, "comments").columns == ["question", "text", "use", "unit"]


def test_without_the_key_nothing_is_opened_and_nothing_destroyed(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    with app.app_context():
        keys.destroy_all("opener", wave.wave_id)
        with pytest.raises(opening.OpeningRefused, match="missing"):
            opening.open_wave(voting.wave_of(wave))
        assert ballotbox.count(wave.wave_id) == 31


@pytest.mark.parametrize(
    ("ratings", "comments", "reason"),
    [
        ({"speak_1": 6}, [], "answers"),
        ({"nothing_like_it": 1}, [], "answers"),
        ({"speak_1": -2}, [], "answers"),
        ({}, [("speak_1", "no box", "board")], "answers"),
        ({}, [("barriers", "one", "board"), ("barriers", "two", "board")], "answers"),
    ],
)
def test_answers_to_no_question_are_rejected_and_counted(app, wave, ratings, comments, reason):
    voting.vote(app, wave, wave.people[0], ratings, comments)
    voting.vote(app, wave, wave.people[1], {"speak_1": 5})
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert (opened.accepted, opened.rejected) == (1, {reason: 1})


def test_a_ballot_that_claims_another_class_is_rejected(app, wave):
    person = wave.of("Riverside/Days")[0]
    with app.app_context():
        from surveyapp.crypto import client
        from surveyapp.services import registrar, terms

        conditions, seed = terms.of(wave.wave_id), client.new_seed()
        wish = client.begin(
            seed, str(wave.wave_id), person.class_key, conditions.classes[person.class_key]
        )
        signed = registrar.issue(registrar.find(person.token), wish.blinded)
        who_session().commit()
        said = client.fill_in(seed, "Riverside", {"speak_1": 5}, [])
        record = client.finish(wish, signed, said, conditions.lid, counter=1)
        raw = json.loads(record.to_bytes()) | {"class": person.class_key}
        from surveyapp.crypto import ballot
        from surveyapp.crypto.canonical import canonical

        fixed = ballot.sign(ballot.Record.from_bytes(canonical(raw)), wish.key)
        ballotbox.cast(fixed.to_bytes())
        box_session().commit()
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert (opened.accepted, opened.rejected) == (0, {"class": 1})


def test_one_corrupted_byte_costs_one_ballot_and_no_other(app, wave):
    fill(app, wave)
    with app.app_context():
        row = box_session().query(Ballot).first()
        row.record = row.record.replace(b'"prefix":"', b'"prefix":"A', 1)[:-1] + b"}"
        box_session().commit()
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert opened.accepted == 30
    assert sum(opened.rejected.values()) == 1


def test_more_ballots_than_codes_used_stops_the_opening(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    with app.app_context():
        voting.claim_issued(wave, {"Riverside/Days": 13, "Riverside": 17})
        with pytest.raises(opening.OpeningRefused) as refusal:
            opening.open_wave(voting.wave_of(wave))
        assert refusal.value.details == [
            "Days: there are more ballots than codes were used.",
            "The codes used in the groups do not add up to what the noticeboard says.",
        ]
        assert ballotbox.count(wave.wave_id) == 31


def test_more_codes_used_than_people_stops_the_opening(app, wave):
    fill(app, wave)
    voting.close(app, wave)
    with app.app_context():
        voting.claim_issued(wave, {"Riverside/Days": 15, "Riverside": 16})
        with pytest.raises(opening.OpeningRefused) as refusal:
            opening.open_wave(voting.wave_of(wave))
        assert "Days: more codes were used than there are people." in refusal.value.details
