"""What is laid out for the reviewers' desk, what they decide of it, and what comes back."""

import uuid

import pytest
from sqlalchemy import func, select

from analysis.text.audit_sample import CODED_TWICE, draw_audit
from surveyapp import jobs, keys
from surveyapp.errors import NotAllowed, NotNow, Rejected
from surveyapp.extensions import db
from surveyapp.models.audit import AuditLine
from surveyapp.models.review import ReviewComment, ReviewReading, ReviewSheet
from surveyapp.services import answer_blocks, messages, review, review_desk, review_sheets
from surveyapp.services.review_desk import Given
from tests import desk, factories


@pytest.fixture
def pulse(app):
    """A pulse with 42 comments at the desk and three that nobody may read."""
    with app.app_context():
        said = [
            *desk.plain(40),
            desk.Said(desk.HARM, use="board"),
            desk.Said(desk.ONLY),
            *(desk.Said(f"Too many cases, {desk.SECRET} {n}.", use="themes") for n in range(3)),
            desk.Said("n/a"),
        ]
        wave_id = desk.a_pulse(said)
    desk.lay_out(app)
    return wave_id


def laid(wave_id):
    return list(review_sheets.entries(wave_id))


def members(number=4):
    return [factories.an_account("board", email=f"m{n}@example.org") for n in range(number)]


def say(wave_id, member, place, **said):
    """A member decides of a comment; blind ones are coded with no theme unless told."""
    mine = review_desk.desk(desk.wave(wave_id), member)
    return review_desk.decide(review_desk.turn(mine, place), mine.reader, **said)


def test_only_what_may_be_read_is_laid_out_and_nothing_without_content(app, pulse):
    with app.app_context():
        texts = [entry.text for entry in laid(pulse)]
    assert len(texts) == 42
    assert not [text for text in texts if desk.SECRET in text or text == "n/a"]


def test_harm_comes_first_then_what_may_point_to_one_person_then_the_rest_by_chance(app, pulse):
    with app.app_context():
        entries = laid(pulse)
        order = [entry.text for entry in entries]
        sheet = review_sheets.sheet(pulse)
    assert (order[0], order[1]) == (desk.HARM, desk.ONLY)
    assert order[2:] != sorted(order[2:])
    written = [said.text for said in desk.plain(40)]
    assert order[2:] != written
    assert sheet.flags[:2] == (("escalate",), ("quasi_identifier",))
    # The sample's own order, which was drawn by chance, is kept among what is not flagged.
    sample = list(sheet.questions[0].audit["comments"])
    ids = [entry.id for entry in entries]
    assert ids[2:] == [one for one in sample if one not in ids[:2]]


def test_the_sample_can_be_drawn_again_from_its_recorded_seed(app):
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(260))
    desk.lay_out(app)
    with app.app_context():
        sheet, entries = review_sheets.sheet(wave_id), laid(wave_id)
    drawn = sheet.questions[0].audit
    uses = {entry.id: entry.use for entry in entries}
    assert draw_audit(uses, drawn["seed"]).to_dict() == {
        key: tuple(value) if isinstance(value, list) else value for key, value in drawn.items()
    }
    assert 100 <= sheet.sample <= 200
    blind = [entry.blind for entry in entries]
    assert (blind.count(2), blind.count(1)) == (CODED_TWICE, sheet.sample - CODED_TWICE)
    assert blind.count(0) == 260 - sheet.sample
    assert set(blind[: sheet.sample]) == {1, 2}, "the sample is read before the rest"


def test_all_are_in_the_sample_where_there_are_few(app, pulse):
    with app.app_context():
        assert review_sheets.sheet(pulse).sample == 42


@pytest.mark.parametrize(
    ("answers", "comments", "closed"), [(19, 30, 0), (30, 9, 0), (30, 9, 50), (20, 10, 0)]
)
def test_twenty_answers_and_ten_comments_that_may_be_read(app, answers, comments, closed):
    with app.app_context():
        said = [*desk.plain(comments), *desk.plain(closed, use="themes")]
        wave_id = desk.a_pulse(said, answers=answers)
    desk.lay_out(app)
    with app.app_context():
        total = review_sheets.sheet(wave_id).total
    assert total == (10 if (answers, comments) == (20, 10) else 0)


def test_a_pulse_that_promised_no_readers_has_none(app):
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(40), promise=False)
    desk.lay_out(app)
    with app.app_context():
        assert not review_sheets.is_laid_out(wave_id)


def test_a_directorate_is_named_only_where_all_of_them_are_large_enough(app):
    with app.app_context():
        large = [*desk.plain(20), *desk.plain(20, unit="nights")]
        both = desk.a_pulse(large, answers=60)
        one = desk.a_pulse([*large, desk.Said("More parking, please.", unit="garden")], answers=60)
    desk.lay_out(app)
    with app.app_context():
        assert {entry.unit_name for entry in laid(both)} == {"Days", "Nights"}
        # Were the one from the garden alone called the whole, it would tell where it comes from.
        assert {entry.unit_name for entry in laid(one)} == {"Riverside"}


