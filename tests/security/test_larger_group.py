"""ROST-2: who is counted in the larger group only leaves no trace of their unit."""

import json

import pytest

from surveyapp import clock, jobs
from surveyapp.crypto import ballot, client
from surveyapp.extensions import answers_session, who_session
from surveyapp.services import publishing, registrar, terms
from tests import voting

RIVERSIDE, DAYS, NIGHTS = "Riverside", "Riverside/Days", "Riverside/Nights"


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


def vote(app, wave, person, says, ratings, comment=None):
    """Cast under the person's own class a ballot that says something else of its group."""
    from surveyapp.extensions import box_session
    from surveyapp.services import ballotbox

    with app.app_context():
        seed, conditions = client.new_seed(), terms.of(wave.wave_id)
        public = conditions.classes[person.class_key]
        wish = client.begin(seed, str(wave.wave_id), person.class_key, public)
        signed = registrar.issue(registrar.find(person.token), wish.blinded)
        who_session().commit()
        comments = [ballot.Comment("barriers", comment, "themes")] if comment else []
        said = client.fill_in(seed, says, ratings, comments)
        ballotbox.cast(client.finish(wish, signed, said, conditions.lid, counter=1).to_bytes())
        box_session().commit()


def open_and_count(app, wave):
    voting.close(app, wave)
    return voting.open_ballots(app, wave)


def units(app, wave):
    """How many opened answers each group has."""
    with app.app_context():
        return dict(voting.opened(wave, "responses")["unit"].value_counts().iter_rows())


def test_the_opened_answers_say_the_larger_group_and_nothing_of_the_unit(app, record_figure):
    wave = voting.open_voting(app)
    alone = wave.of(DAYS)[0]
    vote(app, wave, alone, ballot.not_given(RIVERSIDE), {"speak_1": 5}, "Only I wrote this")
    for person in wave.of(NIGHTS):
        voting.vote(app, wave, person, {"speak_1": 1})
    # What a trace looks like: a ballot that names its unit is found among the opened answers.
    named = wave.of(DAYS)[1]
    voting.vote(app, wave, named, {"speak_1": 4}, [("barriers", "With a unit", "themes")])
    opened = open_and_count(app, wave)
    assert (opened.accepted, opened.rejected) == (15, {})
    with app.app_context():
        rows = voting.opened(wave, "responses").to_dicts()
        comments = voting.opened(wave, "comments").to_dicts()
    (mine,) = [row for row in rows if row["speak_1"] == 5]
    (theirs,) = [row for row in rows if row["speak_1"] == 4]
    assert theirs["unit"] == DAYS
    assert mine["unit"] == RIVERSIDE
    assert "Days" not in json.dumps([mine, *(c for c in comments if "Only I" in c["text"])])
    assert "not given" not in json.dumps([rows, comments])
    record_figure("ROST-2", "a ballot that names its unit is found with it; one that does not: 0")


def test_no_group_is_claimed_by_more_than_were_cast_under_the_classes_below_it(app):
    places = (DAYS,) * 14 + (NIGHTS,) * 14 + (RIVERSIDE,) * 12
    wave = voting.open_voting(app, places=places)
    days, nights = wave.of(DAYS), wave.of(NIGHTS)
    vote(app, wave, days[0], ballot.not_given(RIVERSIDE), {"speak_1": 3})
    # These claim groups that nobody below was cast for, or that are no choice at all.
    vote(app, wave, days[1], ballot.not_given(DAYS), {"speak_1": 3})
    vote(app, wave, days[2], ballot.not_given("Elsewhere"), {"speak_1": 3})
    vote(app, wave, days[3], NIGHTS, {"speak_1": 3})
    vote(app, wave, nights[0], NIGHTS, {"speak_1": 3})
    whole = wave.of(RIVERSIDE)
    vote(app, wave, whole[0], ballot.not_given(RIVERSIDE), {"speak_1": 3})
    vote(app, wave, whole[1], RIVERSIDE, {"speak_1": 3})
    opened = open_and_count(app, wave)
    # Under Days four were cast: room for four that leave the unit out, and two do.
    assert opened.rejected == {"class": 3}
    assert units(app, wave) == {RIVERSIDE: 3, NIGHTS: 1}


def test_those_who_leave_their_unit_out_cannot_be_more_than_their_classes_cast(app):
    wave = voting.open_voting(app)
    days, kitchen = wave.of(DAYS), wave.of("Riverside/Kitchen")
    voting.vote(app, wave, days[0], {"speak_1": 3})
    for person in kitchen:
        # The whole has no group above it: its own people have nothing to leave out.
        vote(app, wave, person, ballot.not_given(RIVERSIDE), {"speak_1": 3})
    opened = open_and_count(app, wave)
    assert opened.rejected == {"class": len(kitchen)}
    assert units(app, wave) == {DAYS: 1}


@pytest.mark.parametrize("many", [3, 11])
@pytest.mark.parametrize("places", [voting.PLACES, (DAYS,) * 16 + (NIGHTS,) * 16])
def test_disclosure_control_takes_them_for_one_more_group(app, many, places):
    wave = voting.open_voting(app, places=places)
    for number, person in enumerate(wave.people):
        ratings = {"speak_1": 1 + number % 5, "speak_2": 1 + number % 4, "work_1": 1 + number % 3}
        left_out = person.place == DAYS and number < many
        says = ballot.not_given(RIVERSIDE) if left_out else person.class_key
        vote(app, wave, person, says, ratings)
    open_and_count(app, wave)
    with app.app_context():
        row = voting.wave_of(wave)
        jobs.waves.move(row, "opened", actor="test", now=clock.now())
        publication = publishing.draw_up(row)
        answers_session().commit()
        summary = json.loads(publication.summary)
    shown = json.dumps(summary)
    assert "not given" not in shown
    assert summary["themes"]


def test_the_form_offers_it_carries_it_and_says_it_before_sending(app, respondent):
    wave = voting.open_voting(app)
    page = voting.arrive(respondent, wave.of(DAYS)[0].token)
    assert "Count me in Riverside only (31 people)" in page.text
    with_it = page.press("all", larger="1")
    assert with_it.fields()["larger"] == "1"
    check = with_it.press("check", a_speak_1="5")
    assert "do not say which part of it you are in" in check.text
    assert check.press("send").title == "Thank you – Candour"
    without = voting.arrive(respondent, wave.of(DAYS)[1].token).press("all")
    assert "larger" not in without.fields()
    assert without.press("send.unless-hints", a_speak_1="4").title == "Thank you – Candour"
    # The whole is nobody's part: nothing to leave out.
    kitchen = voting.arrive(respondent, wave.of("Riverside/Kitchen")[0].token)
    assert "Count me in" not in kitchen.text
    forced = kitchen.press("all", larger="1").press("send.unless-hints", a_speak_1="3")
    assert forced.title == "Thank you – Candour"
    assert open_and_count(app, wave).rejected == {}
    assert units(app, wave) == {RIVERSIDE: 2, DAYS: 1}


def test_stored_ballots_do_not_differ_by_the_choice(app):
    wave = voting.open_voting(app)
    vote(app, wave, wave.of(DAYS)[0], ballot.not_given(RIVERSIDE), {"speak_1": 3})
    voting.vote(app, wave, wave.of(DAYS)[1], {"speak_1": 3})
    with app.app_context():
        from surveyapp.extensions import box_session
        from surveyapp.models.ballots import Ballot

        records = [
            ballot.Record.from_bytes(raw)
            for raw in box_session().scalars(box_session().query(Ballot.record).statement)
        ]
    assert len({(one.class_key, *map(len, one.outer)) for one in records}) == 1
