"""One reviewer alone takes no comment away, and two rounds at once lose nobody's desk."""

import threading

import pytest

from surveyapp import clock, jobs
from surveyapp.errors import Rejected
from surveyapp.services import name_set, review, review_desk, review_masks, review_sheets
from surveyapp.services.review_reasons import REASONS, UNREAD
from tests import desk, factories, voting
from tests.security.test_review_marks import FILES
from tests.surveyapp.test_review import members, say

SAID = "Nobody at the top listens to what we say here."


@pytest.fixture
def laid(make_app, tmp_path):
    (tmp_path / "instance").mkdir(exist_ok=True)
    app = make_app(**FILES)
    with app.app_context():
        wave_id = desk.a_pulse([desk.Said(SAID)] * 12)
    desk.lay_out(app)
    return app, wave_id


def test_one_reviewer_alone_cannot_mask_a_comment_away(laid):
    app, wave_id = laid
    with app.app_context():
        one, two, three = members(3)
        for masks in ([SAID], ["Nobody at the top", "listens to what we"]):
            with pytest.raises(Rejected, match="more than half"):
                say(wave_id, one, 1, masks=masks)
        say(wave_id, one, 1, masks=["at the top"])
        say(wave_id, two, 1)
        # Two who hide most of it between them have withheld it, and it is counted.
        say(wave_id, two, 2, masks=["Nobody at the top"])
        say(wave_id, three, 2, masks=["listens to what we"])
        assert [done.text for done in review.cleared(wave_id)] == [
            SAID.replace("at the top", "[masked by one]")
        ]
        counted = review.withheld(wave_id)
    assert (counted["masked"], counted[UNREAD]) == (1, 10)
    assert "masked" in REASONS, "its words are printed with the counts"


def test_one_reviewer_alone_cannot_turn_a_comment_round(laid):
    app, wave_id = laid
    with app.app_context():
        one, two, three = members(3)
        for words in ("Nobody", "nobody", "nobody at"):
            with pytest.raises(Rejected, match="the opposite"):
                say(wave_id, one, 1, masks=[words])
        # What no list of words knows is masked, says that it is one person's, and two can undo it.
        say(wave_id, one, 1, masks=["listens"])
        say(wave_id, two, 1)
        assert [done.text for done in review.cleared(wave_id)] == [
            SAID.replace("listens", "[masked by one]")
        ]
        for member in (two, three):
            if member is three:
                say(wave_id, three, 1)
            at = review_desk.desk(desk.wave(wave_id), member)
            review_masks.checked(at, 1, {"listens": "meaning"})
        assert [done.text for done in review.cleared(wave_id)] == [SAID]
        counted = review.withheld(wave_id)
    assert counted == {UNREAD: 11}


def test_a_second_round_at_the_same_moment_leaves_the_first_ones_desk_readable(
    make_app, tmp_path, monkeypatch
):
    (tmp_path / "instance").mkdir(exist_ok=True)
    app = make_app(**FILES)
    with app.app_context():
        wave_id = desk.a_pulse([desk.Said(SAID)] * 12)
    lay_out, done = review.laid_out, []

    def overtaken(*given, **more):
        found = lay_out(*given, desk.WordCoder(), **more)
        if not done:
            done.append("the other round lays the desk out and commits")
            other = threading.Thread(target=a_round, args=(app,))
            other.start()
            other.join()
        return found

    monkeypatch.setattr(review, "laid_out", overtaken)
    a_round(app)
    with app.app_context():
        assert [entry.text for entry in review_sheets.entries(wave_id)] == [SAID] * 12
        (member,) = members(1)
        say(wave_id, member, 1)
        factories.committed()


def a_round(app):
    with app.app_context():
        jobs.mind_comments([])


def test_reviewers_are_told_where_the_roster_was_not_known_when_names_were_masked(app):
    for told in (False, True):
        slug = "told" if told else "untold"
        wave = voting.open_voting(app, places=("Top/Days",) * 24, slug=slug)
        if told:
            with app.app_context():
                name_set.destroy(wave.wave_id)
        for person in wave.people:
            said = [("barriers", f"Then kwaika left. {SAID}", "publish")]
            voting.vote(app, wave, person, {"speak_1": 4}, said)
        voting.close(app, wave)
        with app.app_context():
            jobs.open_ballots(voting.wave_of(wave), clock.now())
        desk.lay_out(app)
        reader = app.test_client()
        factories.sign_in(reader, "board", email=f"{slug}@example.org")
        pages = [reader.get(f"/review/{slug}{page}").text for page in ("", "/1/1")]
        assert "kwaika" in pages[1], "software alone leaves such a name"
        assert [told] * 2 == ["list of names was missing" in page for page in pages]