def test_comments_that_name_no_group_are_from_the_whole_organisation(app):
    with app.app_context():
        none = desk.a_pulse(desk.plain(20, unit=""))
        some = desk.a_pulse([*desk.plain(20), *desk.plain(20, unit="")], answers=60)
    desk.lay_out(app)
    with app.app_context():
        for wave_id in (none, some):
            assert {entry.unit_name for entry in laid(wave_id)} == {"Riverside"}


def test_laying_out_twice_changes_nothing(app, pulse):
    with app.app_context():
        before = [entry.text for entry in laid(pulse)]
    desk.lay_out(app)
    with app.app_context():
        assert [entry.text for entry in laid(pulse)] == before
        lines = db.session.scalars(select(AuditLine.verb)).all()
    assert lines.count("laid comments out for review") == 1


def test_two_who_agree_clear_a_comment_and_a_mask_of_one_alone_holds_and_says_so(app, pulse):
    with app.app_context():
        one, two, _, _ = members()
        say(pulse, one, 2, masks=["only"])
        assert review.cleared(pulse) == []
        say(pulse, two, 2, masks=["WELSH", "only"])
        (cleared,) = review.cleared(pulse)
    assert cleared.text == "I am the [masked] night worker who speaks [masked by one]."
    assert (cleared.question, cleared.use, cleared.unit) == (desk.QUESTION, "publish", "riverside")


def test_where_two_differ_a_third_decides_and_nobody_reads_it_without_need(app, pulse):
    with app.app_context():
        one, two, three, four = members()
        say(pulse, one, 1)
        say(pulse, two, 1, reason="harm")
        third = review_desk.desk(desk.wave(pulse), three)
        assert third.wants(1)
        assert review.withheld(pulse) == {"differ": 1, "unread": 41}
        say(pulse, three, 1, reason="author")
        assert review.withheld(pulse) == {"harm": 1, "unread": 41}
        fourth = review_desk.desk(desk.wave(pulse), four)
        assert not fourth.wants(1)
        with pytest.raises(NotNow, match="settled"):
            review_desk.turn(fourth, 1)


def test_a_third_who_lets_it_pass_clears_it(app, pulse):
    with app.app_context():
        one, two, three, _ = members()
        say(pulse, one, 1, reason="harm")
        say(pulse, two, 1)
        say(pulse, three, 1)
        assert [cleared.text for cleared in review.cleared(pulse)] == [desk.HARM]
        assert review.cleared(pulse)[0].use == "board"


def test_one_member_is_not_two(app, pulse):
    with app.app_context():
        one = members(1)[0]
        say(pulse, one, 1)
        say(pulse, one, 1)
        assert review.cleared(pulse) == []
        assert len(review_sheets.readings(pulse)[1]) == 1


def test_a_member_may_change_their_mind_but_not_what_they_coded_blind(app, pulse):
    with app.app_context():
        one = members(1)[0]
        say(pulse, one, 1, codes=[Given("workload", "negative")])
        say(pulse, one, 1, reason="harm", codes=[Given("pay_recognition", "positive")])
        (reading,) = review_sheets.readings(pulse)[1]
    assert reading.reason == "harm"
    assert [code.theme for code in reading.codes] == ["workload"]
    assert reading.seen == "blind"


def test_the_audit_is_what_was_coded_in_the_order_drawn_as_far_as_there_is_no_gap(app, pulse):
    with app.app_context():
        one, two, _, _ = members()
        sample = review_sheets.sheet(pulse).questions[0].audit["comments"]
        places = {entry.id: entry.place for entry in laid(pulse)}
        for comment in (*sample[:3], sample[4]):
            say(pulse, one, places[comment], codes=[Given("workload", "negative", words="")])
        say(pulse, two, places[sample[0]])
        found = review.audit(pulse)
        assert [row.comment for row in found] == [sample[0], sample[0], *sample[1:3]]
        assert {row.kind for row in found} == {"audit"}
        assert {row.seen for row in found} == {"blind"}
        assert {row.coder for row in found} == {"reader 1", "reader 2"}
        assert {len(row.codes) for row in found if row.comment == sample[0]} == {0, 1}


def test_a_code_has_its_evidence_and_the_usual_function_of_its_direction(app, pulse):
    with app.app_context():
        one = members(1)[0]
        given = [
            Given("leadership_mgmt", "negative", words="harassed a colleague"),
            Given("trust_action", "mixed"),
            Given("other", "suggestion", function="offer"),
        ]
        reading = say(pulse, one, 1, codes=given)
    spans = [desk.HARM[code.start : code.end] for code in reading.codes]
    assert spans == ["harassed a colleague", desk.HARM, desk.HARM]
    # The question asks what is hard and should stop, so what is mixed stands in the way.
    assert [code.function for code in reading.codes] == ["barrier", "barrier", "offer"]


