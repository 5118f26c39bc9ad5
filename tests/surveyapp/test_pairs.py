"""Diary phrases from ballot to results: what is stored, for how long, and what comes out."""

import io
import json
from datetime import timedelta

import polars as pl
import pytest

from analysis.pairs import tag_of
from surveyapp import keys, verify
from surveyapp.crypto import client, diary
from surveyapp.extensions import answers_session
from surveyapp.models.responses import PairBlock
from surveyapp.services import answer_blocks, covenants, opening, pairs, publishing
from tests import factories, voting

SERIES = "riverside"
PLACES = ("Riverside/Days",) * 24 + ("Riverside/Nights",) * 21
KEEPERS = 33
THEMES = ("speaking_up", "workload")


@pytest.fixture
def app(make_app):
    app = make_app(**voting.SETTINGS)
    with app.app_context():
        yield app


def phrase(person):
    """Somebody's secret, the same in every wave."""
    return (person + 1).to_bytes(16)


def ratings(person, shift=0):
    code = min(1 + person % 4 + shift, 5)
    return {"speak_1": code, "speak_2": 6 - code, "work_1": 3}  # the second is asked in reverse


def tags(person, number, keepers=KEEPERS):
    return diary.tags(phrase(person), SERIES, number) if person < keepers else ()


def said(number, shift=0, *, keepers=KEEPERS, alike=()):
    """Everybody's answers as the opener reads them; ``alike`` people use the first one's phrase."""
    return [
        client.fill_in(
            bytes(32),
            place,
            ratings(person, shift),
            [],
            tags(0 if person in alike else person, number, keepers),
        )
        for person, place in enumerate(PLACES)
    ]


def opened(number, answers, *, offered=True):
    """A wave whose pair records are dealt with as at its opening, and what its pairs come to."""
    covenant = json.dumps({"diary": offered})
    wave = factories.a_wave(state="closed", number=number, covenant=covenant)
    found = pairs.measured(wave, answers, factories.an_instrument())
    pairs.keep(wave, answers, factories.an_instrument())
    wave.state = "opened"
    factories.committed()
    pairs.forget_earlier(wave)
    return wave, found


def records(wave_id):
    block = answer_blocks.read_pairs(wave_id)
    return pl.read_parquet(io.BytesIO(block)) if block else None


def key_of(wave_id):
    return keys.directory("opener") / "pairs" / f"{wave_id}.key"


def test_records_hold_a_tag_and_a_rough_score_of_one_theme_and_nothing_else(app):
    wave, _ = opened(1, said(1))
    found = records(wave.id)
    assert found.columns == ["tag", "score"]
    mine = {
        tag_of(diary.tag(phrase(person), SERIES, 1), theme): (person, theme)
        for person in range(KEEPERS)
        for theme in THEMES
    }
    kept = {mine[tag]: score for tag, score in found.iter_rows()}
    # Answers 1 to 4 of 5 are 0, 25, 50 and 75: nothing to draw for. All who answered 3 are 50.
    assert kept == {
        (person, theme): 25 * (person % 4) if theme == "speaking_up" else 50
        for person in range(KEEPERS)
        for theme in THEMES
    }
    assert list(kept) != sorted(kept)


def test_the_same_people_are_compared_and_nothing_of_the_pairs_is_left(app):
    first, none = opened(1, said(1))
    assert none is None
    assert key_of(first.id).exists()
    second, found = opened(2, said(2, 1))
    assert found.since == "1"
    told = found.themes["speaking_up"]
    assert (told.n, told.total, told.squares) == (KEEPERS, 25.0 * KEEPERS, 625.0 * KEEPERS)
    assert not key_of(first.id).exists()
    assert [row.wave_id for row in answers_session().query(PairBlock)] == [second.id]


def test_a_copy_from_before_cannot_be_read_once_the_next_wave_is_open(app):
    first, _ = opened(1, said(1))
    row = answers_session().get(PairBlock, first.id)
    copy = {"wave_id": row.wave_id, "wrapped_key": row.wrapped_key, "sealed": row.sealed}
    answers_session().expunge(row)
    opened(2, said(2))
    answers_session().add(PairBlock(**copy))
    factories.committed()
    with pytest.raises(keys.MissingKey):
        answer_blocks.read_pairs(first.id)


def test_waves_share_no_tag_in_the_store(app):
    """A naive store, which keeps both tags, gives every chain away; in ours there is none."""
    naive, kept = {}, {}
    for number in (1, 2, 3):
        wave, _ = opened(number, said(number))
        kept[number] = set(records(wave.id)["tag"])
        naive[number] = {
            tag for person in range(KEEPERS) for tag in diary.tags(phrase(person), SERIES, number)
        }
    assert len(naive[1] & naive[2]) == len(naive[2] & naive[3]) == KEEPERS
    pieces = {
        number: {tag[at : at + 8] for tag in found for at in range(9)}
        for number, found in kept.items()
    }
    for one, other in ((1, 2), (2, 3), (1, 3)):
        assert not pieces[one] & pieces[other]


