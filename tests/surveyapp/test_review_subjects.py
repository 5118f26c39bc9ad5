"""New subjects at the reviewers' desk: who sees what of them, who decides, and what comes of it."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from surveyapp.demo import reviewing
from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import answers_session, db
from surveyapp.models.audit import AuditLine
from surveyapp.services import review, review_finding, review_sheets, review_subjects
from surveyapp.services.review_desk import desk as desk_of
from surveyapp.services.review_sheets import Naming, Reading, Subject
from tests import desk, factories

START = "/review/riverside"
PAGE = f"{START}/1/subjects"
ANN, BEN, CAT = "a" * 32, "b" * 32, "c" * 32
SUBJECTS = (
    Subject(1, ("parking", "far away"), ((desk.QUESTION, 13, 9),), ("2", "5", "8", "11", "14")),
    Subject(2, ("team",), ((desk.QUESTION, 8, 0),), ("1", "4")),
    Subject(3, ("cases",), ((desk.QUESTION, 14, 0),), ()),
)


@pytest.fixture
def pulse(app, monkeypatch):
    """A pulse with forty comments at the desk, and three new subjects among them."""
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: SUBJECTS)
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(40))
    desk.lay_out(app)
    return wave_id


def read(wave_id, places=range(1, 41), readers=(ANN, BEN), **said):
    """These reviewers code comments blind, and clear them unless told otherwise."""
    for place in places:
        for reader in readers:
            given = {"codes": (), "seen": "blind", **said}
            review_sheets.keep(wave_id, Reading(place, reader, **given))
    db.session.commit()


def member(name="ann"):
    return factories.an_account("board", email=f"{name}@example.org")


def at_desk(wave_id, someone):
    return desk_of(desk.wave(wave_id), someone)


def shown(wave_id, a_desk=None):
    return review_subjects.candidates(a_desk or at_desk(wave_id, member()), 5)


def words_of(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").main.get_text(" ").split())


def test_nothing_is_shown_before_the_sample_is_coded(app, pulse, board):
    with app.app_context():
        read(pulse, range(1, 40), readers=(ANN,))
        assert shown(pulse) == ()
        with pytest.raises(NotNow):
            review_subjects.say(at_desk(pulse, member("zed")), 1, "name", "Parking")
    page = words_of(board.get(PAGE))
    assert "Some of it is still to code" in page
    assert "parking" not in page.lower()
    assert board.get(f"{PAGE}/1").status_code == 404
    with app.app_context():
        read(pulse, [40], readers=(ANN,))
    assert "Words that set it apart: parking, far away." in words_of(board.get(PAGE))


def test_of_a_large_sample_a_hundred_are_enough(app, monkeypatch):
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: SUBJECTS)
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(180))
    desk.lay_out(app)
    with app.app_context():
        read(wave_id, range(1, 100), readers=(ANN,))
        assert review_subjects.waits_for(at_desk(wave_id, member())) == 1
        read(wave_id, [100], readers=(ANN,))
        assert review_subjects.waits_for(at_desk(wave_id, member("ben"))) == 0


def test_three_comments_that_two_cleared_for_everybody_are_shown_as_masked(app, pulse):
    with app.app_context():
        places = {entry.id: entry.place for entry in review_sheets.entries(pulse)}
        others = set(range(1, 41)) - {places[one] for one in ("2", "5", "8")}
        read(pulse, others)
        read(pulse, [places["2"]], masks=("far",))
        read(pulse, [places["5"]], reason="author")
        read(pulse, [places["8"]], readers=(ANN,))
        first, second, third = shown(pulse)
    assert first.examples == (
        "Parking is [masked] away, number 2.",
        "Parking is far away, number 11.",
        "Parking is far away, number 14.",
    )
    assert len(second.examples) == 2
    assert third.examples == ()
    assert first.counts[0][1] == "about 20", "the closed ones count, in words alone"


def test_one_reviewer_s_mask_takes_no_word_of_a_subject_once_two_have_lifted_it():
    def terms(*given):
        read = [Reading(2, f"{n}" * 32, **more) for n, more in enumerate(given)]
        return review_subjects.settled(SUBJECTS, both(1, "name", "Cars"), [read]).named[0].terms

    alone, nobody = {"masks": ("Parking",)}, {"checks": (("Parking", "nobody"),)}
    assert "parking" not in terms(alone, {}) + terms(alone, nobody), "one alone is heard"
    assert "parking" not in terms(alone, nobody, {"masks": ("Parking is",)}), "two masked it"
    assert "parking" in terms(alone, nobody, {"checks": (("Parking", "meaning"),)})


def test_a_word_that_a_reviewer_masked_stands_in_no_term_and_no_name(app, pulse):
    """A surname that software overlooked may stand in three comments, and HR gets the terms."""
    with app.app_context():
        for one in both(1, "name", "Cars"):
            review_sheets.keep_naming(pulse, one)
        read(pulse)
        assert review.new_subjects(pulse).named[0].terms == ("parking", "far away")
        place = next(e.place for e in review_sheets.entries(pulse) if "Parking" in e.text)
        read(pulse, [place], readers=(CAT,), masks=("PARKING",))
        assert review.new_subjects(pulse).named[0].terms == ("far away",)
        assert shown(pulse)[0].subject.terms == ("far away",)
        with pytest.raises(Rejected, match="Leave people’s names"):
            review_subjects.say(at_desk(pulse, member("ben")), 2, "name", "Parking")


def test_board_only_comments_are_no_examples_even_when_cleared(app, monkeypatch):
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: SUBJECTS)
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(40, use="board"))
    desk.lay_out(app)
    with app.app_context():
        read(wave_id)
        assert [one.examples for one in shown(wave_id)] == [(), (), ()]


def test_it_counts_when_two_say_the_same_and_the_spelling_does_not_matter(app, pulse):
    with app.app_context():
        read(pulse)
        ann, ben, cat = (at_desk(pulse, member(name)) for name in ("ann", "ben", "cat"))
        review_subjects.say(ann, 1, "name", "  Parking   near work ")
        assert shown(pulse, ann)[0].settled is None
        review_subjects.say(ben, 1, "name", "parking NEAR work")
        assert shown(pulse, ann)[0].settled.said == "Parking near work"
        # Who changes their mind takes their word back.
        review_subjects.say(ben, 1, "drop")
        assert shown(pulse, ann)[0].settled is None
        review_subjects.say(cat, 1, "drop")
        assert shown(pulse, ann)[0].settled.act == "drop"
        lines = db.session.query(AuditLine).filter_by(actor="a reviewer").all()
    assert len(lines) == 4
    assert not any("Parking" in line.detail + line.subject + line.verb for line in lines)


@pytest.mark.parametrize(
    ("act", "said", "words"),
    [
        ("name", " ", "Give the subject a name."),
        ("name", "!?", "Give the subject a name."),
        ("name", "x" * 61, "60 letters"),
        ("name", "Parking, ring 07700 900123", "Leave people’s names"),
        ("name", "Dr Okafor’s car", "Leave people’s names"),
        ("name", "workload", "There is a theme of that name"),
        ("theme", "", "Choose the theme"),
        ("theme", "parking", "Choose the theme"),
        ("same", "1", "Choose the other subject"),
        ("same", "9", "Choose the other subject"),
        ("praise", "", "Say what is to be done"),
    ],
)
def test_what_cannot_be_said_of_a_subject_is_refused(app, pulse, act, said, words):
    with app.app_context():
        read(pulse)
        ann = at_desk(pulse, member())
        with pytest.raises(Rejected, match=words):
            review_subjects.say(ann, 1, act, said)
        with pytest.raises(NotFound):
            review_subjects.say(ann, 4, "drop")
        desk.wave(pulse).state = "published"
        with pytest.raises(NotNow):
            review_subjects.say(ann, 1, "drop")
        assert review_sheets.namings(pulse) == []


def both(subject, act, said=""):
    return [Naming(subject, reader, act, said) for reader in (ANN, BEN)]


def test_a_subject_put_with_another_goes_where_that_goes():
    said = [*both(1, "name", "Parking"), *both(2, "same", "1"), *both(3, "same", "2")]
    found = review_subjects.settled(SUBJECTS, said)
    assert [(one.name, one.terms, one.questions) for one in found.named] == [
        ("Parking", ("parking", "far away", "team", "cases"), {desk.QUESTION: (35, 9)})
    ]
    assert (found.kept, found.merged, found.dropped, found.left) == (3, 0, 0, 0)
    gone = review_subjects.settled(SUBJECTS, [*both(1, "drop"), *both(2, "same", "1")])
    assert (gone.named, gone.dropped, gone.left) == ((), 2, 1)


def test_two_subjects_put_with_each_other_go_nowhere_and_one_name_is_one_subject():
    round_ = [*both(1, "same", "2"), *both(2, "same", "1"), *both(3, "theme", "workload")]
    found = review_subjects.settled(SUBJECTS, round_)
    assert (found.named, found.merged, found.left) == ((), 1, 2)
    said = [*both(1, "name", "Parking"), *both(2, "name", "parking")]
    (parking,) = review_subjects.settled(SUBJECTS, said).named
    assert (parking.name, parking.questions) == ("Parking", {desk.QUESTION: (21, 9)})


def test_two_against_two_is_not_agreed():
    dan = "d" * 32
    said = [*both(1, "drop"), Naming(1, CAT, "name", "Cars"), Naming(1, dan, "name", "Cars")]
    found = review_subjects.settled(SUBJECTS, said)
    assert (found.named, found.dropped, found.left) == ((), 0, 3)
    assert review_subjects.agreed([Naming(1, ANN, "drop")]) is None


def test_what_was_decided_is_kept_when_the_desk_is_empty(app, pulse):
    with app.app_context():
        for one in both(1, "name", "Parking"):
            review_sheets.keep_naming(pulse, one)
        before = review.new_subjects(pulse)
        desk.wave(pulse).state = "published"
        db.session.commit()
        assert review.put_away(desk.wave(pulse))
        answers_session().commit()
        assert review_sheets.subjects(pulse) is None
        assert review.new_subjects(pulse) == before
    assert [one.name for one in before.named] == ["Parking"]
    assert before.left == 2


def test_reviewers_name_subjects_on_the_page_and_agree_by_one_button(app, pulse):
    with app.app_context():
        read(pulse)
    one, two, _ = desk.reviewers(app)
    assert "3 wait for you." in words_of(one.get(START))
    answer = one.post(f"{PAGE}/1", data={"act": "name", "name": "Parking"})
    assert answer.location == f"{PAGE}?saved=1"
    page = words_of(one.get(answer.location))
    assert "Saved what you said of subject 1." in page
    assert "You said: name it “Parking”." in page
    assert "2 wait for you." in words_of(one.get(START))
    assert "1 of you" not in words_of(two.get(f"{PAGE}/1")), "nobody’s view before one’s own"
    two.post(f"{PAGE}/1", data={"act": "drop"})
    assert "Others of you say something else." in words_of(two.get(PAGE))
    found = two.get(f"{PAGE}/1")
    assert "1 of you says: name it “Parking”." in words_of(found)
    (agree,) = buttons(found)
    two.post(f"{PAGE}/1", data=agree)
    assert "Two of you say: name it “Parking”." in words_of(two.get(PAGE))
    mine = BeautifulSoup(two.get(f"{PAGE}/1").text, "html.parser")
    assert mine.find(id="name")["value"] == "Parking"
    assert "What others of you say" not in mine.get_text()


def test_with_two_pulses_the_desk_says_where_subjects_wait(app, pulse, board):
    with app.app_context():
        desk.a_pulse(desk.plain(20), programme=desk.wave(pulse).programme)
        read(pulse)
    desk.lay_out(app)
    page = words_of(board.get(f"{START}/2"))
    assert "Pulse 1 : 3 new subjects wait for you." in page
    for number in (1, 2, 3):
        board.post(f"{PAGE}/{number}", data={"act": "drop"})
    assert "Pulse 1 : nothing waits for you." in words_of(board.get(f"{START}/2"))


def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(app, pulse, board):
    with app.app_context():
        read(pulse)
    answer = board.post(f"{PAGE}/2", data={"act": "name", "name": "Ring 07700 900123"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.title.get_text().startswith("Error: ")
    assert page.select_one(".govuk-error-summary a")["href"] == "#name"
    assert page.find(id="name")["value"] == "Ring 07700 900123"
    lacking = BeautifulSoup(board.post(f"{PAGE}/2", data={}).text, "html.parser")
    assert "Say what it is." in lacking.select_one(".govuk-error-summary").get_text()


def test_the_page_says_when_there_is_nothing_or_not_yet(app, board, monkeypatch):
    monkeypatch.setattr(review_finding, "find", lambda _wave: False)
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(40))
    desk.lay_out(app)
    assert "Software is still looking" in words_of(board.get(PAGE))
    monkeypatch.undo()
    desk.lay_out(app)
    with app.app_context():
        assert review_sheets.subjects(wave_id) == ()
        read(wave_id)
    page = words_of(board.get(PAGE))
    assert "found no group" in page
    assert "Rare new themes are missed." in page


def test_made_up_reviewers_name_them_in_the_demo(app, pulse):
    with app.app_context():
        read(pulse)
        members = [member("ann"), member("ben")]
        assert reviewing.name(desk.wave(pulse), members) == 3
        named = review.new_subjects(pulse).named
    assert [one.name for one in named] == ["Parking", "Team", "Cases"]


def again(app, monkeypatch, like):
    """A pulse with a new subject that looks like one of an earlier pulse."""
    known = replace(SUBJECTS[0], like=like, like_of="March")
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: (known, *SUBJECTS[1:]))
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(40))
    desk.lay_out(app)
    with app.app_context():
        read(wave_id)
    return wave_id


def buttons(page):
    """What each form with a single button sends."""
    forms = BeautifulSoup(page.text, "html.parser").select("main form")
    return [
        {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
        for form in forms
        if form.select(".c-button--quiet")
    ]


def test_a_subject_that_comes_back_gets_its_name_by_one_button(app, board, monkeypatch):
    wave_id = again(app, monkeypatch, "Far parking")
    said = "It looks like “Far parking”, which reviewers named in “March”."
    assert said in words_of(board.get(PAGE))
    page = board.get(f"{PAGE}/1")
    assert said in words_of(page)
    assert "looks like" not in words_of(board.get(f"{PAGE}/2"))
    assert buttons(page) == [{"act": "name", "name": "Far parking"}]
    assert board.post(f"{PAGE}/1", data=buttons(page)[0]).status_code == 302
    with app.app_context():
        (mine,) = review_sheets.namings(wave_id)
        assert (mine.act, mine.said) == ("name", "Far parking")
        assert review.new_subjects(wave_id).named == (), "one reviewer alone decides nothing"
    assert buttons(board.get(f"{PAGE}/1")) == [], "it is said once"


def test_one_that_is_a_theme_by_now_is_put_with_that_theme(app, board, monkeypatch):
    again(app, monkeypatch, "workload")
    (sent,) = buttons(board.get(f"{PAGE}/1"))
    assert sent == {"act": "theme", "theme": "workload"}
    assert board.post(f"{PAGE}/1", data=sent).status_code == 302


def test_a_name_with_a_word_that_reviewers_masked_now_is_not_shown(app, board, monkeypatch):
    wave_id = again(app, monkeypatch, "Far parking")
    assert "Far parking" in words_of(board.get(PAGE))
    with app.app_context():
        read(wave_id, [1], readers=(CAT,), masks=("PARKING",))
    assert "looks like" not in words_of(board.get(PAGE))


def test_a_subject_from_before_they_were_known_again_is_read_as_it_was():
    raw = {"number": 1, "terms": ["a"], "questions": [["q", 5, 0]], "examples": []}
    assert review_sheets.subject_from(raw) == Subject(1, ("a",), (("q", 5, 0),), ())


def test_groups_put_with_a_theme_give_it_their_words_together():
    said = [*both(1, "theme", "workload"), *both(2, "same", "1"), *both(3, "drop")]
    (theme,) = review_subjects.settled(SUBJECTS, said).themes
    assert (theme.name, theme.terms) == ("workload", ("parking", "far away", "team"))
    assert theme.questions == {desk.QUESTION: (21, 9)}


@pytest.mark.parametrize("role", ["hr", "manager", "admin", "witness", "auditor"])
def test_nobody_else_sees_new_subjects(app, pulse, role):
    with app.app_context():
        read(pulse)
    client = app.test_client()
    factories.sign_in(client, role)
    for path in (PAGE, f"{PAGE}/1"):
        assert client.get(path).status_code == 403
    assert client.post(f"{PAGE}/1", data={"act": "drop"}).status_code == 403


def test_a_member_in_the_line_sees_none_either(app, pulse, board):
    from surveyapp.models.accounts import Account

    with app.app_context():
        read(pulse)
        account = db.session.query(Account).filter_by(email="board@example.org").one()
        account.role_names = ["board", "manager"]
        db.session.commit()
    for path in (PAGE, f"{PAGE}/1"):
        page = board.get(path)
        assert page.status_code == 403
        assert "parking" not in page.text.lower()
