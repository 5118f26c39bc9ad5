"""One person's ballot, made by hand to do harm: it costs itself and keeps nobody's results back."""

import pytest

from surveyapp import jobs
from surveyapp.crypto import client
from surveyapp.services import results
from tests import voting


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


HOSTILE = {
    "long": "the only one who " * 220,
    "zeros": "\0" * 600,
    "backwards": "\u202e\u2066 rtl \u200b\ufeff" * 100,
    "not a letter": "\U0010ffff\ufdd0" * 200,
    "empty": "",
    "slow": "a" * 3000 + "@" + "1" * 500,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_comment_that_no_page_would_send_holds_nothing_up(app, kind):
    wave = voting.open_voting(app)
    voting.vote(
        app, wave, wave.people[0], {"speak_1": 3}, [("barriers", HOSTILE[kind], "anything")]
    )
    for person in wave.people[1:]:
        voting.vote(app, wave, person, {"speak_1": 3}, [("barriers", "Too few hands.", "board")])
    voting.close(app, wave)
    with app.app_context():
        found = voting.wave_of(wave)
        jobs.tick(found.publishes_at)
    with app.app_context():
        found = voting.wave_of(wave)
        assert found.state == "published"
        assert results.publication_of(found) is not None


def test_two_people_who_agree_on_one_receipt_are_one_set_of_answers(app):
    """A receipt that two ballots share would show two people the same line as their own, and make
    the whole record look forged to whoever checks it."""
    wave = voting.open_voting(app)
    seed = client.new_seed()
    one, two = wave.of("Riverside/Days")[0], wave.of("Riverside/Nights")[0]
    for person in (one, two):
        voting.vote(app, wave, person, {"speak_1": 3}, seed=seed)
    for person in wave.people:
        if person not in (one, two):
            voting.vote(app, wave, person, {"speak_1": 4})
    voting.close(app, wave)
    opened = voting.open_ballots(app, wave)
    assert len(set(opened.receipts)) == len(opened.receipts) == opened.accepted == 30
    assert opened.rejected == {"repeated": 1}