def test_under_thirty_pairs_nothing_of_them_is_kept(app):
    opened(1, said(1))
    assert opened(2, said(2, keepers=29))[1] is None


def test_a_phrase_on_two_ballots_counts_for_nobody(app):
    opened(1, said(1))
    _, found = opened(2, said(2, alike=(2,)))
    assert found.themes["speaking_up"].n == KEEPERS - 2


def test_where_no_phrase_was_promised_tags_are_not_looked_at(app):
    first, _ = opened(1, said(1), offered=False)
    assert records(first.id) is None
    assert not key_of(first.id).exists()


def test_a_pulse_without_phrases_still_ends_those_of_the_one_before(app):
    first, _ = opened(1, said(1))
    _, found = opened(2, said(2), offered=False)
    assert found is None
    assert answers_session().query(PairBlock).count() == 0
    assert not key_of(first.id).exists()


def test_only_the_very_next_pulse_is_compared(app):
    opened(1, said(1))
    assert opened(3, said(3))[1] is None


@pytest.mark.parametrize("spoilt", ["key", "block"])
def test_records_that_cannot_be_read_hold_nothing_back(app, spoilt):
    first, _ = opened(1, said(1))
    if spoilt == "key":
        keys.destroy_pairs_key(first.id)
    else:
        row = answers_session().get(PairBlock, first.id)
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
        factories.committed()
    second, found = opened(2, said(2))
    assert found is None
    assert records(second.id).height == KEEPERS * len(THEMES)


def test_a_wave_opened_after_a_later_one_keeps_no_records(app):
    opened(2, said(2))
    late, _ = opened(1, said(1))
    assert records(late.id) is None


def test_scores_that_would_give_somebody_away_are_not_kept(app):
    alone = client.fill_in(bytes(32), PLACES[0], {"speak_1": 5, "speak_2": 1}, [], tags(0, 1))
    crowd = [
        client.fill_in(bytes(32), place, {"speak_1": 1, "speak_2": 5}, [], tags(person, 1))
        for person, place in enumerate(PLACES[1:], start=1)
    ]
    wave, _ = opened(1, [alone, *crowd])
    assert records(wave.id).height == 0


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def site(request, make_app):
    if request.param == "sqlite":
        return make_app(**voting.SETTINGS)
    return make_app(**voting.SETTINGS, DATABASES=request.getfixturevalue("postgres").fresh())


def test_from_ballots_to_results(site):
    """Two waves cast, opened and published; the first opening of the second is cut short."""
    before = None
    for number in (1, 2):
        wave = voting.open_voting(site, places=PLACES, after=before, diary=True)
        for person, one in enumerate(wave.people):
            voting.vote(site, wave, one, ratings(person, number - 1), tags=tags(person, number))
        voting.close(site, wave)
        with site.app_context():
            opening.open_wave(voting.wave_of(wave))
            answers_session().rollback()
        voting.open_ballots(site, wave)
        with site.app_context():
            row = voting.wave_of(wave)
            row.state, row.closed_on = "summarised", row.closes_at.date().isoformat()
            publication = publishing.draw_up(row)
            publication.released_on = (row.publishes_at + timedelta(days=1)).date().isoformat()
            row.state = "published"
            told = json.loads(publication.summary)["pairs"]
            factories.committed()
        before = wave
        if number == 1:
            assert told is None
    assert told["people"] == "at least 30"
    assert told["themes"][0]["theme"] == "speaking_up"
    assert told["themes"][0]["change"]["verdict"] == "higher"
    assert told["themes"][0]["change"]["difference"] is None


def test_the_covenant_says_whether_a_phrase_is_offered_and_to_few_it_never_is(app):
    for places, wanted, promised in (
        (PLACES, True, True),
        (PLACES, False, False),
        (PLACES[:29], True, False),
    ):
        slug = f"{len(places)}-{wanted}".lower()
        wave = voting.open_voting(app, places=places, diary=wanted, slug=slug, state="committed")
        fixed = covenants.of(voting.wave_of(wave))
        assert fixed["diary"] is promised
        assert ("pairs-all" in [table["id"] for table in fixed["tables"]]) is promised


@pytest.mark.parametrize(
    ("promised", "k", "people", "sound"),
    [
        (True, 10, "at least 30", True),
        (True, 10, "at least 20", False),
        (True, 40, "at least 30", False),
        (False, 10, "at least 50", False),
    ],
)
def test_the_checking_program_knows_what_may_be_told(promised, k, people, sound):
    pulse = verify.Pulse([], covenant={"diary": promised, "wave": {"label": "May"}}, rule={"k": k})
    report = verify.Report()
    verify.check_pairs(pulse, {"pairs": {"people": people, "themes": []}}, report)
    assert bool(report.problems[1]) is not sound
    verify.check_pairs(pulse, {}, verify.Report())