def test_what_is_changed_of_the_software_s_codes_is_kept_and_no_audit(app):
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(260))
    desk.lay_out(app)
    with app.app_context():
        one, two, _, _ = members()
        shown = next(e for e in reversed(laid(wave_id)) if e.blind == 0 and e.codes)
        place, seen = shown.place, desk.WordCoder.mark
        mine = review_desk.desk(desk.wave(wave_id), one)
        assert review_desk.turn(mine, place).shown == shown.codes
        same = say(wave_id, one, place, codes=[Given("workload", "negative", words="cases")])
        other = say(wave_id, two, place, codes=[Given("workload", "positive", words="cases")])
        assert same.codes is None, "unchanged"
        assert (other.seen, other.codes[0].direction) == (seen, "positive")
        assert review.audit(wave_id) == []
        (cleared,) = review.cleared(wave_id)
        assert cleared.codes[0].direction == "positive", "what people say goes before the software"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "too_harsh"}, "reason"),
        ({"masks": ["not in it"]}, "just as they stand"),
        ({"masks": ["arasse"]}, "just as they stand"),
        ({"codes": [Given("nonsense", "negative")]}, "theme"),
        ({"codes": [Given("workload", "sideways")]}, "says"),
        ({"codes": [Given("workload", "negative", "sideways")]}, "does"),
        ({"codes": [Given("workload", "negative", "", "not in it")]}, "just so"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(app, pulse, said, words):
    with app.app_context():
        one = members(1)[0]
        with pytest.raises(Rejected, match=words):
            say(pulse, one, 1, **said)
        assert review_sheets.readings(pulse) == {}


@pytest.mark.parametrize("also", ["hr", "manager", "admin"])
def test_who_is_in_the_line_reads_no_comment(app, pulse, also):
    with app.app_context():
        member = factories.an_account("board")
        member.role_names = ["board", also]
        with pytest.raises(NotAllowed):
            review_desk.desk(desk.wave(pulse), member)


def test_when_the_results_are_out_the_desk_is_empty_and_its_record_lies_with_the_answers(
    app, pulse
):
    with app.app_context():
        one, two, _, _ = members()
        for member in (one, two):
            say(pulse, member, 2, masks=["only"], codes=[Given("other", "negative")])
        say(pulse, one, 1, reason="harm")
        say(pulse, two, 1, reason="harm")
        before = [f(pulse) for f in (review.audit, review.cleared, review.withheld)]
        desk.wave(pulse).state = "published"
        factories.committed()
        jobs.mind_comments(failed := [])
        assert failed == []
    with app.app_context():
        for table in (ReviewSheet, ReviewComment, ReviewReading):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0
        assert not keys.directory("review", pulse).exists()
        assert answer_blocks.read(pulse, "review") is not None
        assert [f(pulse) for f in (review.audit, review.cleared, review.withheld)] == before
        with pytest.raises(keys.MissingKey):
            review_sheets.mark_of(pulse, uuid.uuid4())


def test_a_crash_while_it_is_put_away_loses_nothing(app, pulse, monkeypatch):
    with app.app_context():
        one, two, _, _ = members()
        for member in (one, two):
            say(pulse, member, 1)
        desk.wave(pulse).state = "published"
        factories.committed()
        with monkeypatch.context() as patch:
            patch.setattr(review_sheets, "take_away", lambda _wave_id: 1 / 0)
            jobs.mind_comments(failed := [])
            assert len(failed) == 1
        jobs.mind_comments(failed := [])
        assert failed == []
        assert [cleared.text for cleared in review.cleared(pulse)] == [desk.HARM]
        assert not review_sheets.is_laid_out(pulse)


def test_nothing_is_decided_after_the_results_are_out(app, pulse):
    with app.app_context():
        one = members(1)[0]
        mine = review_desk.desk(desk.wave(pulse), one)
        turn = review_desk.turn(mine, 1)
        desk.wave(pulse).state = "published"
        db.session.commit()
        with pytest.raises(NotNow, match="closed"):
            review_desk.decide(turn, mine.reader)
        assert review_desk.desk(desk.wave(pulse), one) is None


def test_the_board_is_told_of_comments_only_where_they_are_read(app):
    with app.app_context():
        told = {
            promise: messages.draft(
                desk.wave(desk.a_pulse([], promise=promise)), "https://x.example", reading=promise
            )[1]
            for promise in (True, False)
        }
    assert "https://x.example/review/riverside" in told[True]
    assert "review" not in told[False]
